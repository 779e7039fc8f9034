{#- Fields of a role as SQL: each is null where no column has it. -#}

{#- A text, without blanks around it; null where there is none. -#}
{% macro web_text(role, field) -%}
    {%- set texts = [] -%}
    {%- for candidate in role.fields.get(field, []) -%}
        {%- do texts.append(stripe_apex.web_candidate(candidate)) -%}
    {%- endfor -%}
    {%- if texts | length > 1 -%}
        {{ return('coalesce(' ~ texts | join(', ') ~ ')') }}
    {%- endif -%}
    {{ return(texts[0] if texts else stripe_apex.ad_text(none)) }}
{%- endmacro %}


{% macro web_candidate(candidate) -%}
    {%- set column = candidate.column -%}
    {%- if candidate.path -%}
        {{ return('nullif(trim(' ~ stripe_apex.json_text(column, candidate.path) ~ "), '')") }}
    {%- elif candidate.is_answers -%}
        {{ return(stripe_apex.answered_address(stripe_apex.json_as_text(column))) }}
    {%- elif column.family == 'number' -%}
        {{ return(stripe_apex.ad_id(column)) }}
    {%- endif -%}
    {{ return(stripe_apex.ad_text(column)) }}
{%- endmacro %}


{#- An instant: of text, one that `check_web_tables` lets pass; of a number, the seconds or milliseconds
    since 1970. What has no zone is in UTC. -#}
{% macro web_instant(role, field) -%}
    {%- set instants = [] -%}
    {%- for candidate in role.fields.get(field, []) -%}
        {%- set column = candidate.column -%}
        {%- if candidate.path or column.family == 'text' -%}
            {%- set text = stripe_apex.web_candidate(candidate) -%}
            {%- set parts = [
                'when ' ~ stripe_apex.matches(text, "'" ~ stripe_apex.epoch_text() ~ "'")
                    ~ ' then ' ~ stripe_apex.instant_of_epoch('cast(' ~ text ~ ' as decimal(28, 0))'),
                'else ' ~ stripe_apex.text_as(
                    'time', stripe_apex.zone_with_colon(text),
                    stripe_apex.engine_type('timestamp with time zone')
                ),
            ] -%}
            {%- do instants.append('case ' ~ parts | join(' ') ~ ' end') -%}
        {%- elif column.family == 'number' -%}
            {%- do instants.append(stripe_apex.instant_of_epoch(column.sql)) -%}
        {%- else -%}
            {%- do instants.append(stripe_apex.utc('cast(' ~ column.sql ~ ' as timestamp)'
                if column.family == 'date' else column.sql)) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return('coalesce(' ~ instants | join(', ') ~ ')' if instants | length > 1 else instants[0]) }}
{%- endmacro %}

{% macro epoch_text() -%}
    {{ return('[0-9]{10}([0-9]{3})?') }}
{%- endmacro %}

{#- `+0000`, as Facebook writes a zone, is `+00:00`. -#}
{% macro zone_with_colon(text) -%}
    {%- set zone = stripe_apex.first_group(text, ':[0-9.]+ ?[+-][0-9]{2}([0-9]{2})$') -%}
    {{ return(
        "case when nullif(" ~ zone ~ ", '') is null then " ~ text ~ ' else substr(' ~ text ~ ', 1, length('
        ~ text ~ ") - 2) || ':' || " ~ zone ~ ' end'
    ) }}
{%- endmacro %}

{% macro instant_of_epoch(number) -%}
    {{ return(adapter.dispatch('instant_of_epoch', 'stripe_apex')(
        '(' ~ number ~ ' / case when abs(' ~ number ~ ') >= 100000000000 then 1000.0 else 1.0 end)'
    )) }}
{%- endmacro %}

{% macro default__instant_of_epoch(seconds) -%}
    to_timestamp(cast({{ seconds }} as double precision))
{%- endmacro %}

{% macro spark__instant_of_epoch(seconds) -%}
    timestamp_seconds({{ seconds }})
{%- endmacro %}


{#- A flag in whatever type: is it set? -#}
{% macro web_flag(role, field) -%}
    {%- if field not in role.fields -%}
        {{ return('1 = 0') }}
    {%- endif -%}
    {{ return("coalesce(lower(" ~ stripe_apex.web_text(role, field) ~ ") in ('true', 't', '1', 'yes'), 1 = 0)") }}
{%- endmacro %}


{#- The address of a page with its query, put together where no column has all of it. -#}
{% macro web_url(role) -%}
    {%- set url, query = stripe_apex.web_text(role, 'url'), stripe_apex.web_text(role, 'query') -%}
    {%- set host, path = stripe_apex.web_text(role, 'host'), stripe_apex.web_text(role, 'path') -%}
    {%- set choices = [] -%}
    {%- if 'url' in role.fields -%}
        {%- do choices.append(stripe_apex.with_query(url, query) if 'query' in role.fields else url) -%}
    {%- endif -%}
    {%- if 'path' in role.fields or 'host' in role.fields -%}
        {%- do choices.append(stripe_apex.with_query(
            "nullif(coalesce('https://' || " ~ host ~ ", '') || coalesce(" ~ path ~ ", ''), '')", query
        )) -%}
    {%- endif -%}
    {{ return('coalesce(' ~ choices | join(', ') ~ ')' if choices | length > 1
        else choices[0] if choices else stripe_apex.ad_text(none)) }}
{%- endmacro %}

{% macro web_referrer(role) -%}
    {%- set referrer = "nullif(" ~ stripe_apex.web_text(role, 'referrer') ~ ", '$direct')" -%}
    {%- if 'referrer_host' not in role.fields -%}
        {{ return(referrer) }}
    {%- endif -%}
    {{ return('coalesce(' ~ referrer ~ ', ' ~ stripe_apex.with_query(
        "'https://' || " ~ stripe_apex.web_text(role, 'referrer_host')
        ~ " || coalesce(" ~ stripe_apex.web_text(role, 'referrer_path') ~ ", '/')",
        stripe_apex.web_text(role, 'referrer_query')
    ) ~ ')') }}
{%- endmacro %}

{% macro with_query(url, query) -%}
    {{ return(
        'case when ' ~ url ~ " like '%?%' or " ~ query ~ ' is null then ' ~ url ~ ' else ' ~ url
        ~ " || '?' || case when " ~ query ~ " like '?%' then substr(" ~ query ~ ', 2) else ' ~ query ~ ' end end'
    ) }}
{%- endmacro %}


{#- The value of a parameter of an address as it stands there; a click id is case sensitive. -#}
{% macro url_value(url, name) -%}
    {{ return("nullif(" ~ stripe_apex.first_group(url, '[?&]' ~ name ~ '=([^&#]+)') ~ ", '')") }}
{%- endmacro %}


{#- A click id in its own column, or the one that Snowplow found, by the network that wrote it. -#}
{% macro web_click_id(role, name) -%}
    {%- set own = stripe_apex.web_text(role, name) -%}
    {%- set networks = {'gclid': 'google', 'msclkid': 'microsoft', 'fbclid': 'facebook', 'li_fat_id': 'linkedin'} -%}
    {%- if 'click_id' not in role.fields or 'click_network' not in role.fields -%}
        {{ return(own) }}
    {%- endif -%}
    {{ return(
        'coalesce(' ~ own ~ ", case when lower(" ~ stripe_apex.web_text(role, 'click_network') ~ ") = '"
        ~ networks[name] ~ "' then " ~ stripe_apex.web_text(role, 'click_id') ~ ' end)'
    ) }}
{%- endmacro %}


{#- Is a text an address, or the hash of one? -#}
{% macro is_address(text) -%}
    ({{ text }} like '%_@_%' or {{ stripe_apex.matches(text, "'[0-9a-f]{64}'") }})
{%- endmacro %}

{#- The address among the answers to a form: of the question that asks for one, else any. -#}
{% macro answered_address(text) -%}
    {%- set address = '([^"@ ]+@[^"@ ]+|[0-9a-f]{64})"' -%}
    {{ return(
        "coalesce(nullif(" ~ stripe_apex.first_group(
            text, '"name"[^"]*"[^"]*[Ee]-?[Mm]ail[^"]*"[^"]*"values"[^"]*"' ~ address
        ) ~ ", ''), nullif(" ~ stripe_apex.first_group(text, '"' ~ address) ~ ", ''))"
    ) }}
{%- endmacro %}


{#- What a column of JSON, of text with JSON in it or of a structure has at the end of a path. -#}
{% macro json_text(column, path) -%}
    {{ return(adapter.dispatch('json_text', 'stripe_apex')(column, path)) }}
{%- endmacro %}

{% macro default__json_text(column, path) -%}
    get_json_object({{ stripe_apex.json_as_text(column) }}, "$['{{ path | join("']['") }}']")
{%- endmacro %}

{% macro duckdb__json_text(column, path) -%}
    json_extract_string({{ stripe_apex.json_as_text(column) }}, '$."{{ path | join('"."') }}"')
{%- endmacro %}

{% macro postgres__json_text(column, path) -%}
    cast({{ stripe_apex.json_as_text(column) }} as jsonb) #>> '{ {{- path | join(',') -}} }'
{%- endmacro %}

{% macro json_as_text(column) -%}
    {%- set is_structure = column.type.startswith('struct') or column.type.startswith('map')
        or column.type.startswith('array') or column.type.endswith(']') -%}
    {{ return(
        'cast(to_json(' ~ column.sql ~ ') as ' ~ dbt.type_string() ~ ')' if is_structure
        else stripe_apex.ad_text(column)
    ) }}
{%- endmacro %}
