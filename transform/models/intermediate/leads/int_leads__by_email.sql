{{ config(materialized='view') }}

with leads as (

    select * from {{ ref('int_leads__channels') }}
    where email is not null

),

emails as (

    select * from {{ ref('int_identity__emails') }}

),

visitors as (

    select * from {{ ref('int_identity__visitors') }}

),

ordered as (

    select
        *,
        row_number() over (partition by email order by created_at, lead_id) as from_first,
        row_number() over (partition by email order by created_at desc, lead_id desc) as from_last
    from leads

),

by_email as (

    select
        email,
        count(*) as lead_count,
        max(case when from_first = 1 then lead_id end) as first_lead_id,
        max(case when from_first = 1 then created_at end) as first_lead_at,
        max(case when from_first = 1 then channel end) as first_channel,
        max(case when from_first = 1 then source end) as first_source,
        max(case when from_first = 1 then campaign end) as first_campaign,
        max(case when from_last = 1 then lead_id end) as last_lead_id,
        max(case when from_last = 1 then created_at end) as last_lead_at,
        max(case when from_last = 1 then channel end) as last_channel,
        max(case when from_last = 1 then source end) as last_source,
        max(case when from_last = 1 then campaign end) as last_campaign
    from ordered
    group by email

),

visitors_by_person as (

    select
        person_id,
        {{ sorted_array('visitor_id') }} as visitor_ids
    from visitors
    group by person_id

),

joined as (

    select
        by_email.*,
        emails.person_id,
        visitors_by_person.visitor_ids
    from by_email
    inner join emails
        on by_email.email = emails.email
    left join visitors_by_person
        on emails.person_id = visitors_by_person.person_id

)

select * from joined
