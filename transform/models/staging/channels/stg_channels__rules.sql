with source as (

    select * from {{ source_or_empty('apex_overrides', 'channel_rules') }} as channel_rules

),

renamed as (

    select
        cast(priority as integer) as priority,
        {{ snake_case('channel') }} as channel,
        {{ blank_to_null('click_id') }} as click_id,
        {{ blank_to_null('utm_source') }} as utm_source,
        {{ blank_to_null('utm_medium') }} as utm_medium,
        {{ blank_to_null('referrer_host') }} as referrer_host
    from source

)

select * from renamed
