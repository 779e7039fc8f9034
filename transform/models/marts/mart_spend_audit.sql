with spend as (

    select * from {{ ref('int_spend__channels') }}

),

campaigns as (

    select * from {{ ref('int_spend__campaigns') }}

),

matches as (

    select * from {{ ref('int_spend__matches') }}

),

utm_campaigns as (

    select * from {{ ref('int_spend__utm_campaigns') }}

),

signals as (

    select * from {{ ref('int_channels__by_signal') }}

),

platforms as (

    select distinct channel from {{ ref('int_channels__platforms') }}

),

currencies as (

    select * from {{ ref('stripe_currencies') }}

),

visits_by_signal as (

    select
        signal_id,
        count(*) as visits,
        {{ local_date('min(occurred_at)') }} as first_date,
        {{ local_date('max(occurred_at)') }} as last_date
    from {{ ref('int_touchpoints__visits') }}
    group by signal_id

),

visits as (

    select
        utm_campaigns.platform,
        utm_campaigns.utm_campaign,
        max(case when platforms.channel is not null or signals.channel like 'paid%' then 1 else 0 end) as is_paid,
        cast(sum(visits_by_signal.visits) as bigint) as visits,
        min(visits_by_signal.first_date) as first_date,
        max(visits_by_signal.last_date) as last_date
    from utm_campaigns
    inner join signals
        on
            utm_campaigns.rule_source = signals.rule_source
            and utm_campaigns.click_ids = signals.click_ids
            and utm_campaigns.utm_campaign = signals.utm_campaign
    inner join visits_by_signal
        on signals.signal_id = visits_by_signal.signal_id
    left join platforms
        on signals.channel = platforms.channel
    group by
        utm_campaigns.platform,
        utm_campaigns.utm_campaign

),

visits_of_campaigns as (

    select
        matches.platform,
        matches.campaign,
        cast(sum(visits.visits) as bigint) as visits
    from matches
    inner join visits
        on
            matches.platform = visits.platform
            and matches.utm_campaign = visits.utm_campaign
    group by
        matches.platform,
        matches.campaign

),

spent as (

    select
        coalesce(platform, '(none)') as platform,
        coalesce(spent_campaign, '(none)') as campaign,
        coalesce(currency, '(none)') as currency,
        max(campaign_id) as campaign_id,
        min(spend_date) as first_date,
        max(spend_date) as last_date,
        cast(sum(spend_minor) as bigint) as spend_minor,
        cast(sum(spend_micros) as bigint) as spend_micros,
        {{ sum_of_all('spend_reporting_minor') }} as spend_reporting_minor
    from spend
    group by
        coalesce(platform, '(none)'),
        coalesce(spent_campaign, '(none)'),
        coalesce(currency, '(none)')

),

together as (

    select
        spent.platform,
        spent.campaign,
        spent.currency,
        spent.campaign_id,
        campaigns.utm_campaign,
        campaigns.matched_by,
        case when campaigns.matched_by is null then 'spend_without_visits' else 'matched' end as status,
        cast(coalesce(visits_of_campaigns.visits, 0) as bigint) as visits,
        spent.first_date,
        spent.last_date,
        spent.spend_minor,
        spent.spend_micros,
        spent.spend_reporting_minor
    from spent
    left join campaigns
        on
            spent.platform = campaigns.platform
            and spent.campaign = campaigns.campaign
    left join visits_of_campaigns
        on
            spent.platform = visits_of_campaigns.platform
            and spent.campaign = visits_of_campaigns.campaign

    union all

    select
        visits.platform,
        visits.utm_campaign as campaign,
        '(none)' as currency,
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        visits.utm_campaign,
        cast(null as {{ dbt.type_string() }}) as matched_by,
        'visits_without_spend' as status,
        visits.visits,
        visits.first_date,
        visits.last_date,
        cast(0 as bigint) as spend_minor,
        cast(0 as bigint) as spend_micros,
        cast(0 as bigint) as spend_reporting_minor
    from visits
    left join matches
        on
            visits.platform = matches.platform
            and visits.utm_campaign = matches.utm_campaign
    where matches.platform is null and visits.is_paid = 1

),

final as (

    select
        together.platform,
        together.campaign,
        together.currency,
        together.status,
        together.matched_by,
        together.campaign_id,
        together.utm_campaign,
        together.visits,
        together.first_date,
        together.last_date,
        together.spend_minor,
        {{ major('together.spend_minor', 'currencies.minor_units') }} as spend,
        together.spend_micros,
        together.spend_reporting_minor,
        case when together.status = 'matched' then together.spend_minor else 0 end as matched_minor,
        case when together.status = 'matched' then 0 else together.spend_minor end as unmatched_minor
    from together
    left join currencies
        on together.currency = currencies.currency

)

select * from final
