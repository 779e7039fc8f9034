with leads as (

    select * from {{ ref('int_leads__channels') }}

),

emails as (

    select * from {{ ref('int_identity__emails') }}

),

ordered as (

    select
        emails.person_id,
        leads.lead_id,
        leads.created_at,
        leads.channel,
        leads.source,
        leads.campaign,
        row_number() over (
            partition by emails.person_id order by leads.created_at, leads.lead_id
        ) as lead_number
    from leads
    inner join emails
        on leads.email = emails.email

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
