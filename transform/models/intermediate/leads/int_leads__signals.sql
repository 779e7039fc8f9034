with leads as (

    select * from {{ ref('stg_web__leads') }}

),

read_urls as (

    select
        *,
        {{ landing_parameters() }}
    from leads

),

resolved as (

    select
        lead_id,
        visitor_id,
        email,
        created_at,
        channel as given_channel,
        {{ visit_signals(click_ids=false) }}
    from read_urls

),

final as (

    select
        lead_id,
        visitor_id,
        email,
        created_at,
        given_channel,
        {{ signal_key("'-'") }} as signal
    from resolved

)

select * from final
