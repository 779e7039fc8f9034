{#- What payments say of where they came from: the campaign and the click ids in the metadata of the charge,
    of its session and of its customer, and the promotion codes that stand for a channel. It is a touch of the
    payer at the moment of the session; without one, of the charge; what the customer carries, when the
    customer was made. -#}
with charges as (

    select
        charge_id,
        customer_id,
        payment_intent_id,
        created_at,
        updated_at,
        customer_created_at,
        metadata,
        customer_metadata,
        {{ payer('customer_id', 'charge_id') }} as payer
    from {{ ref('stg_stripe__charges') }}

),

sessions as (

    select * from {{ ref('stg_stripe__checkout_sessions') }}

),

codes as (

    select * from {{ ref('int_carried__session_codes') }}
    where channel is not null

),

telling_charges as (

    select
        charge_id,
        payer,
        payment_intent_id,
        created_at,
        metadata
    from charges
    where {{ may_hold_a_touch('metadata') }}

),

telling_sessions as (

    select
        session_id,
        customer_id,
        payment_intent_id,
        created_at,
        metadata
    from sessions
    where {{ may_hold_a_touch('metadata') }}

),

telling_customers as (

    select
        customer_id,
        payer,
        customer_metadata as metadata,
        row_number() over (
            partition by customer_id
            order by updated_at desc, charge_id desc
        ) as version_rank
    from charges
    where customer_id is not null and {{ may_hold_a_touch('customer_metadata') }}

),

opened as (

    select
        payment_intent_id,
        min(created_at) as created_at
    from sessions
    where payment_intent_id in (select telling_charges.payment_intent_id from telling_charges)
    group by payment_intent_id

),

paid as (

    select
        payment_intent_id,
        min(payer) as payer
    from charges
    where
        payment_intent_id in (select telling_sessions.payment_intent_id from telling_sessions)
        or payment_intent_id in (select codes.payment_intent_id from codes)
    group by payment_intent_id

),

made as (

    select
        customer_id,
        coalesce(min(customer_created_at), min(created_at)) as created_at
    from charges
    where customer_id in (select telling_customers.customer_id from telling_customers)
    group by customer_id

),

carriers as (

    select
        'charge ' || telling_charges.charge_id as touchpoint_id,
        telling_charges.payer,
        coalesce(opened.created_at, telling_charges.created_at) as occurred_at,
        telling_charges.metadata
    from telling_charges
    left join opened
        on telling_charges.payment_intent_id = opened.payment_intent_id

    union all

    select
        'session ' || telling_sessions.session_id as touchpoint_id,
        coalesce(paid.payer, 'customer ' || telling_sessions.customer_id) as payer,
        telling_sessions.created_at as occurred_at,
        telling_sessions.metadata
    from telling_sessions
    left join paid
        on telling_sessions.payment_intent_id = paid.payment_intent_id

    union all

    select
        'customer ' || telling_customers.customer_id as touchpoint_id,
        telling_customers.payer,
        made.created_at as occurred_at,
        telling_customers.metadata
    from telling_customers
    inner join made
        on telling_customers.customer_id = made.customer_id
    where telling_customers.version_rank = 1

),

read_metadata as (

    select
        touchpoint_id,
        payer,
        occurred_at,
        {{ normalize_label(metadata_field('metadata', "'utm_source'")) }} as source,
        {{ normalize_label(metadata_field('metadata', "'utm_medium'")) }} as medium,
        {{ normalize_label(metadata_field('metadata', "'utm_campaign'")) }} as campaign,
        {%- for name in click_id_names() %}
        {{ blank_to_null(metadata_field('metadata', "'" ~ name ~ "'")) }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from carriers

),

told as (

    select
        *,
        case
            when source is not null then 'utm_source'
            when medium is not null then 'utm_medium'
            when campaign is not null then 'utm_campaign'
            {%- for name in click_id_names() %}
            when {{ name }} is not null then '{{ name }}'
            {%- endfor %}
        end as field,
        {{ click_ids(none, click_id_names()) }} as click_ids
    from read_metadata

),

final as (

    select
        touchpoint_id,
        payer,
        occurred_at,
        field,
        {{ signal_key('source', 'medium', "'-'", 'click_ids', 'campaign') }} as signal,
        {{ campaign_key('source', 'medium', 'campaign') }} as campaign_key,
        case when click_ids <> '' then {{ fast_key(click_id_values(none)) }} end as click_key
    from told
    where field is not null and payer is not null

    union all

    select
        'code ' || codes.session_id as touchpoint_id,
        coalesce(paid.payer, 'customer ' || codes.customer_id) as payer,
        codes.created_at as occurred_at,
        'promotion_code' as field,
        codes.signal,
        cast(null as bigint) as campaign_key,
        cast(null as bigint) as click_key
    from codes
    left join paid
        on codes.payment_intent_id = paid.payment_intent_id
    where paid.payer is not null or codes.customer_id is not null

)

select * from final
