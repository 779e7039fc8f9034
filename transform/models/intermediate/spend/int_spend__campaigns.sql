{#- What the marts call a campaign that was spent on: its own name, and only where one `utm_campaign` is of
    several campaigns, that one, since visits cannot be told apart then. -#}
with matches as (

    select * from {{ ref('int_spend__matches') }}

),

shared as (

    select
        platform,
        utm_campaign
    from matches
    group by
        platform,
        utm_campaign
    having count(*) > 1

),

final as (

    select
        matches.platform,
        matches.campaign,
        coalesce(min(shared.utm_campaign), matches.campaign) as label,
        min(matches.utm_campaign) as utm_campaign,
        count(*) as utm_campaigns,
        case
            when min(matches.matched_by) = 'map' or max(matches.matched_by) = 'map' then 'map'
            when max(matches.matched_by) = 'name' then 'name'
            else 'id'
        end as matched_by
    from matches
    left join shared
        on
            matches.platform = shared.platform
            and matches.utm_campaign = shared.utm_campaign
    group by
        matches.platform,
        matches.campaign

)

select * from final
