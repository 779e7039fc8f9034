with revenue as (

    select * from {{ ref('fct_revenue') }}
    where match_status = 'none'

),

unattributed as (

    select charge_id from {{ ref('int_attribution__pathless') }}
    where channel = 'unattributed'

),

explained as (

    select
        revenue.charge_id,
        revenue.created_at,
        revenue.revenue_date,
        revenue.currency,
        revenue.net_minor,
        revenue.net,
        revenue.email,
        revenue.unmatched_reason as reason,
        case revenue.unmatched_reason
            when 'no_email'
                then 'Collect an email in checkout: this payment has none.'
            when 'no_lead'
                then 'Collect in checkout the email used in the forms: no lead has this one.'
            when 'lead_after_charge'
                then 'The lead came after the payment. Ask for the email in a form before checkout.'
        end as remedy,
        unattributed.charge_id is null as is_attributed_by_touches
    from revenue
    left join unattributed
        on revenue.charge_id = unattributed.charge_id

)

select * from explained
