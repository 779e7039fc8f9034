{%- set refunded = refunded_minor(
    source_column('stripe', 'charges', 'refunded_amount'), 'amount_refunded', 'amount_captured'
) -%}
with {{ newest_version(
    stripe_source('charges'), 'id', 'updated_at', ref('base_stripe__repeated_charges'),
    loaded=true
) }},

renamed as (

    select
        id as charge_id,
        nullif(customer_id, '') as customer_id,
        payment_intent_id,
        balance_transaction_id,

        {{ utc('created') }} as created_at,
        {{ utc('updated_at') }} as updated_at,

        lower(currency) as currency,
        amount_captured as gross_minor,
        {{ refunded }} as refunded_minor,
        amount_captured - {{ refunded }} as net_minor,

        lower(settled_currency) as settled_currency,
        settled_amount as settled_minor,
        fee as settled_fee_minor,

        {{ normalize_email('customer_email') }} as email,
        customer_email_source as email_source,
        {{ utc(source_column('stripe', 'charges', 'customer_created')) }} as customer_created_at,

        {{ filled_metadata(source_column('stripe', 'charges', 'metadata')) }} as metadata,
        {{ filled_metadata(source_column('stripe', 'charges', 'customer_metadata')) }} as customer_metadata,

        payment_method_type,
        {{ source_column('stripe', 'charges', 'card_country') }} as card_country,
        {{ source_column('stripe', 'charges', 'billing_country') }} as billing_country,
        description,
        captured as is_captured,
        refunded as is_refunded,
        disputed as is_disputed,
        livemode as is_live
    from newest
    where _sdc_deleted_at is null

)

select * from renamed
