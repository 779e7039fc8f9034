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

reasons as (

    select
        revenue.*,
        case
            when shared_people.person_id is not null then 'shared_mailbox'
            else revenue.unmatched_reason
        end as reason
    from revenue
    left join shared_people
        on revenue.person_id = shared_people.person_id

),

explained as (

    select
        reasons.charge_id,
        reasons.created_at,
        reasons.revenue_date,
        reasons.currency,
        reasons.net_minor,
        reasons.net,
        reasons.email,
        reasons.reason,
        case
            when reasons.reason = 'no_email'
                then 'Collect an email in checkout: this payment has none.'
            when reasons.reason = 'no_lead' and leads.lead_count = 0
                then 'No leads are there yet. Import a file of them with `stripe-apex import`, or fill the table '
                    || 'leads with their emails.'
            when reasons.reason = 'no_lead'
                then 'Collect in checkout the email used in the forms: no lead has this one.'
            when reasons.reason = 'lead_after_charge'
                then 'The lead came after the payment. Ask for the email in a form before checkout.'
            when reasons.reason = 'shared_mailbox'
                then 'Many people use this address. Ask for a personal one in checkout.'
        end as remedy,
        unattributed.charge_id is null as is_attributed_by_touches
    from reasons
    cross join leads
    left join unattributed
        on reasons.charge_id = unattributed.charge_id

)

select * from explained
