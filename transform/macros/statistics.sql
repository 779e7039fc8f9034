{#- Distributions by numerical integration, since warehouses have none. Double-exponential
    quadrature: x = a + length / (1 + exp(-pi sinh t)), a trapezoidal sum over t from -3 to 3 that
    converges exponentially, even where the integrand is a narrow peak at an end. -#}

{% macro float(expression) -%}
    cast({{ expression }} as {{ dbt.type_float() }})
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


{#- Integral of cos(u) ** (df - 1) from `start` to pi / 2, in a query grouped over the nodes:
    the tail of Student's t distribution but for a constant. -#}
{% macro t_tail(start, df) -%}
    sum(
        nodes.weight * (pi() / 2 - {{ start }})
        * power(
            greatest(cos({{ start }} + nodes.place * (pi() / 2 - {{ start }})), 0),
            {{ df }} - 1
        )
    )
{%- endmacro %}


{#- Integral of s ** (df - 1) * exp(-s * s / 2) from `start` to far out: the tail of chi-square. -#}
{% macro chi_tail(start, df) -%}
    sum(
        nodes.weight * (12 + {{ df }})
        * power({{ start }} + nodes.place * (12 + {{ df }}), {{ df }} - 1)
        * exp(-power({{ start }} + nodes.place * (12 + {{ df }}), 2) / 2)
    )
{%- endmacro %}
