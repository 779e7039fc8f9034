{#- A lead without an email is somebody's once a payment names it, or its visitor. -#}
with leads as (

    select * from {{ ref('int_leads__channels') }}

),

emails as (

    select * from {{ ref('int_identity__emails') }}

),

matches as (

    select * from {{ ref('int_references__matches') }}

),

visitors as (

    select * from {{ ref('int_identity__visitors') }}
    where visitor_id in (select visitor_id from matches)

),

with_person as (

    select
        leads.*,
        emails.person_id
    from leads
    inner join emails
        on leads.email = emails.email

    union all

    select
        leads.*,
        visitors.person_id
    from leads
    inner join visitors
        on leads.visitor_id = visitors.visitor_id
    where leads.email is null

),

ordered as (

    select
        person_id,
        lead_id,
        created_at,
        channel,
        source,
        campaign,
        row_number() over (partition by person_id order by created_at, lead_id) as lead_number
    from with_person

),

first_leads as (

    select
        person_id,
        lead_id,
        created_at as lead_created_at,
        channel as lead_channel,
        source as lead_source,
        campaign as lead_campaign
    from ordered
    where lead_number = 1

)

select * from first_leads
