with source as (

    select * from {{ apex_source('leads') }} as leads

),

{{ newest_version('lead_id', 'created_at') }},

renamed as (

    select
        lead_id,
        visitor_id,
        {{ normalize_email('email') }} as email,
        created_at,
        {{ snake_case('channel') }} as channel,
        {{ normalize_label('utm_source') }} as utm_source,
        {{ normalize_label('utm_medium') }} as utm_medium,
        {{ normalize_label('utm_campaign') }} as utm_campaign,
        landing_page
    from newest

)

select * from renamed
