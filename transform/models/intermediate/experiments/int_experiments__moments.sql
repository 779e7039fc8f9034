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
        visitors.later_revenue_minor,
        case
            when visitors.revenue_minor > caps.cap_minor then caps.cap_minor
            else visitors.revenue_minor
        end as y,
        visitors.revenue_before_minor as x,
        count(*) over (partition by visitors.experiment_id)
        = count(visitors.revenue_minor + visitors.revenue_before_minor)
            over (partition by visitors.experiment_id) as is_known
    from visitors
    left join caps
        on visitors.experiment_id = caps.experiment_id

),

sums as (

    select
        experiment_id,
        variant,
        {{ wide('count(*)') }} as visitors,
        is_known,
        cast(sum(case when revenue_minor > 0 or revenue_minor is null then 1 else 0 end) as bigint) as payers,
        {{ wide(sum_of_all('revenue_minor')) }} as revenue_minor,
        {{ wide(sum_of_all('later_revenue_minor')) }} as later_revenue_minor,
        {{ wide('sum(y)') }} as sum_y,
        {{ wide('sum(' ~ wide('y') ~ ' * y)') }} as sum_yy,
        {{ wide('sum(x)') }} as sum_x,
        {{ wide('sum(' ~ wide('x') ~ ' * x)') }} as sum_xx,
        {{ wide('sum(' ~ wide('x') ~ ' * y)') }} as sum_xy
    from capped
    group by experiment_id, variant, is_known

),

moments as (

    select
        *,
        count(*) over (partition by experiment_id) as variants,
        {{ float('visitors') }} as n,
        {{ float('sum(visitors) over (partition by experiment_id)') }} as all_visitors,
        {{ float('sum_y') }} / {{ float('visitors') }} as mean_y,
        {{ float('sum_x') }} / {{ float('visitors') }} as mean_x,
        {{ float('visitors * sum_yy - sum_y * sum_y') }}
        / nullif({{ float('visitors * (visitors - 1)') }}, 0) as var_y,
        {{ float('visitors * sum_xx - sum_x * sum_x') }}
        / nullif({{ float('visitors * (visitors - 1)') }}, 0) as var_x,
        {{ float('visitors * sum_xy - sum_x * sum_y') }}
        / nullif({{ float('visitors * (visitors - 1)') }}, 0) as cov_xy
    from sums

)

select * from moments
