with source as (

    select * from {{ apex_source('campaign_map', ['platform', 'campaign']) }} as campaign_map

),

renamed as (

    select
        {{ snake_case('platform') }} as platform,
        {{ normalize_label('campaign') }} as campaign,
        {{ normalize_label('utm_campaign') }} as utm_campaign
    from source

)

select * from renamed
where campaign is not null and utm_campaign is not null
