{#- One pass over the largest table: whose page view it is, when, and what tells where from. A browser
    without a cookie is told by the email that was left; without one, a page view is a visitor of its own.
    What a page view brought along, its campaign, click ids and the foreign host, are numbers, so that the
    sort that follows is of numbers. -#}
with touchpoints as (

    select * from {{ ref('stg_web__touchpoints') }}

),

own_hosts as (

    select * from {{ ref('int_touchpoints__own_hosts') }}

),

read_urls as (

    select
        *,
        {{ url_host('referrer') }} as referrer_host,
        {{ landing_parameters('landing_page') }}
    from touchpoints

),

resolved as (

    select
        read_urls.touchpoint_id,
        read_urls.occurred_at,
        coalesce(
            read_urls.visitor_id,
            {{ nameless_visitor('read_urls.email') }},
            'row' || chr(31) || read_urls.touchpoint_id
        ) as visitor,
        {{ outside_host('read_urls.referrer_host', 'read_urls.landing_host', 'own_hosts.host') }}
            as outside_host,
        {{ field_or_landing('read_urls.utm_source', 'read_urls.landing_utm_source') }} as source,
        {{ field_or_landing('read_urls.utm_medium', 'read_urls.landing_utm_medium') }} as medium,
        {{ field_or_landing_campaign() }} as campaign,
        nullif(read_urls.landing_utm_id, '') as utm_id,
        {{ click_ids('landing_page', click_id_names()) }} as click_ids,
        read_urls.landing_page,
        {%- for name in click_id_names() %}
        read_urls.{{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from read_urls
    left join own_hosts
        on read_urls.referrer_host = own_hosts.host

),

final as (

    select
        touchpoint_id,
        occurred_at,
        {{ fast_key('visitor') }} as visitor_key,
        {{ signal_key('source', 'medium', 'outside_host', 'click_ids', 'campaign') }} as signal,
        {{ campaign_key('source', 'medium', 'campaign') }} as campaign_key,
        case when click_ids <> '' then {{ fast_key(click_id_values('landing_page')) }} end as click_key,
        case when outside_host <> '-' then {{ fast_key('outside_host') }} end as host_key,
        utm_id
    from resolved

)

select * from final
