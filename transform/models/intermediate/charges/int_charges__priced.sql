{{ config(
    materialized='incremental',
    unique_key='charge_id',
    incremental_strategy=incremental_strategy(),
    on_schema_change='fail',
    pre_hook="{{ delete_vanished('charge_id', ref('stg_stripe__charges')) }}"
) }}

{%- set money = [
    'gross_minor', 'reporting_method', 'settled_minor', 'rate', 'rate_minor_units',
] %}

-- depends_on: {{ ref('stg_stripe__charges') }} (the hook's)
with charges as (

    select * from {{ ref('int_charges__people') }}

),

disputes as (

    select
        charge_id,
        currency,
        sum(case when takes_money then dispute_minor else 0 end) as dispute_minor
    from {{ ref('stg_stripe__disputes') }}
    group by charge_id, currency

),

currencies as (

    select * from {{ ref('stripe_currencies') }}

),

rates as (

    select * from {{ ref('int_rates__reporting') }}

),

priced as (

    select
        charges.*,
        case
            when disputes.charge_id is not null then cast(disputes.dispute_minor as bigint)
            when charges.is_disputed then null
            else 0
        end as disputed_minor,
        currencies.minor_units,
        rates.rate,
        rates.minor_units as rate_minor_units,
        case
            when charges.currency = '{{ var("reporting_currency") }}' then 'same_currency'
            when
                charges.settled_currency = '{{ var("reporting_currency") }}'
                and charges.settled_minor is not null
                then 'settled'
            else rates.reporting_method
        end as reporting_method
    from charges
    left join currencies
        on charges.currency = currencies.currency
    left join disputes
        on
            charges.charge_id = disputes.charge_id
            and charges.currency = disputes.currency
    left join rates
        on
            charges.currency = rates.currency
            and charges.revenue_date = rates.rate_date

),

with_fee as (

    select
        *,
        case
            when settled_currency = currency then settled_fee_minor
            when settled_minor > 0
                then {{ round_divide(
                    wide('settled_fee_minor') ~ ' * gross_minor', 'settled_minor'
                ) }}
        end as fee_minor
    from priced

),

with_kept as (

    select
        *,
        net_minor - coalesce(disputed_minor, 0) - coalesce(fee_minor, 0) as kept_minor,
        {{ in_reporting_currency('gross_minor', *money) }} as gross_reporting_minor
    from with_fee

),

with_reporting as (

    select
        *,
        {{ in_reporting_currency(
            'net_minor', *money, gross_reporting_minor='gross_reporting_minor'
        ) }} as net_reporting_minor,
        {{ in_reporting_currency(
            'kept_minor', *money, gross_reporting_minor='gross_reporting_minor'
        ) }} as kept_reporting_minor
    from with_kept

),

final as (

    select
        charge_id,
        person_id,
        person_charge_number,
        previous_revenue_date,
        is_conversion,
        is_new,
        customer_id,
        known_email as email,
        known_email_source as email_source,
        match_status,
        matched_by,
        match_conflict,
        unmatched_reason,
        lead_id,
        lead_channel,
        lead_source,
        lead_campaign,

        created_at,
        updated_at,
        revenue_date,

        currency,
        gross_minor,
        refunded_minor,
        net_minor,
        disputed_minor,
        fee_minor,
        kept_minor,
        {{ basis('net_minor', 'kept_minor', 'currency') }} as basis_minor,
        {{ major('gross_minor', 'minor_units') }} as gross,
        {{ major('net_minor', 'minor_units') }} as net,

        settled_currency,
        settled_minor,
        settled_fee_minor,

        '{{ var("reporting_currency") }}' as reporting_currency,
        reporting_method,
        gross_reporting_minor,
        net_reporting_minor,
        kept_reporting_minor,
        {{ basis('net_reporting_minor', 'kept_reporting_minor', 'currency') }} as basis_reporting_minor,
        '{{ var("revenue_basis") ~ (" times margin" if has_margin() else "") }}' as revenue_basis,

        payment_method_type,
        is_captured,
        is_refunded,
        is_disputed,
        is_live
    from with_reporting

)

{{ changed_rows('final', model.columns.keys()) }}
