{#- The user's own word on a platform, else that of the seed. -#}
with names as (

    {{ plain_names('ad_platform_names', 'platform') }}

),

own as (

    select
        coalesce(names.platform, platforms.platform) as platform,
        platforms.channel
    from {{ ref('stg_channels__platforms') }} as platforms
    left join names
        on {{ plain_name('platforms.platform') }} = names.plain_name

),

seed as (

    select * from {{ ref('ad_platforms') }}

),

final as (

    select
        platform,
        channel
    from own

    union all

    select
        seed.platform,
        seed.channel
    from seed
    left join own
        on seed.platform = own.platform
    where own.platform is null

)

select * from final
