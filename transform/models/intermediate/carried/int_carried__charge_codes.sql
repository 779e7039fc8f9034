{#- The promotion code behind a charge: that of its session; and for the payments of a subscription, which
    have no session each, that of the last session before them in which the customer subscribed. -#}
with sessions as (

    select * from {{ ref('stg_stripe__checkout_sessions') }}

),

codes as (

    select * from {{ ref('int_carried__session_codes') }}

),

charges as (

    select
        charge_id,
        customer_id,
        payment_intent_id,
        created_at
    from {{ ref('stg_stripe__charges') }}
    where
        payment_intent_id in (select codes.payment_intent_id from codes)
        or customer_id in (select codes.customer_id from codes)

),

paid as (

    select
        charges.charge_id,
        sessions.session_id,
        sessions.created_at,
        1 as place
    from charges
    inner join sessions
        on charges.payment_intent_id = sessions.payment_intent_id

    union all

    select
        charges.charge_id,
        sessions.session_id,
        sessions.created_at,
        2 as place
    from charges
    inner join sessions
        on
            charges.customer_id = sessions.customer_id
            and charges.created_at >= sessions.created_at
    where sessions.payment_intent_id is null

),

ranked as (

    select
        charge_id,
        session_id,
        row_number() over (
            partition by charge_id
            order by place asc, created_at desc, session_id desc
        ) as session_rank
    from paid

),

final as (

    select
        ranked.charge_id,
        codes.promotion_code,
        codes.channel,
        codes.campaign,
        codes.partner
    from ranked
    inner join codes
        on ranked.session_id = codes.session_id
    where ranked.session_rank = 1

)

select * from final
