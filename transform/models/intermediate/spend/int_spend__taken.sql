{#- Spend of one day, platform and account that came twice counts once: that of the source which stands first
    in the var `ad_spend_sources`, and of any of these before imported files and `apex.ad_spend`. A file that
    names no account, or a source that knows none, may mean any account of the platform. -#}
with names as (

    {{ plain_names('ad_platform_names', 'platform') }}

),

spend as (

    select
        spend.*,
        coalesce(names.platform, spend.platform) as known_platform,
        {{ account_key('spend.account_id') }} as account_key
    from {{ ref('stg_ads__spend') }} as spend
    left join names
        on {{ plain_name('spend.platform') }} = names.plain_name

),

loaded_days as (

    select distinct
        source_number,
        known_platform,
        spend_date,
        account_key,
        {{ account_key('account_name') }} as name_key
    from spend
    where source_number is not null

),

account_days as (

    select distinct
        source_number,
        known_platform,
        spend_date,
        account_key
    from spend

),

came_before as (

    select
        account_days.source_number,
        account_days.known_platform,
        account_days.spend_date,
        account_days.account_key,
        min(loaded_days.source_number) as first_source_number
    from account_days
    inner join loaded_days
        on
            account_days.known_platform = loaded_days.known_platform
            and account_days.spend_date = loaded_days.spend_date
            and (
                account_days.account_key = loaded_days.account_key
                or (
                    account_days.source_number is null
                    and (
                        account_days.account_key is null
                        or loaded_days.account_key is null
                        or account_days.account_key = loaded_days.name_key
                    )
                )
            )
    where account_days.source_number is null or loaded_days.source_number < account_days.source_number
    group by
        account_days.source_number,
        account_days.known_platform,
        account_days.spend_date,
        account_days.account_key

),

origins as (

    select distinct
        source_number,
        origin
    from spend
    where source_number is not null

),

final as (

    select
        spend.spend_date,
        spend.origin,
        spend.known_platform as platform,
        spend.account_id,
        spend.campaign_id,
        spend.campaign,
        spend.utm_source,
        spend.currency,
        spend.spend,
        spend.spend_micros,
        spend.impressions,
        spend.clicks,
        spend.platform_conversions,
        origins.origin as left_out_for
    from spend
    left join came_before
        on
            coalesce(spend.source_number, 0) = coalesce(came_before.source_number, 0)
            and spend.known_platform = came_before.known_platform
            and spend.spend_date = came_before.spend_date
            and coalesce(spend.account_key, '') = coalesce(came_before.account_key, '')
    left join origins
        on came_before.first_source_number = origins.source_number

)

select * from final
