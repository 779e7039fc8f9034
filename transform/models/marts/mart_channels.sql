with daily as (

    select * from {{ ref('int_channels__daily') }}

),

currencies as (

    select * from {{ ref('stripe_currencies') }}

),

final as (

    select
        daily.activity_date,
        daily.channel,
        daily.campaign,
        daily.attribution_model,
        daily.currency,
        daily.revenue_minor,
        {{ major('daily.revenue_minor', 'currencies.minor_units') }} as revenue,
        daily.revenue_reporting_minor,
        daily.kept_minor,
        daily.kept_reporting_minor,
        {{ from_micros('daily.conversion_micros') }} as conversions,
        {{ from_micros('daily.customer_micros') }} as customers,
        {{ from_micros('daily.new_customer_micros') }} as new_customers,
        {{ from_micros('daily.maybe_new_customer_micros') }} as maybe_new_customers,
        daily.leads,
        daily.spend_minor,
        {{ major('daily.spend_minor', 'currencies.minor_units') }} as spend,
        daily.spend_reporting_minor,
        {{ unit_economics(
            'daily.basis_minor', 'daily.spend_minor', 'daily.leads', 'daily.customer_micros',
            'daily.new_customer_micros', 'daily.maybe_new_customer_micros', 'currencies.minor_units'
        ) }}
    from daily
    left join currencies
        on daily.currency = currencies.currency

)

select * from final
