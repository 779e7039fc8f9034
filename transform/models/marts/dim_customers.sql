with revenue as (

    select * from {{ ref('fct_revenue') }}

),

first_touches as (

    select
        person_id,
        channel,
        campaign,
        is_new
    from {{ ref('int_attribution__paths') }}
    where position = 1 and person_charge_number = 1

    union all

    select
        person_id,
        channel,
        campaign,
        is_new
    from {{ ref('int_attribution__pathless') }}
    where person_charge_number = 1

),

by_person as (

    select
        person_id,
        min(created_at) as first_charge_at,
        max(created_at) as last_charge_at,
        min(revenue_date) as first_revenue_date,
        max(revenue_date) as last_revenue_date,
        count(*) as orders,
        count(email) > 0 as has_email,
        max(case when lead_id is not null then 1 else 0 end) = 1 as has_lead,
        {{ sum_of_all('net_reporting_minor') }} as ltv_minor,
        count(*) - count(net_reporting_minor) as orders_without_rate
    from revenue
    where is_conversion
    group by person_id

),

final as (

    select
        by_person.person_id,
        first_touches.channel as first_channel,
        first_touches.campaign as first_campaign,
        by_person.first_charge_at,
        by_person.last_charge_at,
        by_person.first_revenue_date,
        by_person.last_revenue_date,
        first_touches.is_new,
        case when first_touches.is_new then {{ first_of_month('by_person.first_revenue_date') }} end
            as cohort_month,
        by_person.orders,
        by_person.has_email,
        by_person.has_lead,
        '{{ var("reporting_currency") }}' as currency,
        by_person.ltv_minor,
        {{ major('by_person.ltv_minor', reporting_minor_units()) }} as ltv,
        by_person.orders_without_rate
    from by_person
    inner join first_touches
        on by_person.person_id = first_touches.person_id

)

select * from final
