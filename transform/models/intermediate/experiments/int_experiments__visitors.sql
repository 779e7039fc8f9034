{#- Every visitor who saw one variant, zeros included. Who saw several is left out, since what they paid
    cannot be told apart. A person with several exposed devices pays once, on the device that was
    exposed first. Revenue counts from the exposure until the experiment ended or, with the var
    `conversion_window_days`, for so many days, whether or not it has ended since. -#}
{%- set window_days = var('conversion_window_days') -%}
{%- set in_window -%}
    revenue.created_at >= numbered.exposed_at
    and (numbered.window_end is null or revenue.created_at < numbered.window_end)
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
        cast(sum(
            case
                when
                    {{ in_window | indent(20) }}
                    then revenue.net_reporting_minor
                else 0
            end
        ) as bigint) as revenue_minor,
        cast(sum(
            case
                when revenue.created_at >= numbered.window_end then revenue.net_reporting_minor
                else 0
            end
        ) as bigint) as later_revenue_minor,
        cast(sum(
            case
                when
                    revenue.created_at < numbered.exposed_at
                    and revenue.created_at >= numbered.exposed_at - {{ days(var('experiment_cuped_days')) }}
                    then revenue.net_reporting_minor
                else 0
            end
        ) as bigint) as revenue_before_minor
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
        coalesce(payments.revenue_minor, 0) as revenue_minor,
        coalesce(payments.later_revenue_minor, 0) as later_revenue_minor,
        coalesce(payments.revenue_before_minor, 0) as revenue_before_minor
    from numbered
    left join payments
        on
            numbered.experiment_id = payments.experiment_id
            and numbered.visitor_id = payments.visitor_id

)

select * from final
