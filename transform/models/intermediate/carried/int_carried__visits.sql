{#- What payments carry, once: charge, session and customer often say the same. A touch that names the
    campaign or the click of a visit of the same person is that visit, if the visit was made at the same moment or
    before, within the attribution window: the tracking snippet saw it, so the touch is left out. -#}
{%- set origins = ['campaign_key', 'click_key'] -%}
with touches as (

    select * from {{ ref('int_carried__touches') }}

),

seen as (

    select
        person_id,
        occurred_at,
        {{ origins | join(',\n        ') }}
    from {{ ref('int_touchpoints__visits') }}
    where
        person_id in (select touches.person_id from touches)
        and coalesce({{ origins | join(', ') }}) is not null

),

said_before as (

    select
        *
        {%- for origin in origins %},
        lag(occurred_at) over (
            partition by person_id, {{ origin }}
            order by occurred_at, touchpoint_id
        ) as {{ origin }}_at
        {%- endfor %}
    from touches

),

said_once as (

    select * from said_before
    where
        {%- for origin in origins %}
        {% if not loop.first %}and {% endif %}(
            {{ origin }} is null
            or {{ origin }}_at is null
            or ({{ is_pause(origin ~ '_at', 'occurred_at') }} and {{ origin }}_at < occurred_at)
        )
        {%- endfor %}

),

seen_too as (

    {% for origin in origins -%}
    select said_once.touchpoint_id
    from seen
    inner join said_once
        on
            seen.person_id = said_once.person_id
            and seen.{{ origin }} = said_once.{{ origin }}
            and {{ within_window('said_once.occurred_at', 'seen.occurred_at') }}
    {%- if not loop.last %}

    union

    {% endif -%}
    {% endfor %}

),

final as (

    select
        said_once.touchpoint_id,
        said_once.occurred_at,
        said_once.person_id,
        said_once.signal_id
    from said_once
    left join seen_too
        on said_once.touchpoint_id = seen_too.touchpoint_id
    where seen_too.touchpoint_id is null

)

select * from final
