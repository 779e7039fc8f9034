{#- The page views that start a visit. Most visits start after a pause, and one sort tells which do. Only
    those visitors are sorted once more who brought a campaign, click id or foreign host without a pause:
    each is compared with the last one of its kind since the pause. -#}
{%- set origins = ['campaign_key', 'click_key', 'host_key'] -%}
with page_views as (

    select
        touchpoint_id,
        occurred_at,
        visitor_key,
        {{ fast_key('signal') }} as signal_id,
        {{ origins | join(',\n        ') }}
    from {{ ref('int_touchpoints__page_views') }}

),

visitors as (

    select
        {{ fast_key('visitor_id') }} as visitor_key,
        person_id
    from {{ ref('int_identity__visitors') }}

    union all

    select
        {{ fast_key(nameless_visitor('email')) }} as visitor_key,
        person_id
    from {{ ref('int_identity__emails') }}

),

timed as (

    select
        *,
        lag(occurred_at) over (
            partition by visitor_key
            order by occurred_at, touchpoint_id
        ) as previous_at
    from page_views

),

paused as (

    select
        *,
        previous_at is null or {{ is_pause('previous_at', 'occurred_at') }} as is_after_pause
    from timed

),

arrivals as (

    select * from paused
    where is_after_pause or coalesce({{ origins | join(', ') }}) is not null

),

brought_along as (

    select * from arrivals
    where not is_after_pause

),

last_known as (

    select
        *
        {%- for origin in origins %},
        lag({{ origin }}) over (
            partition by visitor_key, is_after_pause or {{ origin }} is not null
            order by occurred_at, touchpoint_id
        ) as last_{{ origin }}
        {%- endfor %}
    from arrivals
    where visitor_key in (select visitor_key from brought_along)

),

visits as (

    select
        touchpoint_id,
        occurred_at,
        visitor_key,
        signal_id,
        campaign_key,
        click_key
    from arrivals
    where is_after_pause

    union all

    select
        touchpoint_id,
        occurred_at,
        visitor_key,
        signal_id,
        campaign_key,
        click_key
    from last_known
    where
        not is_after_pause
        and (
            {%- for origin in origins %}
            {% if not loop.first %}or {% endif %}{{ origin }} <> coalesce(last_{{ origin }}, -1)
            {%- endfor %}
        )

),

with_person as (

    select
        visits.touchpoint_id,
        visits.occurred_at,
        coalesce(visitors.person_id, visits.visitor_key) as person_id,
        visits.signal_id,
        visits.campaign_key,
        visits.click_key
    from visits
    left join visitors
        on visits.visitor_key = visitors.visitor_key

)

select * from with_person
