with leads as (

    select * from {{ ref('int_leads__by_email') }}

),

ordered as (

    select
        *,
        row_number() over (
            partition by person_id order by first_lead_at, first_lead_id
        ) as from_first
    from leads

),

first_lead as (

    select
        person_id,
        first_lead_id as lead_id,
        first_lead_at as lead_created_at,
        first_channel as lead_channel,
        first_source as lead_source,
        first_campaign as lead_campaign
    from ordered
    where from_first = 1

)

select * from first_lead
