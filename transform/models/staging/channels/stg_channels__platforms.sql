with source as (

    select * from {{ source_or_empty('apex_overrides', 'ad_platforms') }} as ad_platforms

),

renamed as (

    select
        {{ snake_case('platform') }} as platform,
        {{ snake_case('channel') }} as channel
    from source

)

select * from renamed
