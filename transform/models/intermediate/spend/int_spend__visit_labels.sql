with utm_campaigns as (

    select * from {{ ref('int_spend__utm_campaigns') }}

),

matches as (

    select * from {{ ref('int_spend__matches') }}

),

campaigns as (

    select * from {{ ref('int_spend__campaigns') }}

),

final as (

    select
        utm_campaigns.rule_source,
        utm_campaigns.click_ids,
        utm_campaigns.utm_campaign,
        min(campaigns.label) as campaign
    from utm_campaigns
    inner join matches
        on
            utm_campaigns.platform = matches.platform
            and utm_campaigns.utm_campaign = matches.utm_campaign
    inner join campaigns
        on
            matches.platform = campaigns.platform
            and matches.campaign = campaigns.campaign
    group by
        utm_campaigns.rule_source,
        utm_campaigns.click_ids,
        utm_campaigns.utm_campaign

)

select * from final
