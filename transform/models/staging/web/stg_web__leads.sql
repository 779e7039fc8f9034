with source as (

    select * from {{ apex_source('leads') }}

),

versioned as (

    select
        *,
        row_number() over (partition by lead_id order by created_at desc) as version_rank
    from source

),

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
    from versioned
    where version_rank = 1

)

select * from renamed
