{#- What the query string of the landing page says; empty where it says nothing. -#}
{% macro landing_parameters() -%}
    {% for name in ['utm_source', 'utm_medium', 'utm_campaign'] -%}
    {{ stripe_apex.url_parameter('landing_page', name) }} as landing_{{ name }},
    {% endfor -%}
    {{ stripe_apex.url_host('landing_page') }} as landing_host
{%- endmacro %}


{#- What tells where a visit came from, in the order of trust: the field, then the landing page. -#}
{% macro visit_signals(click_ids=true) -%}
    coalesce(utm_source, nullif(landing_utm_source, '')) as source,
    coalesce(utm_medium, nullif(landing_utm_medium, '')) as medium,
    coalesce(utm_campaign, nullif(landing_utm_campaign, '')) as campaign,
    concat(
        {%- for name in ['gclid', 'fbclid', 'li_fat_id', 'msclkid'] %}
        case
            when
                {% if click_ids %}{{ name }} is not null or {% endif -%}
                {{ stripe_apex.has_url_parameter('landing_page', name) }}
                then '{{ name }} '
            else ''
        end {{- ',' if not loop.last }}
        {%- endfor %}
    ) as click_ids
{%- endmacro %}


{#- The host that sent the visitor, `-` for none: a click within the own sites is no referral. -#}
{% macro outside_host() -%}
    case
        when referrer_host is null or referrer_host = '' or referrer_host = landing_host then '-'
        {%- if var('own_hosts') %}
        when referrer_host in ({{ stripe_apex.quoted_list(var('own_hosts')) }}) then '-'
        {%- endif %}
        else referrer_host
    end
{%- endmacro %}


{#- One text of all that tells where a visit came from: equal signals have one source, one campaign
    and one channel. The fields are kept apart by the control character that is made for it. -#}
{% macro signal_key(referrer_host) -%}
    concat_ws(
        chr(31), coalesce(source, '-'), coalesce(medium, '-'), {{ referrer_host }}, click_ids,
        coalesce(campaign, '')
    )
{%- endmacro %}


{#- The field of a signal: 1 source, 2 medium, 3 host of the referrer, 4 click ids, 5 campaign. -#}
{% macro signal_part(number) -%}
    {{ dbt.split_part('signal', 'chr(31)', number) }}
{%- endmacro %}
