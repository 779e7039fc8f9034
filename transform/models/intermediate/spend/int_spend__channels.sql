with spend as (

    select * from {{ ref('int_spend__taken') }}
    where left_out_for is null

),

labels as (

    select * from {{ ref('int_spend__campaigns') }}

),

sources as (

    select * from {{ ref('int_spend__sources') }}

),

platforms as (

    select * from {{ ref('int_channels__platforms') }}

),

currencies as (

    select * from {{ ref('stripe_currencies') }}

),

rates as (

    select * from {{ ref('int_rates__reporting') }}

),

in_minor_units as (

    select
        spend.spend_date,
        spend.platform,
        spend.account_id,
        spend.utm_source as source,
        spend.campaign_id,
        spend.campaign as spent_campaign,
        coalesce(labels.label, spend.campaign) as campaign,
        spend.currency,
        spend.spend_micros,
        spend.impressions,
        spend.clicks,
        spend.platform_conversions,
        coalesce(sources.channel, platforms.channel, 'paid_other') as channel,
        coalesce(sources.channel, platforms.channel) is not null as is_channel_known,
        cast(round(spend.spend * {{ power_of_ten('currencies.minor_units') }}) as bigint)
            as spend_minor
    from spend
    left join labels
        on
            spend.platform = labels.platform
            and spend.campaign = labels.campaign
    left join sources
        on spend.utm_source = sources.source
    left join platforms
        on spend.platform = platforms.platform
    left join currencies
        on spend.currency = currencies.currency

),

converted as (

    select
        in_minor_units.*,
        case
            when in_minor_units.currency = '{{ var("reporting_currency") }}' then 'same_currency'
            else rates.reporting_method
        end as reporting_method,
        case
            when in_minor_units.currency = '{{ var("reporting_currency") }}'
                then in_minor_units.spend_minor
            else {{ convert_minor(
                'in_minor_units.spend_minor', 'rates.rate', 'rates.minor_units'
            ) }}
        end as spend_reporting_minor
    from in_minor_units
    left join rates
        on
            in_minor_units.currency = rates.currency
            and in_minor_units.spend_date = rates.rate_date

)

select * from converted
