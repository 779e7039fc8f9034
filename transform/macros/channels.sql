{#- What the query string of the landing page says, as the columns landing_utm_source, _medium, _campaign
    and _id, empty where it says nothing; and its host, as landing_host. -#}
{% macro landing_parameters(landing_page) -%}
    {% for name in ['utm_source', 'utm_medium', 'utm_campaign', 'utm_id'] -%}
    {{ stripe_apex.url_parameter(landing_page, name) }} as landing_{{ name }},
    {% endfor -%}
    {{ stripe_apex.url_host(landing_page) }} as landing_host
{%- endmacro %}


{#- A UTM value in the order of trust: the field, then what the landing page says. -#}
{% macro field_or_landing(field, landing) -%}
    coalesce({{ field }}, nullif({{ landing }}, ''))
{%- endmacro %}


{#- The click ids, and whose clicks they are. -#}
{% macro click_id_platforms() -%}
    {{ return({
        'gclid': 'google_ads', 'fbclid': 'meta_ads', 'li_fat_id': 'linkedin_ads', 'msclkid': 'microsoft_ads',
    }) }}
{%- endmacro %}

{% macro click_id_names() -%}
    {{ return(stripe_apex.click_id_platforms().keys() | list) }}
{%- endmacro %}


{#- The campaign of a visit: where it has no name, the id that the platform writes into `utm_id`. -#}
{% macro field_or_landing_campaign() -%}
    coalesce(utm_campaign, nullif(landing_utm_campaign, ''), nullif(landing_utm_id, ''))
{%- endmacro %}


{#- The names of the click ids that a visit came with, in the columns named so or in the landing page,
    which may be none. -#}
{% macro click_ids(landing_page, columns=()) -%}
    concat(
        {%- for name in stripe_apex.click_id_names() %}
        case
            when
                {% if name in columns %}{{ name }} is not null{{ ' or ' if landing_page }}{% endif -%}
                {% if landing_page %}{{ stripe_apex.has_url_parameter(landing_page, name) }}{% endif %}
                then '{{ name }} '
            else ''
        end {{- ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}


{#- Which visit a click belongs to, one text for each click id that a page view came with. -#}
{% macro click_id_values(landing_page) -%}
    concat(
        {%- for name in stripe_apex.click_id_names() %}
        coalesce(
            lower({{ name }}),
            {%- if landing_page %} {{ stripe_apex.url_parameter(landing_page, name) }},{% endif %} ''
        ), chr(31)
        {{- ',' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}


{#- Which campaign a visit belongs to, null where it names none. -#}
{% macro campaign_key(source, medium, campaign) -%}
    case
        when {{ source }} is not null or {{ medium }} is not null or {{ campaign }} is not null
            then {{ stripe_apex.fast_key(
                "concat_ws(chr(31), coalesce(" ~ source ~ ", ''), coalesce(" ~ medium
                ~ ", ''), coalesce(" ~ campaign ~ ", ''))"
            ) }}
    end
{%- endmacro %}


{#- The host that sent the visitor, `-` for none: a click within the own sites is no referral. -#}
{% macro outside_host(referrer_host, landing_host, own_host) -%}
    case
        when
            {{ referrer_host }} is null
            or {{ referrer_host }} = ''
            or {{ referrer_host }} = {{ landing_host }}
            or {{ own_host }} is not null
            then '-'
        else {{ referrer_host }}
    end
{%- endmacro %}


{#- One text of all that tells where a visit came from: equal signals have one source, one campaign
    and one channel. The fields are kept apart by the control character that is made for it. -#}
{% macro signal_key(source, medium, referrer_host, click_ids, campaign) -%}
    concat_ws(
        chr(31), coalesce({{ source }}, '-'), coalesce({{ medium }}, '-'), {{ referrer_host }},
        {{ click_ids }}, coalesce({{ campaign }}, '')
    )
{%- endmacro %}


{#- The field of a signal: 1 source, 2 medium, 3 host of the referrer, 4 click ids, 5 campaign. -#}
{% macro signal_part(signal, number) -%}
    {{ dbt.split_part(signal, 'chr(31)', number) }}
{%- endmacro %}


{#- Does a rule match? A condition that it leaves empty always holds. -#}
{% macro rule_matches(rule, source, medium, referrer_host, click_ids) -%}
    ({{ rule }}.click_id is null or {{ click_ids }} like '%' || {{ rule }}.click_id || '%')
    {%- for value, pattern in [
        (source, 'utm_source'), (medium, 'utm_medium'), (referrer_host, 'referrer_host')
    ] %}
            and (
                {{ rule }}.{{ pattern }} is null
                or {{ stripe_apex.matches(value, rule ~ '.' ~ pattern) }}
            )
    {%- endfor %}
{%- endmacro %}
