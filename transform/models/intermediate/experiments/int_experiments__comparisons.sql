{#- Welch's comparison of each variant with control: standard error, degrees of freedom, two-sided
    p-value and the t quantile of a 95 % interval. The quantile starts at Cornish and Fisher's
    expansion and is mended by Newton's method. -#}
{%- set newton_steps = 5 -%}
with moments as (

    select * from {{ ref('int_experiments__moments') }}

),

nodes as (

    {{ quadrature_nodes() }}

),

pairs as (

    select
        treated.experiment_id,
        treated.variant,
        treated.n,
        treated.adjusted_mean - control.adjusted_mean as difference,
        treated.mean_y as treated_mean,
        control.mean_y as control_mean,
        treated.adjusted_variance / treated.n as treated_share,
        control.adjusted_variance / control.n as control_share,
        treated.n - 1 as treated_df,
        control.n - 1 as control_df
    from moments as treated
    inner join moments as control
        on
            treated.experiment_id = control.experiment_id
            and control.variant = 'control'
    where treated.variant <> 'control'

),

errors as (

    select
        *,
        sqrt(treated_share + control_share) as standard_error,
        power(treated_share + control_share, 2) / (
            power(treated_share, 2) / treated_df + power(control_share, 2) / control_df
        ) as df,
        case
            when control_mean <> 0
                then sqrt(
                    treated_share / power(control_mean, 2)
                    + control_share * power(treated_mean, 2) / power(control_mean, 4)
                )
        end as relative_error
    from pairs
    where treated_share + control_share > 0

),

tails as (

    select
        errors.experiment_id,
        errors.variant,
        {{ t_tail(
            'atan(abs(errors.difference) / errors.standard_error / sqrt(errors.df))', 'errors.df',
            'nodes.place', 'nodes.weight'
        ) }} as beyond,
        {{ t_tail('0', 'errors.df', 'nodes.place', 'nodes.weight') }} as half
    from errors
    cross join nodes
    group by errors.experiment_id, errors.variant

),

quantile_0 as (

    select
        errors.experiment_id,
        errors.variant,
        errors.df,
        tails.half,
        1.959963984540054
        + 2.372271230 / errors.df
        + 2.822498620 / power(errors.df, 2)
        + 2.555849800 / power(errors.df, 3) as quantile
    from errors
    inner join tails
        on
            errors.experiment_id = tails.experiment_id
            and errors.variant = tails.variant

),

{% for step in range(1, newton_steps + 1) -%}
quantile_{{ step }} as (

    select
        guess.experiment_id,
        guess.variant,
        guess.df,
        guess.half,
        guess.quantile
        + (
            {{ t_tail(
                'atan(guess.quantile / sqrt(guess.df))', 'guess.df', 'nodes.place', 'nodes.weight'
            ) }} / (2 * guess.half) - 0.025
        ) / (
            power(1 + guess.quantile * guess.quantile / guess.df, -(guess.df + 1) / 2)
            / (2 * sqrt(guess.df) * guess.half)
        ) as quantile
    from quantile_{{ step - 1 }} as guess
    cross join nodes
    group by guess.experiment_id, guess.variant, guess.df, guess.half, guess.quantile

),

{% endfor -%}
final as (

    select
        errors.experiment_id,
        errors.variant,
        errors.n,
        errors.difference,
        errors.standard_error,
        errors.df,
        errors.difference - quantiles.quantile * errors.standard_error as difference_low,
        errors.difference + quantiles.quantile * errors.standard_error as difference_high,
        case when errors.control_mean <> 0 then errors.difference / errors.control_mean end as lift,
        case when errors.control_mean <> 0 then errors.difference / errors.control_mean end
        - quantiles.quantile * errors.relative_error as lift_low,
        case when errors.control_mean <> 0 then errors.difference / errors.control_mean end
        + quantiles.quantile * errors.relative_error as lift_high,
        tails.beyond / tails.half as p_value
    from errors
    inner join tails
        on
            errors.experiment_id = tails.experiment_id
            and errors.variant = tails.variant
    inner join quantile_{{ newton_steps }} as quantiles
        on
            errors.experiment_id = quantiles.experiment_id
            and errors.variant = quantiles.variant

)

select * from final
