{#- What the marts call a campaign that was matched: its own name. Where it shares a `utm_campaign` with
    other campaigns, it is called by the `utm_campaign`, since the visits cannot be told apart. -#}
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
        case
            when max(case when matches.matched_by = 'map' then 1 else 0 end) = 1 then 'map'
            else max(matches.matched_by)  -- a name goes before an id
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
