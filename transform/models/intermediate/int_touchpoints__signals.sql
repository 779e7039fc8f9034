with touchpoints as (

    select * from {{ ref('stg_web__touchpoints') }}

),

resolved as (

    select
        touchpoint_id,
        visitor_id,
        email,
        occurred_at,
        {{ url_host('referrer') }} as referrer_host,
        {{ url_host('landing_page') }} as landing_host,
        {{ visit_signals() }}
    from touchpoints

),

external as (

    select
        *,
        case
            when referrer_host is null or referrer_host = landing_host then '-'
            else referrer_host
        end as outside_host
    from resolved

)

select
    touchpoint_id,
    visitor_id,
    email,
    occurred_at,
    source,
    medium,
    campaign,
    outside_host as referrer_host,
    {% for name in click_ids() -%}
    has_{{ name }},
    {% endfor -%}
    {{ signal_key('outside_host') }} as signal
from external
