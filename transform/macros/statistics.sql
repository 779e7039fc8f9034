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


{#- The upper quantile of the normal distribution, right to three digits (Abramowitz and Stegun,
    26.2.23). -#}
{% macro normal_quantile_guess(tail) -%}
    {%- set root = 'sqrt(-2 * ln(' ~ tail ~ '))' -%}
    {{ root }} - (2.515517 + 0.802853 * {{ root }} + 0.010328 * power({{ root }}, 2)) / (
        1 + 1.432788 * {{ root }} + 0.189269 * power({{ root }}, 2) + 0.001308 * power({{ root }}, 3)
    )
{%- endmacro %}


{#- Student's t from the normal quantile, by Cornish and Fisher's expansion. -#}
{% macro t_quantile_guess(z, df) -%}
    (
        {{ z }}
        + (power({{ z }}, 3) + {{ z }}) / (4 * {{ df }})
        + (5 * power({{ z }}, 5) + 16 * power({{ z }}, 3) + 3 * {{ z }}) / (96 * power({{ df }}, 2))
        + (
            3 * power({{ z }}, 7) + 19 * power({{ z }}, 5) + 17 * power({{ z }}, 3) - 15 * {{ z }}
        ) / (384 * power({{ df }}, 3))
    )
{%- endmacro %}


{#- The mixture of an asymptotic confidence sequence (Waudby-Smith et al., Time-uniform central limit
    theory, equations 9 and 161): any number makes it valid, and this one makes it narrowest where 5,000
    visitors were compared, as GrowthBook has it by default. -#}
{% macro always_valid_rho_squared() -%}
    ((-2 * ln(0.05) + ln(-2 * ln(0.05) + 1)) / 5000)
{%- endmacro %}


{#- An end of Fieller's interval for difference / base: all ratios r for which difference - r * base lies
    within `critical` standard errors of zero. Null where the base itself does not: then the ratios have
    no bounds on one side or on both. -#}
{% macro fieller_bound(sign, critical) -%}
    case
        when base > 0 and power(base, 2) > power({{ critical }}, 2) * base_variance
            then (
                difference * base - power({{ critical }}, 2) * base_covariance
                {{ sign }} {{ critical }} * sqrt(greatest(
                    power(base * standard_error, 2)
                    - 2 * difference * base * base_covariance
                    + power(difference, 2) * base_variance
                    - power({{ critical }}, 2) * (
                        power(standard_error, 2) * base_variance - power(base_covariance, 2)
                    ),
                    0
                ))
            ) / (power(base, 2) - power({{ critical }}, 2) * base_variance)
    end
{%- endmacro %}
