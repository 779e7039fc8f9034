with {{ newest_version(
    stripe_source('refunds'), 'id', 'updated_at', ref('base_stripe__repeated_refunds'),
    loaded=true
) }},

renamed as (

    select
        id as refund_id,
        charge_id,
        lower(currency) as currency,
        amount as refund_minor,
        status as refund_status,
        {{ utc('created') }} as created_at,
        {{ utc('updated_at') }} as updated_at,
        -- A refund that failed or was cancelled gave the money back.
        coalesce(status, 'succeeded') not in ('failed', 'canceled') as takes_money
    from newest
    where _sdc_deleted_at is null

)

select * from renamed
