{#- What tells where a visit came from, in the order of trust: the field, then the landing page's
    query string. A referrer of the landing page's own host is a click within the site. -#}
{% macro visit_signals(click_ids=true) -%}
    coalesce(utm_source, {{ stripe_apex.url_parameter('landing_page', 'utm_source') }}) as source,
    coalesce(utm_medium, {{ stripe_apex.url_parameter('landing_page', 'utm_medium') }}) as medium,
    coalesce(utm_campaign, {{ stripe_apex.url_parameter('landing_page', 'utm_campaign') }}) as campaign,
    {% for name in stripe_apex.click_ids() -%}
    {%- if click_ids -%}
    case when {{ name }} is not null or landing_page like '%{{ name }}=%' then 1 else 0 end
    {%- else -%}
    case when landing_page like '%{{ name }}=%' then 1 else 0 end
    {%- endif %} as has_{{ name }}{{ ',' if not loop.last }}
    {% endfor %}
{%- endmacro %}


{% macro click_ids() -%}
    {{ return(['gclid', 'fbclid', 'li_fat_id', 'msclkid']) }}
{%- endmacro %}


{#- One text that holds all that the channel rules look at: equal signals have one channel. -#}
{% macro signal_key(referrer_host) -%}
    coalesce(source, '-') || '|' || coalesce(medium, '-') || '|' || {{ referrer_host }}
    {%- for name in stripe_apex.click_ids() %} || '|' || cast(has_{{ name }} as {{ dbt.type_string() }}){% endfor %}
{%- endmacro %}
