with {{ newest_version(
    stripe_source('failed_charges'), 'id', 'updated_at',
    ref('base_stripe__repeated_failed_charges'), loaded=true
) }},

renamed as (

    select
        id as charge_id,
        coalesce({{ blank_to_null('payment_intent_id') }}, id) as payment_id,
        {{ utc('created') }} as created_at,
        lower(currency) as currency,
        amount as asked_minor,
        -- What was authorised at first has a reason of that, and none of its failure.
        coalesce(
            case
                when coalesce(outcome_type, '') <> 'authorized' then {{ blank_to_null('outcome_reason') }}
            end,
            {{ blank_to_null('failure_code') }},
            'unknown'
        ) as reason
    from newest
    where _sdc_deleted_at is null

)

select * from renamed
