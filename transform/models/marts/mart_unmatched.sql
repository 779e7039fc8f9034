with revenue as (

    select * from {{ ref('fct_revenue') }}
    where match_status = 'none'

),

shared_people as (

    select * from {{ ref('int_attribution__shared_people') }}

),

unattributed as (

    select charge_id from {{ ref('int_attribution__pathless') }}
    where channel = 'unattributed'

),

leads as (

    select count(*) as lead_count
    from {{ ref('stg_web__leads') }}
    where email is not null

),

codes as (

    select charge_id from {{ ref('int_carried__charge_codes') }}
    where channel is null

),

claims as (

    select
        payer,
        reference_value
    from {{ ref('int_references__claims') }}
    where reference_key <> 'customer_email'

),

shared as (

    select * from {{ ref('int_references__shared') }}

),

claiming as (

    select
        claims.payer,
        max(case when shared.reference_value is not null then 1 else 0 end) as is_shared
    from claims
    left join shared
        on claims.reference_value = shared.reference_value
    group by claims.payer

),

reasons as (

    select
        revenue.*,
        case
            when shared_people.person_id is not null then 'shared_mailbox'
            else revenue.unmatched_reason
        end as reason,
        codes.charge_id is not null as has_unknown_code,
        claiming.is_shared
    from revenue
    left join shared_people
        on revenue.person_id = shared_people.person_id
    left join codes
        on revenue.charge_id = codes.charge_id
    left join claiming
        on {{ payer('revenue.customer_id', 'revenue.charge_id') }} = claiming.payer

),

remedies as (

    select
        reasons.*,
        case
            when reasons.has_unknown_code then 'add_promotion_code'
            when reasons.is_shared = 1 then 'send_personal_reference'
            when reasons.is_shared = 0 then 'import_visits'
            when reasons.reason = 'shared_mailbox' then 'ask_personal_email'
            when reasons.reason = 'lead_after_charge' then 'send_reference'
            when reasons.reason = 'no_email' then 'ask_email'
            when leads.lead_count = 0 then 'import_leads'
            else 'send_reference'
        end as remedy_kind
    from reasons
    cross join leads

),

explained as (

    select
        remedies.charge_id,
        remedies.created_at,
        remedies.revenue_date,
        remedies.currency,
        remedies.net_minor,
        remedies.net_reporting_minor,
        remedies.net,
        remedies.email,
        remedies.reason,
        remedies.remedy_kind,
        case
            when remedies.remedy_kind = 'add_promotion_code'
                then 'Give its promotion code a channel: add a row to the table promotion_codes.'
            when remedies.remedy_kind = 'send_personal_reference'
                then 'The reference that it carries is the same for many people. Send the id of the visitor or '
                    || 'the lead.'
            when remedies.remedy_kind = 'import_visits'
                then 'It carries a reference that no visit and no lead has. Import the visits or leads with these ids.'
            when remedies.remedy_kind = 'ask_personal_email'
                then 'Many people use this address. Ask for a personal one in checkout, or hand the id of the '
                    || 'visitor over with the payment.'
            when remedies.reason = 'lead_after_charge'
                then 'The lead came after the payment. Hand the id of the visitor over with the payment, or ask '
                    || 'for the email in a form before checkout.'
            when remedies.remedy_kind = 'ask_email'
                then 'Collect an email in checkout, or hand the id of the visitor over with the payment: this one '
                    || 'has neither.'
            when remedies.remedy_kind = 'import_leads'
                then 'No leads are there yet. Import a file of them with `stripe-apex import`, fill the table '
                    || 'leads with their emails, or hand the campaign over with the payment.'
            else 'No lead has this email. Hand the id of the visitor over with the payment, or collect in '
                || 'checkout the email used in the forms.'
        end as remedy,
        unattributed.charge_id is null as is_attributed_by_touches
    from remedies
    left join unattributed
        on remedies.charge_id = unattributed.charge_id

)

select * from explained
