with {{ newest_version(
    apex_source('leads'), 'lead_id', 'created_at', ref('base_web__repeated_leads')
) }},

renamed as (

    select
        lead_id,
        nullif(visitor_id, '') as visitor_id,
        {{ normalize_email('email') }} as email,
        {{ utc('created_at') }} as created_at,
        {{ snake_case('channel') }} as channel,
        {{ normalize_label('utm_source') }} as utm_source,
        {{ normalize_label('utm_medium') }} as utm_medium,
        {{ normalize_label('utm_campaign') }} as utm_campaign,
        landing_page
    from newest

)

select * from renamed
