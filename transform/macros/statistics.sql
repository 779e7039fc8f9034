{#- Distributions by numerical integration, since warehouses have none. Double-exponential
    quadrature: x = a + length / (1 + exp(-pi sinh t)), a trapezoidal sum over t from -3 to 3 that
    converges exponentially, even where the integrand is a narrow peak at an end. -#}

{% macro float(expression) -%}
    cast({{ expression }} as {{ stripe_apex.type_double() }})
{%- endmacro %}


{#- 64 bits: `dbt.type_float()` has 32 on DuckDB. -#}
{% macro type_double() -%}
    {{ return(adapter.dispatch('type_double', 'stripe_apex')()) }}
{%- endmacro %}

{% macro default__type_double() -%}
    double precision
{%- endmacro %}

{% macro spark__type_double() -%}
    double
{%- endmacro %}


{#- The nodes of the quadrature: place in (0, 1) and weight. -#}
{% macro quadrature_nodes() -%}
    select
        1 / (1 + exp(-pi() * sinh_t)) as place,
        0.02 * pi() * cosh_t * exp(-pi() * sinh_t)
            / power(1 + exp(-pi() * sinh_t), 2) as weight
    from (
        select
            (exp(t) - exp(-t)) / 2 as sinh_t,
            (exp(t) + exp(-t)) / 2 as cosh_t
        from (
            select {{ stripe_apex.float('generated_number - 151') }} * 0.02 as t
            from ({{ dbt.generate_series(301) }}) as numbers
        ) as steps
    ) as hyperbolic
{%- endmacro %}


{#- Integral of cos(u) ** (df - 1) from `start` to pi / 2, in a query grouped over the nodes, whose
    columns are `place` and `weight`:
    the tail of Student's t distribution but for a constant. Powers are taken as exponentials that
    stay above zero, since some engines call an underflow an error. -#}
{% macro t_tail(start, df, place, weight) -%}
    {%- set angle = start ~ ' + ' ~ place ~ ' * (pi() / 2 - ' ~ start ~ ')' -%}
    sum(
        {{ weight }} * (pi() / 2 - {{ start }})
        * exp(greatest(({{ df }} - 1) * ln(greatest(cos({{ angle }}), 1e-300)), -700))
    )
{%- endmacro %}


{#- Integral of s ** (df - 1) * exp(-s * s / 2) from `start` to far out, likewise: the tail of
    chi-square. -#}
{% macro chi_tail(start, df, place, weight) -%}
    {%- set s = '(' ~ start ~ ' + ' ~ place ~ ' * (12 + ' ~ df ~ '))' -%}
    sum(
        {{ weight }} * (12 + {{ df }})
        * exp(greatest(({{ df }} - 1) * ln({{ s }}) - {{ s }} * {{ s }} / 2, -700))
    )
{%- endmacro %}
