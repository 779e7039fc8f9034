{{ config(enabled=predicts_ltv()) }}

{#- A purchase is a day on which money stayed: charges of one day are one purchase, and one that was
    refunded whole is none. The last quarter of the days, or as many as are predicted, is the holdout:
    what the models say about it from the days before is compared with what came. -#}
{%- set days_ago = dbt.datediff('purchases.revenue_date', 'purchases.as_of_date', 'day') -%}
with as_of as (

    select {{ as_of_date(ref('int_charges__priced'), 'revenue_date') }} as as_of_date

),

-- What such a person spent is not known, nor how often.
without_rate as (

    select distinct person_id
    from {{ ref('int_charges__priced') }}
    where net_reporting_minor is null

),

purchases as (

    select
        revenue.person_id,
        revenue.revenue_date,
        as_of.as_of_date,
        cast(sum(revenue.net_reporting_minor) as bigint) as value_minor
    from {{ ref('int_charges__priced') }} as revenue
    inner join as_of
        on revenue.revenue_date <= as_of.as_of_date
    left join without_rate
        on revenue.person_id = without_rate.person_id
    where without_rate.person_id is null
    group by revenue.person_id, revenue.revenue_date, as_of.as_of_date
    having sum(revenue.net_reporting_minor) > 0

),

holdout as (

    select
        cast(least(
            {{ var('predicted_ltv_days') | int }},
            floor({{ dbt.datediff('min(revenue_date)', 'max(as_of_date)', 'day') }} / 4)
        ) as bigint) as holdout_days
    from purchases

),

dated as (

    select
        purchases.person_id,
        purchases.as_of_date,
        purchases.revenue_date,
        purchases.value_minor,
        holdout.holdout_days,
        {{ days_ago }} as days_ago,
        {{ days_ago }} >= holdout.holdout_days as was_known,
        min(purchases.revenue_date) over (partition by purchases.person_id) as first_date
    from purchases
    cross join holdout

),

counted as (

    select
        *,
        {{ dbt.datediff('first_date', 'revenue_date', 'day') }} as days_after_first,
        case when revenue_date > first_date then value_minor else 0 end as repeat_value_minor
    from dated

),

final as (

    select
        person_id,
        as_of_date,
        first_date as first_purchase_date,
        max(revenue_date) as last_purchase_date,
        cast({{ var('predicted_ltv_days') | int }} as bigint) as horizon_days,
        holdout_days,

        count(*) - 1 as repeat_purchases,
        max(days_after_first) as recency_days,
        max(days_ago) as age_days,
        cast(sum(repeat_value_minor) as bigint) as repeat_value_minor,

        count(case when was_known then 1 end) - 1 as calibration_repeat_purchases,
        max(case when was_known then days_after_first else 0 end) as calibration_recency_days,
        max(days_ago) - holdout_days as calibration_age_days,
        cast(sum(case when was_known then repeat_value_minor else 0 end) as bigint)
            as calibration_repeat_value_minor,

        count(case when not was_known then 1 end) as holdout_purchases,
        cast(sum(case when not was_known then value_minor else 0 end) as bigint)
            as holdout_value_minor
    from counted
    group by person_id, as_of_date, first_date, holdout_days

)

select * from final
