{#- Which campaign of visits is which that was spent on: as the user says, by the name, or by the id, which
    stands in place of the name or in `utm_id`. What the user says of a campaign or of a `utm_campaign` is all
    that counts for it. -#}
with spent as (

    select distinct
        platform,
        campaign,
        {{ campaign_name_key('campaign') }} as campaign_key,
        lower(campaign_id) as id_key
    from {{ ref('int_spend__taken') }}
    where left_out_for is null and platform is not null and campaign is not null

),

utm_campaigns as (

    select * from {{ ref('int_spend__utm_campaigns') }}

),

signals as (

    select * from {{ ref('int_channels__signals') }}

),

visited as (

    select distinct
        platform,
        utm_campaign,
        {{ campaign_name_key('utm_campaign') }} as utm_key
    from utm_campaigns

),

names as (

    {{ plain_names('ad_platform_names', 'platform') }}

),

said as (

    select
        coalesce(names.platform, campaign_map.platform) as platform,
        {{ campaign_name_key('campaign_map.campaign') }} as campaign_key,
        {{ campaign_name_key('campaign_map.utm_campaign') }} as utm_key
    from {{ ref('stg_ads__campaign_map') }} as campaign_map
    left join names
        on {{ plain_name('campaign_map.platform') }} = names.plain_name

),

signals_with_id as (

    select distinct
        signal,
        utm_id
    from {{ ref('int_touchpoints__page_views') }}
    where utm_id is not null

),

visited_by_id as (

    select distinct
        visited.platform,
        visited.utm_campaign,
        visited.utm_key,
        signals_with_id.utm_id
    from signals_with_id
    inner join signals
        on signals_with_id.signal = signals.signal
    inner join utm_campaigns
        on
            signals.rule_source = utm_campaigns.rule_source
            and signals.click_ids = utm_campaigns.click_ids
            and signals.campaign = utm_campaigns.utm_campaign
    inner join visited
        on
            utm_campaigns.platform = visited.platform
            and utm_campaigns.utm_campaign = visited.utm_campaign

),

by_map as (

    select distinct
        spent.platform,
        spent.campaign,
        visited.utm_campaign
    from spent
    inner join said
        on
            spent.platform = said.platform
            and (spent.campaign_key = said.campaign_key or spent.id_key = said.campaign_key)
    inner join visited
        on
            spent.platform = visited.platform
            and said.utm_key = visited.utm_key

),

found as (

    select
        spent.*,
        visited.utm_campaign,
        visited.utm_key,
        'name' as matched_by
    from spent
    inner join visited
        on
            spent.platform = visited.platform
            and spent.campaign_key = visited.utm_key

    union all

    select
        spent.*,
        visited.utm_campaign,
        visited.utm_key,
        'id' as matched_by
    from spent
    inner join visited
        on
            spent.platform = visited.platform
            and spent.id_key = visited.utm_key

    union all

    select
        spent.*,
        visited_by_id.utm_campaign,
        visited_by_id.utm_key,
        'id' as matched_by
    from spent
    inner join visited_by_id
        on
            spent.platform = visited_by_id.platform
            and spent.id_key = visited_by_id.utm_id

),

final as (

    select
        platform,
        campaign,
        utm_campaign,
        'map' as matched_by
    from by_map

    union all

    -- What the map says is left out here, so that no pair stands in both parts. A name goes before an id.
    select
        platform,
        campaign,
        utm_campaign,
        max(matched_by) as matched_by
    from found
    where
        not exists (
            select 1 from said
            where
                said.platform = found.platform
                and (
                    said.campaign_key = found.campaign_key
                    or said.campaign_key = found.id_key
                    or said.utm_key = found.utm_key
                )
        )
    group by
        platform,
        campaign,
        utm_campaign

)

select * from final
