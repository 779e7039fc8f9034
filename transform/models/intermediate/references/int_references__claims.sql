{#- What payments say about who pays: the fields that the var `reference_keys` names, of the metadata of
    charge, session and customer, and what a session knows besides. What a customer carries, and a session
    without a charge of its own (that of a subscription), counts for all payments of the customer. -#}
with charges as (

    select
        charge_id,
        customer_id,
        payment_intent_id,
        metadata,
        customer_metadata,
        {{ payer('customer_id', 'charge_id') }} as payer
    from {{ ref('stg_stripe__charges') }}

),

sessions as (

    select * from {{ ref('stg_stripe__checkout_sessions') }}

),

reference_keys as (

    {% for key in var('reference_keys') -%}
    select
        '{{ key }}' as reference_key,
        {{ loop.index }} as key_rank
    {%- if not loop.last %}

    union all

    {% endif -%}
    {% endfor %}

),

placed_sessions as (

    select
        sessions.*,
        charges.charge_id,
        coalesce(charges.payer, 'customer ' || sessions.customer_id) as payer
    from sessions
    left join charges
        on sessions.payment_intent_id = charges.payment_intent_id

),

carriers as (

    select
        payer,
        charge_id,
        'charge' as carrier,
        1 as carrier_rank,
        metadata
    from charges
    where metadata is not null

    union all

    select
        payer,
        charge_id,
        'session' as carrier,
        2 as carrier_rank,
        metadata
    from placed_sessions
    where metadata is not null

    union all

    select distinct
        payer,
        cast(null as {{ dbt.type_string() }}) as charge_id,
        'customer' as carrier,
        3 as carrier_rank,
        customer_metadata as metadata
    from charges
    where customer_id is not null and customer_metadata is not null

),

fields as (

    select
        carriers.payer,
        carriers.charge_id,
        carriers.carrier,
        carriers.carrier_rank,
        reference_keys.reference_key,
        reference_keys.key_rank,
        {{ blank_to_null(metadata_field('carriers.metadata', 'reference_keys.reference_key')) }} as reference_value
    from carriers
    cross join reference_keys

    union all

    select
        payer,
        charge_id,
        'session' as carrier,
        2 as carrier_rank,
        'client_reference_id' as reference_key,
        0 as key_rank,
        client_reference_id as reference_value
    from placed_sessions

    union all

    select
        payer,
        charge_id,
        'session' as carrier,
        2 as carrier_rank,
        'customer_email' as reference_key,
        1000 as key_rank,
        email as reference_value
    from placed_sessions

)

select distinct
    payer,
    charge_id,
    carrier,
    carrier_rank,
    reference_key,
    key_rank,
    reference_value
from fields
where reference_value is not null and payer is not null
