{#- Sums of whole numbers first, one division at the end: means, variances and covariances that do
    not depend on the order of the rows. -#}
{%- set cap = var('experiment_cap_percentile') -%}
with visitors as (

    select * from {{ ref('int_experiments__visitors') }}

),

caps as (

    select
        experiment_id,
        {% if cap -%}
        percentile_disc({{ cap }}) within group (order by revenue_minor) as cap_minor
        {%- else -%}
        cast(null as bigint) as cap_minor
        {%- endif %}
    from visitors
    where revenue_minor > 0
    group by experiment_id

),

capped as (

    select
        visitors.experiment_id,
        visitors.variant,
        visitors.revenue_minor,
        case
            when visitors.revenue_minor > caps.cap_minor then caps.cap_minor
            else visitors.revenue_minor
        end as y,
        visitors.revenue_before_minor as x
    from visitors
    left join caps
        on visitors.experiment_id = caps.experiment_id

),

arm_sums as (

    select
        experiment_id,
        variant,
        {{ wide('count(*)') }} as n,
        cast(sum(case when revenue_minor > 0 then 1 else 0 end) as bigint) as payers,
        {{ wide('sum(revenue_minor)') }} as revenue_minor,
        {{ wide('sum(y)') }} as sum_y,
        {{ wide('sum(' ~ wide('y') ~ ' * y)') }} as sum_yy,
        {{ wide('sum(x)') }} as sum_x,
        {{ wide('sum(' ~ wide('x') ~ ' * x)') }} as sum_xx,
        {{ wide('sum(' ~ wide('x') ~ ' * y)') }} as sum_xy
    from capped
    group by experiment_id, variant

),

pooled as (

    select
        experiment_id,
        count(*) as variants,
        {{ wide('sum(n)') }} as n,
        {{ wide('sum(sum_y)') }} as sum_y,
        {{ wide('sum(sum_x)') }} as sum_x,
        {{ wide('sum(sum_xx)') }} as sum_xx,
        {{ wide('sum(sum_xy)') }} as sum_xy
    from arm_sums
    group by experiment_id

),

thetas as (

    select
        experiment_id,
        variants,
        n as all_visitors,
        case
            when n * sum_xx - sum_x * sum_x > 0
                then {{ float('n * sum_xy - sum_x * sum_y') }}
                    / {{ float('n * sum_xx - sum_x * sum_x') }}
            else 0
        end as theta
    from pooled

),

moments as (

    select
        arm_sums.experiment_id,
        arm_sums.variant,
        arm_sums.payers,
        arm_sums.revenue_minor,
        thetas.variants,
        thetas.theta,
        {{ float('arm_sums.n') }} as n,
        {{ float('thetas.all_visitors') }} as all_visitors,
        {{ float('sum_y') }} / {{ float('n') }} as mean_y,
        {{ float('sum_x') }} / {{ float('n') }} as mean_x,
        {{ float('n * sum_yy - sum_y * sum_y') }} / nullif({{ float('n * (n - 1)') }}, 0) as var_y,
        {{ float('n * sum_xx - sum_x * sum_x') }} / nullif({{ float('n * (n - 1)') }}, 0) as var_x,
        {{ float('n * sum_xy - sum_x * sum_y') }} / nullif({{ float('n * (n - 1)') }}, 0) as cov_xy
    from arm_sums
    inner join thetas
        on arm_sums.experiment_id = thetas.experiment_id

),

adjusted as (

    select
        *,
        mean_y - theta * mean_x as adjusted_mean,
        var_y + theta * theta * var_x - 2 * theta * cov_xy as adjusted_variance
    from moments

)

select * from adjusted
