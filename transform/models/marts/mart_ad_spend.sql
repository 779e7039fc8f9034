with spend as (

    select * from {{ ref('int_spend__channels') }}

),

currencies as (

    select * from {{ ref('stripe_currencies') }}

),

summed as (

    select
        spend_date,
        coalesce(platform, '(none)') as platform,
        channel,
        coalesce(source, '(none)') as source,
        coalesce(campaign, '(none)') as campaign,
        currency,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(clicks) as bigint) as clicks,
        cast(sum(platform_conversions) as decimal(24, 6)) as platform_conversions,
        cast(sum(spend_minor) as bigint) as spend_minor,
        cast(sum(spend_micros) as bigint) as spend_micros,
        {{ sum_of_all('spend_reporting_minor') }} as spend_reporting_minor,
        min(reporting_method) as reporting_method
    from spend
    group by
        spend_date,
        coalesce(platform, '(none)'),
        channel,
        coalesce(source, '(none)'),
        coalesce(campaign, '(none)'),
        currency

),

final as (

    select
        summed.spend_date,
        summed.platform,
        summed.channel,
        summed.source,
        summed.campaign,
        summed.currency,
        summed.impressions,
        summed.clicks,
        summed.platform_conversions,
        summed.spend_minor,
        {{ major('summed.spend_minor', 'currencies.minor_units') }} as spend,
        summed.spend_micros,
        summed.spend_reporting_minor,
        summed.reporting_method
    from summed
    left join currencies
        on summed.currency = currencies.currency

)

select * from final
