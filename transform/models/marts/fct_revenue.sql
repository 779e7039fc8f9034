with charges as (

    select * from {{ ref('stg_stripe__charges') }}

),

people as (

    select * from {{ ref('int_charges__people') }}

),

currencies as (

    select * from {{ ref('stripe_currencies') }}

),

rates as (

    select * from {{ ref('stg_fx__rates') }}
    where to_currency = '{{ var("reporting_currency") }}'

),

dated as (

    select
        *,
        {{ local_date('created_at') }} as revenue_date
    from charges

),

priced as (

    select
        dated.*,
        currencies.minor_units,
        case
            when dated.currency = '{{ var("reporting_currency") }}' then 'same_currency'
            when
                dated.settled_currency = '{{ var("reporting_currency") }}'
                and dated.settled_minor is not null
                then 'settled'
            when rates.rate is not null then 'fx_rate'
        end as reporting_method,
        {{ convert_minor('dated.gross_minor', 'rates.rate', 'currencies.minor_units') }}
            as gross_at_rate,
        {{ convert_minor('dated.net_minor', 'rates.rate', 'currencies.minor_units') }}
            as net_at_rate
    from dated
    left join currencies
        on dated.currency = currencies.currency
    left join rates
        on
            dated.currency = rates.from_currency
            and dated.revenue_date = rates.rate_date

),

final as (

    select
        priced.charge_id,
        people.person_id,
        priced.customer_id,
        people.email,
        people.email_source,
        people.match_status,
        people.unmatched_reason,
        people.lead_id,
        people.lead_channel,
        people.lead_source,
        people.lead_campaign,

        priced.created_at,
        priced.updated_at,
        priced.revenue_date,

        priced.currency,
        priced.gross_minor,
        priced.gross_minor - priced.net_minor as refunded_minor,
        priced.net_minor,
        {{ major('priced.gross_minor', 'priced.minor_units') }} as gross,
        {{ major('priced.net_minor', 'priced.minor_units') }} as net,

        priced.settled_currency,
        priced.settled_minor,
        priced.settled_fee_minor,

        '{{ var("reporting_currency") }}' as reporting_currency,
        priced.reporting_method,
        case priced.reporting_method
            when 'same_currency' then priced.gross_minor
            when 'settled' then priced.settled_minor
            when 'fx_rate' then priced.gross_at_rate
        end as gross_reporting_minor,
        case priced.reporting_method
            when 'same_currency' then priced.net_minor
            when 'settled'
                then case
                    when priced.gross_minor = 0 then 0
                    else {{ round_divide(
                        wide('priced.net_minor') ~ ' * priced.settled_minor',
                        'priced.gross_minor'
                    ) }}
                end
            when 'fx_rate' then priced.net_at_rate
        end as net_reporting_minor,

        priced.payment_method_type,
        priced.is_captured,
        priced.is_refunded,
        priced.is_disputed,
        priced.is_live,
        row_number() over (
            partition by people.person_id order by priced.created_at, priced.charge_id
        ) as person_charge_number
    from priced
    inner join people
        on priced.charge_id = people.charge_id

)

select * from final
