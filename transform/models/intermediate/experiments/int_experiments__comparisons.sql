{#- The intervals of difference and lift. Whatever excludes zero from one excludes it from the other,
    since Fieller's interval of the lift uses the same critical value and, at zero, the same standard
    error. The quantile of Student's t starts at Cornish and Fisher's expansion and is mended by
    Newton's method in the angle whose tangent it is. -#}
{%- set newton_steps = 5 -%}
with p_values as (

    select * from {{ ref('int_experiments__p_values') }}

),

nodes as (

    {{ quadrature_nodes() }}

),

angle_0 as (

    select
        experiment_id,
        variant,
        df,
        half,
        welch_alpha,
        atan({{ t_quantile_guess('z', 'df') }} / sqrt(df)) as angle
    from (
        select
            *,
            {{ normal_quantile_guess('welch_alpha / 2') }} as z
        from p_values
    ) as guesses

),

{% for step in range(1, newton_steps + 1) -%}
angle_{{ step }} as (

    select
        guess.experiment_id,
        guess.variant,
        guess.df,
        guess.half,
        guess.welch_alpha,
        guess.angle + (
            {{ t_tail('guess.angle', 'guess.df', 'nodes.place', 'nodes.weight') }}
            - guess.welch_alpha * guess.half
        ) / exp(greatest((guess.df - 1) * ln(cos(guess.angle)), -700)) as angle
    from angle_{{ step - 1 }} as guess
    cross join nodes
    group by
        guess.experiment_id, guess.variant, guess.df, guess.half, guess.welch_alpha, guess.angle

),

{% endfor -%}
critical_values as (

    select
        p_values.*,
        sqrt(p_values.df) * tan(angles.angle) as critical,
        sqrt(
            2 * (p_values.mixture + 1) / p_values.mixture
            * (ln(p_values.mixture + 1) / 2 - ln(p_values.always_valid_alpha))
        ) as always_valid_critical
    from p_values
    inner join angle_{{ newton_steps }} as angles
        on
            p_values.experiment_id = angles.experiment_id
            and p_values.variant = angles.variant

),

final as (

    select
        experiment_id,
        variant,
        n,
        theta,
        difference,
        standard_error,
        df,
        welch_p as p_value,
        welch_adjusted_p as adjusted_p_value,
        always_valid_p as always_valid_p_value,
        always_valid_adjusted_p as adjusted_always_valid_p_value,
        case when base > 0 then difference / base end as lift,
        {%- for prefix in ['', 'always_valid_'] %}
        difference - {{ prefix }}critical * standard_error as {{ prefix }}difference_low,
        difference + {{ prefix }}critical * standard_error as {{ prefix }}difference_high,
        {{ fieller_bound('-', prefix ~ 'critical') }} as {{ prefix }}lift_low,
        {{ fieller_bound('+', prefix ~ 'critical') }} as {{ prefix }}lift_high
        {{- ',' if not loop.last }}
        {%- endfor %}
    from critical_values

)

select * from final
