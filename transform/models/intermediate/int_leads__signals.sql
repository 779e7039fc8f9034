with leads as (

    select * from {{ ref('stg_web__leads') }}

),

resolved as (

    select
        lead_id,
        visitor_id,
        email,
        created_at,
        channel as given_channel,
        '-' as referrer_host,
        {{ visit_signals(click_ids=false) }}
    from leads

)

select
    *,
    {{ signal_key('referrer_host') }} as signal
from resolved
