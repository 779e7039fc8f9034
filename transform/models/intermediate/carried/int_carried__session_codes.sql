{#- The promotion code of each checkout session, by what was typed, else by the id of the code, else by that
    of a coupon that the shop gave without one; and the channel that a row of the user's gives to any of
    these, the first of them first. -#}
with sessions as (

    select
        *,
        coalesce(promotion_code, promotion_code_id, coupon_id) as code
    from {{ ref('stg_stripe__checkout_sessions') }}

),

codes as (

    select * from {{ ref('int_channels__promotion_codes') }}

),

known as (

    select
        sessions.*,
        coalesce(typed.code, of_code.code, of_coupon.code) as known_code
    from sessions
    left join codes as typed
        on lower(sessions.promotion_code) = typed.code
    left join codes as of_code
        on lower(sessions.promotion_code_id) = of_code.code
    left join codes as of_coupon
        on lower(sessions.coupon_id) = of_coupon.code
    where sessions.code is not null

),

final as (

    select
        known.session_id,
        known.customer_id,
        known.payment_intent_id,
        known.created_at,
        known.code as promotion_code,
        codes.channel,
        codes.campaign,
        codes.partner,
        codes.signal
    from known
    left join codes
        on known.known_code = codes.code

)

select * from final
