with daily as (

    select * from {{ ref('int_channels__daily') }}

),

-- The same under each attribution model: there is no touch that one could share it among.
by_leads as (

    select
        revenue_date,
        channel,
        coalesce(campaign, '(none)') as campaign,
        currency,
        sum(net_minor) as revenue_minor,
        {{ sum_of_all("net_reporting_minor") }} as revenue_reporting_minor
    from {{ ref('int_attribution__pathless') }}
    where reason = 'lead_channel'
    group by revenue_date, channel, coalesce(campaign, '(none)'), currency

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
        cast(coalesce(by_leads.revenue_minor, 0) as bigint) as lead_revenue_minor,
        case
            when by_leads.revenue_minor is null then 0
            else by_leads.revenue_reporting_minor
        end as lead_revenue_reporting_minor,
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
    left join by_leads
        on
            daily.activity_date = by_leads.revenue_date
            and daily.channel = by_leads.channel
            and daily.campaign = by_leads.campaign
            and daily.currency = by_leads.currency

)

select * from final
