{{ config(materialized='view') }}

{#- A charge of nobody known is a person of its own: revenue without an email still has a payer.
    Payments are numbered before the lead's columns are there, which the sort would carry along. -#}
with charges as (

    select * from {{ ref('stg_stripe__charges') }}

),

stitches as (

    select * from {{ ref('int_identity__stitches') }}
    where hub_kind = 'customer'

),

emails as (

    select * from {{ ref('int_identity__emails') }}

),

leads as (

    select * from {{ ref('int_leads__by_person') }}

),

customers as (

    select
        hub_id as customer_id,
        min(email) as email
    from stitches
    group by hub_id

),

with_email as (

    select
        charges.*,
        coalesce(charges.email, customers.email) as known_email,
        case
            when charges.email is not null then charges.email_source
            when customers.email is not null then 'other_charge'
        end as known_email_source,
        case
            when charges.email is not null then 'direct'
            when customers.email is not null then 'via_customer'
        end as email_route,
        case
            when charges.customer_id is not null then 'customer ' || charges.customer_id
            else 'charge ' || charges.charge_id
        end as nameless
    from charges
    left join customers
        on charges.customer_id = customers.customer_id

),

with_person as (

    select
        with_email.*,
        {{ local_date('with_email.created_at') }} as revenue_date,
        coalesce(emails.person_id, {{ surrogate_key('with_email.nameless') }}) as person_id
    from with_email
    left join emails
        on with_email.known_email = emails.email

),

numbered as (

    select
        *,
        row_number() over payments as person_charge_number,
        lag(revenue_date) over payments as previous_revenue_date
    from with_person
    window payments as (partition by person_id order by created_at, charge_id)

),

matched as (

    select
        numbered.*,
        case
            when leads.lead_created_at <= numbered.created_at then numbered.email_route
            else 'none'
        end as match_status,
        case when leads.lead_created_at <= numbered.created_at then leads.lead_id end
            as lead_id,
        case when leads.lead_created_at <= numbered.created_at then leads.lead_channel end
            as lead_channel,
        case when leads.lead_created_at <= numbered.created_at then leads.lead_source end
            as lead_source,
        case when leads.lead_created_at <= numbered.created_at then leads.lead_campaign end
            as lead_campaign,
        case
            when numbered.known_email is null then 'no_email'
            when leads.lead_id is null then 'no_lead'
            when leads.lead_created_at > numbered.created_at then 'lead_after_charge'
        end as unmatched_reason
    from numbered
    left join leads
        on numbered.person_id = leads.person_id

)

select * from matched
