with source as (

    select * from {{ apex_source('ad_spend') }} as ad_spend

),

renamed as (

    select
        spend_date,
        {{ snake_case('platform') }} as platform,
        account_id,
        {{ normalize_label('campaign') }} as campaign,
        {{ normalize_label('utm_source') }} as utm_source,
        lower(currency) as currency,
        spend,
        impressions,
        clicks,
        conversions as platform_conversions
    from source

)

select * from renamed
