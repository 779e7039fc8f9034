{#- The user's own word on a platform, else that of the seed. -#}
with own as (

    select * from {{ ref('stg_channels__platforms') }}

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
