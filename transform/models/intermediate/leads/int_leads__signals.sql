with leads as (

    select * from {{ ref('stg_web__leads') }}

),

read_urls as (

    select
        *,
        {{ landing_parameters('landing_page') }}
    from leads

),

resolved as (

    select
        lead_id,
        visitor_id,
        email,
        created_at,
        channel as given_channel,
        {{ field_or_landing('utm_source', 'landing_utm_source') }} as source,
        {{ field_or_landing('utm_medium', 'landing_utm_medium') }} as medium,
        {{ field_or_landing_campaign() }} as campaign,
        {{ click_ids('landing_page') }} as click_ids
    from read_urls

),

final as (

    select
        lead_id,
        visitor_id,
        email,
        created_at,
        given_channel,
        {{ signal_key('source', 'medium', "'-'", 'click_ids', 'campaign') }} as signal
    from resolved

)

select * from final
