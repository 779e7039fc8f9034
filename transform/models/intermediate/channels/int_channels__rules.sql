{#- The user's own rules are tried first, then those of the seed. -#}
with own as (

    select * from {{ ref('stg_channels__rules') }}

),

seed as (

    select * from {{ ref('channel_rules') }}

),

together as (

    select
        1 as list_number,
        priority,
        channel,
        click_id,
        utm_source,
        utm_medium,
        referrer_host
    from own

    union all

    select
        2 as list_number,
        priority,
        channel,
        click_id,
        utm_source,
        utm_medium,
        referrer_host
    from seed

),

final as (

    select
        row_number() over (order by list_number, priority) as priority,
        channel,
        click_id,
        utm_source,
        utm_medium,
        referrer_host
    from together

)

select * from final
