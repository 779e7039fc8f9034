with spend as (

    select * from {{ ref('int_spend__channels') }}
    where not is_channel_known

),

channels as (

    select channel from {{ ref('int_channels__rules') }}

    union

    select channel from {{ ref('int_channels__platforms') }}

),

leads as (

    select
        leads.unknown_channel,
        {{ local_date('leads.created_at') }} as lead_date
    from {{ ref('int_leads__channels') }} as leads
    left join channels
        on leads.unknown_channel = channels.channel
    where leads.unknown_channel is not null and channels.channel is null

),

currencies as (

    select * from {{ ref('stripe_currencies') }}

),

unknown_names as (

    select
        'ad_platform' as kind,
        coalesce(platform, '(none)') as name,
        channel,
        coalesce(currency, '(none)') as currency,
        count(*) as row_count,
        min(spend_date) as first_date,
        max(spend_date) as last_date,
        cast(sum(spend_minor) as bigint) as spend_minor,
        cast(sum(spend_reporting_minor) as bigint) as spend_reporting_minor
    from spend
    group by coalesce(platform, '(none)'), channel, coalesce(currency, '(none)')

    union all

    select
        'lead_channel' as kind,
        unknown_channel as name,
        unknown_channel as channel,
        '(none)' as currency,
        count(*) as row_count,
        min(lead_date) as first_date,
        max(lead_date) as last_date,
        cast(null as bigint) as spend_minor,
        cast(null as bigint) as spend_reporting_minor
    from leads
    group by unknown_channel

),

final as (

    select
        unknown_names.kind,
        unknown_names.name,
        unknown_names.channel,
        unknown_names.currency,
        unknown_names.row_count,
        unknown_names.first_date,
        unknown_names.last_date,
        unknown_names.spend_minor,
        {{ major('unknown_names.spend_minor', 'currencies.minor_units') }} as spend,
        unknown_names.spend_reporting_minor,
        case
            when unknown_names.kind = 'lead_channel'
                then 'Write a known channel, such as paid_search, or leave it empty: the UTM fields then decide.'
            when unknown_names.name = '(none)'
                then 'Name the platform, such as google_ads, or the utm_source of its links.'
            else 'Write a known platform, such as google_ads, or give this one a channel in the table ad_platforms.'
        end as remedy
    from unknown_names
    left join currencies
        on unknown_names.currency = currencies.currency

)

select * from final
