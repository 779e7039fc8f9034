with {{ newest_version(
    apex_source('touchpoints'), 'touchpoint_id', 'occurred_at', ref('base_web__repeated_touchpoints')
) }},

renamed as (

    select
        touchpoint_id,
        nullif(visitor_id, '') as visitor_id,
        {{ normalize_email('email') }} as email,
        {{ utc('occurred_at') }} as occurred_at,
        landing_page,
        referrer,
        {{ normalize_label('utm_source') }} as utm_source,
        {{ normalize_label('utm_medium') }} as utm_medium,
        {{ normalize_label('utm_campaign') }} as utm_campaign,
        {{ normalize_label('utm_term') }} as utm_term,
        {{ normalize_label('utm_content') }} as utm_content,
        {{ blank_to_null('gclid') }} as gclid,
        {{ blank_to_null('fbclid') }} as fbclid,
        {{ blank_to_null('li_fat_id') }} as li_fat_id,
        {{ blank_to_null('msclkid') }} as msclkid
    from newest

)

select * from renamed
