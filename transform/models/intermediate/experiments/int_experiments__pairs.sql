{#- Each variant beside control: the difference of their means, and all that an interval of it needs.
    Each pair has its own theta, the slope of revenue on the revenue before, over the visitors of both:
    what happened in a third variant changes nothing in this comparison. The lift is relative to
    control's plain mean, which varies together with the difference. -#}
with moments as (

    select * from {{ ref('int_experiments__moments') }}
    where is_known

),

sums as (

    select
        treated.experiment_id,
        treated.variant,
        treated.visitors + control.visitors as visitors,
        treated.sum_y + control.sum_y as sum_y,
        treated.sum_x + control.sum_x as sum_x,
        treated.sum_xx + control.sum_xx as sum_xx,
        treated.sum_xy + control.sum_xy as sum_xy
    from moments as treated
    inner join moments as control
        on
            treated.experiment_id = control.experiment_id
            and control.variant = 'control'
    where treated.variant <> 'control'

),

thetas as (

    select
        experiment_id,
        variant,
        case
            when visitors * sum_xx - sum_x * sum_x > 0
                then {{ float('visitors * sum_xy - sum_x * sum_y') }}
                    / {{ float('visitors * sum_xx - sum_x * sum_x') }}
            else 0
        end as theta
    from sums

),

adjusted as (

    select
        thetas.experiment_id,
        moments.variant,
        thetas.variant as compared_variant,
        thetas.theta,
        moments.n,
        moments.mean_y,
        moments.mean_y - thetas.theta * moments.mean_x as mean,
        (
            moments.var_y + thetas.theta * thetas.theta * moments.var_x
            - 2 * thetas.theta * moments.cov_xy
        ) / moments.n as variance_of_mean,
        moments.var_y / moments.n as variance_of_plain_mean,
        (moments.var_y - thetas.theta * moments.cov_xy) / moments.n as covariance_of_means
    from thetas
    inner join moments
        on
            thetas.experiment_id = moments.experiment_id
            and moments.variant in (thetas.variant, 'control')

),

final as (

    select
        treated.experiment_id,
        treated.variant,
        treated.theta,
        treated.n,
        control.n as control_n,
        treated.mean - control.mean as difference,
        treated.variance_of_mean as treated_variance,
        control.variance_of_mean as control_variance,
        control.mean_y as base,
        control.variance_of_plain_mean as base_variance,
        -control.covariance_of_means as base_covariance
    from adjusted as treated
    inner join adjusted as control
        on
            treated.experiment_id = control.experiment_id
            and treated.compared_variant = control.compared_variant
            and control.variant = 'control'
    where treated.variant <> 'control'

)

select * from final
