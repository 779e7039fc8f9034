{#- Which campaign of visits is which that was spent on: as the user says, by the name, or by the id, which
    stands in place of the name or in `utm_id`. What the user says of a campaign or of a `utm_campaign` is all
    that counts for it. -#}
with spent as (

    select distinct
        platform,
        campaign,
        campaign_id
    from {{ ref('int_spend__taken') }}
    where left_out_for is null and platform is not null and campaign is not null

),

visited as (

    select distinct
        platform,
        utm_campaign
    from {{ ref('int_spend__utm_campaigns') }}

),

names as (

    select
        {{ plain_name('name') }} as plain_name,
        platform
    from {{ ref('ad_platform_names') }}

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

utm_ids as (

    select distinct
        utm_campaigns.platform,
        utm_campaigns.utm_campaign,
        page_views.utm_id
    from (
        select distinct
            {{ signal_part('signal', 1) }} as rule_source,
            {{ signal_part('signal', 4) }} as click_ids,
            {{ signal_part('signal', 5) }} as utm_campaign,
            utm_id
        from {{ ref('int_touchpoints__page_views') }}
        where utm_id is not null
    ) as page_views
    inner join {{ ref('int_spend__utm_campaigns') }} as utm_campaigns
        on
            page_views.rule_source = utm_campaigns.rule_source
            and page_views.click_ids = utm_campaigns.click_ids
            and page_views.utm_campaign = utm_campaigns.utm_campaign

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
            and (
                {{ campaign_name_key('spent.campaign') }} = said.campaign_key
                or lower(spent.campaign_id) = said.campaign_key
            )
    inner join visited
        on
            spent.platform = visited.platform
            and {{ campaign_name_key('visited.utm_campaign') }} = said.utm_key

),

found as (

    select
        spent.platform,
        spent.campaign,
        spent.campaign_id,
        visited.utm_campaign,
        1 as priority
    from spent
    inner join visited
        on
            spent.platform = visited.platform
            and {{ campaign_name_key('spent.campaign') }} = {{ campaign_name_key('visited.utm_campaign') }}

    union all

    select
        spent.platform,
        spent.campaign,
        spent.campaign_id,
        visited.utm_campaign,
        2 as priority
    from spent
    inner join visited
        on
            spent.platform = visited.platform
            and lower(spent.campaign_id) = {{ campaign_name_key('visited.utm_campaign') }}

    union all

    select
        spent.platform,
        spent.campaign,
        spent.campaign_id,
        utm_ids.utm_campaign,
        2 as priority
    from spent
    inner join utm_ids
        on
            spent.platform = utm_ids.platform
            and lower(spent.campaign_id) = utm_ids.utm_id

),

unsaid as (

    select
        platform,
        campaign,
        utm_campaign,
        min(priority) as priority
    from found
    where
        not exists (
            select 1 from said
            where
                said.platform = found.platform
                and (
                    said.campaign_key = {{ campaign_name_key('found.campaign') }}
                    or said.campaign_key = lower(found.campaign_id)
                )
        )
        and not exists (
            select 1 from said
            where
                said.platform = found.platform
                and said.utm_key = {{ campaign_name_key('found.utm_campaign') }}
        )
    group by
        platform,
        campaign,
        utm_campaign

),

final as (

    select
        platform,
        campaign,
        utm_campaign,
        'map' as matched_by
    from by_map

    union all

    select
        unsaid.platform,
        unsaid.campaign,
        unsaid.utm_campaign,
        case unsaid.priority when 1 then 'name' else 'id' end as matched_by
    from unsaid
    left join by_map
        on
            unsaid.platform = by_map.platform
            and unsaid.campaign = by_map.campaign
            and unsaid.utm_campaign = by_map.utm_campaign
    where by_map.platform is null

)

select * from final
