{#- Every visitor who saw one variant, zeros included. Who saw several is left out, since what they paid
    cannot be told apart. A person with several exposed devices pays once, on the device that was
    exposed first. Revenue counts from the exposure until the experiment ended or, with the var
    `conversion_window_days`, for so many days, whether or not it has ended since. Revenue of which a
    part has no rate is null. -#}
{%- set window_days = var('conversion_window_days') -%}
{%- set within -%}
case
    when
        revenue.created_at >= numbered.exposed_at
        and (numbered.window_end is null or revenue.created_at < numbered.window_end)
        then revenue.net_reporting_minor
    else 0
end
{%- endset -%}
{%- set later -%}
case when revenue.created_at >= numbered.window_end then revenue.net_reporting_minor else 0 end
{%- endset -%}
{%- set before -%}
case
    when
        revenue.created_at < numbered.exposed_at
        and revenue.created_at >= numbered.exposed_at - {{ days(var('experiment_cuped_days')) }}
        then revenue.net_reporting_minor
    else 0
end
{%- endset -%}
with experiments as (

    select * from {{ ref('stg_experiments__experiments') }}

),

exposures as (

    select * from {{ ref('int_experiments__exposures') }}
    where variants_seen = 1

),

visitors as (

    select * from {{ ref('int_identity__visitors') }}

),

revenue as (

    select * from {{ ref('int_charges__priced') }}
    {%- if var('as_of_date') %}
    where revenue_date <= cast('{{ var("as_of_date") }}' as date)
    {%- endif %}

),

windows as (

    select
        exposures.experiment_id,
        exposures.visitor_id,
        exposures.variant,
        exposures.exposed_at,
        {%- if window_days %}
        exposures.exposed_at + {{ days(window_days) }} as window_end,
        {%- else %}
        experiments.ended_at as window_end,
        {%- endif %}
        visitors.person_id
    from exposures
    inner join experiments
        on exposures.experiment_id = experiments.experiment_id
    left join visitors
        on exposures.visitor_id = visitors.visitor_id

),

numbered as (

    select
        *,
        row_number() over (
            partition by experiment_id, person_id order by exposed_at, visitor_id
        ) as device_number
    from windows

),

payments as (

    select
        numbered.experiment_id,
        numbered.visitor_id,
        {{ sum_of_all(within) | indent(8) }} as revenue_minor,
        {{ sum_of_all(later) | indent(8) }} as later_revenue_minor,
        {{ sum_of_all(before) | indent(8) }} as revenue_before_minor
    from numbered
    inner join revenue
        on numbered.person_id = revenue.person_id
    where numbered.device_number = 1
    group by numbered.experiment_id, numbered.visitor_id

),

final as (

    select
        numbered.experiment_id,
        numbered.visitor_id,
        numbered.variant,
        numbered.exposed_at,
        case when payments.visitor_id is null then 0 else payments.revenue_minor end as revenue_minor,
        case when payments.visitor_id is null then 0 else payments.later_revenue_minor end as later_revenue_minor,
        case when payments.visitor_id is null then 0 else payments.revenue_before_minor end as revenue_before_minor
    from numbered
    left join payments
        on
            numbered.experiment_id = payments.experiment_id
            and numbered.visitor_id = payments.visitor_id

)

select * from final
