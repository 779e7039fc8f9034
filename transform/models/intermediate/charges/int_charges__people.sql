{{ config(materialized='view') }}

{#- A charge of nobody known is a person of its own: revenue without an email still has a payer.
    Payments are numbered before the lead's columns are there, which the sort would carry along. A charge
    that brought nothing has a number below 0: it makes nobody a customer, and no other charge a later one. -#}
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

history as (

    select * from {{ ref('int_charges__history') }}

),

joined as (

    select * from {{ ref('int_identity__joined') }}

),

payer_references as (

    select * from {{ ref('int_references__payments') }}
    where is_of_payer

),

charge_references as (

    select * from {{ ref('int_references__payments') }}
    where is_of_charge

),

carried_touches as (

    select
        person_id,
        field,
        occurred_at,
        row_number() over (partition by person_id order by occurred_at, touchpoint_id) as touch_rank
    from {{ ref('int_carried__touches') }}

),

first_carried as (

    select
        person_id,
        field,
        occurred_at
    from carried_touches
    where touch_rank = 1

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
        {{ payer('charges.customer_id', 'charges.charge_id') }} as payer
    from charges
    left join customers
        on charges.customer_id = customers.customer_id

),

with_person as (

    select
        with_email.*,
        {{ local_date('with_email.created_at') }} as revenue_date,
        {{ is_conversion('with_email.net_minor') }} as is_conversion,
        coalesce(emails.person_id, {{ surrogate_key('with_email.payer') }}) as known_id
    from with_email
    left join emails
        on with_email.known_email = emails.email

),

with_reference as (

    select
        with_person.*,
        coalesce(joined.person_id, with_person.known_id) as person_id,
        coalesce(charge_references.reference_key, payer_references.reference_key) as reference_key,
        coalesce(payer_references.is_conflict, false) as match_conflict
    from with_person
    left join joined
        on with_person.known_id = joined.joined_id
    left join payer_references
        on with_person.payer = payer_references.payer
    left join charge_references
        on with_person.charge_id = charge_references.charge_id

),

ordered as (

    select
        *,
        row_number() over payments as place,
        lag(revenue_date) over payments as date_before,
        min(customer_created_at) over (partition by person_id) as first_customer_created_at
    from with_reference
    window payments as (
        partition by person_id order by is_conversion desc, created_at asc, charge_id asc
    )

),

numbered as (

    select
        ordered.*,
        case when ordered.is_conversion then ordered.place else -ordered.place end
            as person_charge_number,
        case when ordered.is_conversion then ordered.date_before end as previous_revenue_date,
        {{ is_new_payer(
            'ordered.place > 1 or not ordered.is_conversion', 'ordered.created_at',
            'ordered.first_customer_created_at', 'history'
        ) | indent(4) }} as is_new
    from ordered
    cross join history

),

with_lead as (

    select
        numbered.*,
        leads.lead_created_at is not null as has_lead,
        coalesce(leads.lead_created_at <= numbered.created_at, false) as has_lead_before,
        leads.lead_id as first_lead_id,
        leads.lead_channel as first_lead_channel,
        leads.lead_source as first_lead_source,
        leads.lead_campaign as first_lead_campaign,
        first_carried.field as carried_field
    from numbered
    left join leads
        on numbered.person_id = leads.person_id
    left join first_carried
        on
            numbered.person_id = first_carried.person_id
            and numbered.created_at >= first_carried.occurred_at

),

matched as (

    select
        *,
        case
            when reference_key is not null then 'by_reference'
            when has_lead_before and email_route is not null then email_route
            when carried_field is not null then 'by_touch'
            else 'none'
        end as match_status,
        case
            when reference_key is not null then reference_key
            when has_lead_before and email_route = 'direct' then 'email'
            when has_lead_before and email_route = 'via_customer' then 'customer'
            else carried_field
        end as matched_by,
        case when has_lead_before then first_lead_id end as lead_id,
        case when has_lead_before then first_lead_channel end as lead_channel,
        case when has_lead_before then first_lead_source end as lead_source,
        case when has_lead_before then first_lead_campaign end as lead_campaign,
        case
            when reference_key is not null or carried_field is not null then null
            when known_email is null then 'no_email'
            when not has_lead then 'no_lead'
            when not has_lead_before then 'lead_after_charge'
        end as unmatched_reason
    from with_lead

)

select * from matched
