with {{ newest_version(
    stripe_source('checkout_sessions'), 'id', 'updated_at',
    ref('base_stripe__repeated_checkout_sessions'), loaded=true
) }},

renamed as (

    select
        id as session_id,
        {{ blank_to_null('customer_id') }} as customer_id,
        {{ blank_to_null('payment_intent_id') }} as payment_intent_id,
        {{ utc('created') }} as created_at,
        {{ blank_to_null('client_reference_id') }} as client_reference_id,
        {{ normalize_email('customer_email') }} as email,
        {{ blank_to_null('promotion_code') }} as promotion_code,
        {{ blank_to_null('promotion_code_id') }} as promotion_code_id,
        {{ blank_to_null('coupon_id') }} as coupon_id,
        {{ filled_metadata('metadata') }} as metadata
    from newest
    where
        _sdc_deleted_at is null
        -- Who left the checkout paid nothing.
        and status = 'complete'

)

select * from renamed
