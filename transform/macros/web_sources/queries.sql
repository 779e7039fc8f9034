{#- The rows of a source as queries. Rows that a loader brings twice are one by their own id, which staging
    sees to; of a CRM's record the newest version counts, which may say that it is gone. -#}

{#- Page views. UTM values and click ids are those of their columns, else those of the address. -#}
{% macro web_page_views(source) -%}
    {%- set role = source.roles[source.preset.page_views] -%}
    select
        touchpoint_id,
        visitor_id,
        email,
        occurred_at,
        landing_page,
        referrer,
        {%- for name in stripe_apex.utm_names() %}
        coalesce({{ name }}, {{ stripe_apex.blank_to_null(stripe_apex.url_parameter('landing_page', name)) }}) as {{ name }},
        {%- endfor %}
        {%- for name in stripe_apex.click_id_names() %}
        coalesce({{ name }}, {{ stripe_apex.url_value('landing_page', name) }}) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            {{ stripe_apex.web_text(role, 'id') }} as touchpoint_id,
            {{ stripe_apex.web_visitor(role) }} as visitor_id,
            {{ stripe_apex.web_text(role, 'email') }} as email,
            {{ stripe_apex.web_instant(role, 'at') }} as occurred_at,
            {{ stripe_apex.web_url(role) }} as landing_page,
            {{ stripe_apex.web_referrer(role) }} as referrer,
            {%- for name in stripe_apex.utm_names() %}
            {{ stripe_apex.web_text(role, name) }} as {{ name }},
            {%- endfor %}
            {%- for name in stripe_apex.click_id_names() %}
            {{ stripe_apex.web_click_id(role, name) }} as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ role.relation }} as page_views
        where
            {{ stripe_apex.ad_row_stands(role.columns.there) }}
            {%- if 'kind' in role.fields %}
            and {{ stripe_apex.web_text(role, 'kind') }} in ('{{ source.preset.kinds | join("', '") }}')
            {%- endif %}
    ) as page_views
    where touchpoint_id is not null and occurred_at is not null
{%- endmacro %}


{#- The browser, and where a row has none, as one of a server, the user that the site knows. -#}
{% macro web_visitor(role) -%}
    {%- set visitor, user = stripe_apex.web_text(role, 'visitor'), stripe_apex.web_text(role, 'user') -%}
    {{ return('coalesce(' ~ visitor ~ ', ' ~ user ~ ')' if 'user' in role.fields else visitor) }}
{%- endmacro %}


{#- The roles of a tracker whose rows say whose a visitor is, by any of the fields. -#}
{% macro identity_roles(source, with_page_views) -%}
    {%- set names = ([source.preset.page_views] if with_page_views else []) + source.preset.get('identities', []) -%}
    {%- set roles = [] -%}
    {%- for name in names | unique
        if name in source.roles and ('user' in source.roles[name].fields or 'email' in source.roles[name].fields) -%}
        {%- do roles.append(source.roles[name]) -%}
    {%- endfor -%}
    {{ return(roles) }}
{%- endmacro %}

{#- The address of an identity: in its own field, or the id by which the site knows the user. -#}
{% macro identity_email(role) -%}
    {%- set user = stripe_apex.web_text(role, 'user') -%}
    {%- set parts = ['when ' ~ stripe_apex.is_address(stripe_apex.web_text(role, 'email')) ~ ' then '
        ~ stripe_apex.web_text(role, 'email')] if 'email' in role.fields else [] -%}
    {%- if 'user' in role.fields -%}
        {%- do parts.append('when ' ~ stripe_apex.is_address(user) ~ ' then ' ~ user) -%}
    {%- endif -%}
    {{ return('case ' ~ parts | join(' ') ~ ' end') }}
{%- endmacro %}

{% macro identity_condition(role) -%}
    {{ stripe_apex.ad_row_stands(role.columns.there) }}
    {%- if role.key_values and 'key' in role.fields %}
            and lower({{ stripe_apex.web_text(role, 'key') }}) in ('{{ role.key_values | join("', '") }}')
    {%- endif -%}
{%- endmacro %}


{#- What the rows of a tracker say of visitors: queries of the user, the address, or both. -#}
{% macro web_identities(source) -%}
    {%- set queries = [] -%}
    {%- for role in stripe_apex.identity_roles(source, true) -%}
        {%- do queries.append(stripe_apex.web_identity(
            source, role, stripe_apex.web_visitor(role), stripe_apex.normalize_email(stripe_apex.identity_email(role))
        )) -%}
        {%- if 'alias' in role.fields -%}
            {%- do queries.append(stripe_apex.web_identity(
                source, role, stripe_apex.web_text(role, 'alias'), stripe_apex.ad_text(none)
            )) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(queries) }}
{%- endmacro %}

{% macro web_identity(source, role, visitor, email) %}
    select
        '{{ source.type }}' as source_type,
        {{ visitor }} as visitor_id,
        {{ stripe_apex.web_text(role, 'user') }} as user_id,
        {{ email }} as email
    from {{ role.relation }} as identity_rows
    where {{ stripe_apex.identity_condition(role) }}
{% endmacro %}


{#- When a tracker learnt an address, and where. The visitor is the browser alone: `undefined` for a user
    would make all who left an address one person. -#}
{% macro web_sign_ups(source) -%}
    {%- for role in stripe_apex.identity_roles(source, false) %}
    {{ 'union all' if not loop.first }}
    select
        {{ stripe_apex.web_text(role, 'id') }} as lead_id,
        {{ stripe_apex.identity_email(role) }} as email,
        {{ stripe_apex.web_text(role, 'visitor') }} as visitor_id,
        {{ stripe_apex.web_instant(role, 'at') }} as created_at,
        {{ stripe_apex.ad_text(none) }} as channel,
        {{ stripe_apex.lead_campaign(source, role) }}
    from {{ role.relation }} as identity_rows
    where {{ stripe_apex.identity_condition(role) }}
    {%- endfor %}
{%- endmacro %}


{#- The records of a CRM, without those that were deleted or merged into another one. -#}
{% macro web_leads(source) -%}
    {%- set role = source.roles[source.preset.leads] -%}
    {%- set merges = source.roles.get(source.preset.merges) -%}
    select
        lead_id,
        email,
        cast(null as {{ dbt.type_string() }}) as visitor_id,
        created_at,
        channel,
        utm_source,
        utm_medium,
        utm_campaign,
        landing_page
    from (
        select
            leads.*,
            row_number() over (partition by lead_id order by version_1 desc, created_at desc) as version_rank
        from (
            select
                {{ stripe_apex.web_text(role, 'id') }} as lead_id,
                {{ stripe_apex.web_text(role, 'email') }} as email,
                {{ stripe_apex.web_instant(role, 'at') }} as created_at,
                {{ stripe_apex.web_text(role, 'channel') }} as channel,
                {{ stripe_apex.lead_campaign(source, role) }},
                {{ stripe_apex.ad_version(role.columns) }} as version_1,
                {{ stripe_apex.ad_row_stands(role.columns.there) }}
                and not {{ stripe_apex.web_flag(role, 'deleted') }} as is_there
            from {{ role.relation }} as lead_rows
        ) as leads
    ) as leads
    where
        version_rank = 1
        and is_there
        {%- for merged in role.fields.get('merged', []) %}
        and lead_id not in (
            select {{ dbt.split_part('merged_id', "':'", 1) }}
            from (
                select
                    {{ stripe_apex.web_text(role, 'id') }} as kept_id,
                    {{ stripe_apex.split_rows(stripe_apex.web_candidate(merged)) }} as merged_id
                from {{ role.relation }} as lead_rows
                where {{ stripe_apex.web_candidate(merged) }} is not null
            ) as merged
            where {{ dbt.split_part('merged_id', "':'", 1) }} <> kept_id
        )
        {%- endfor %}
        {%- if merges and 'id' in merges.fields %}
        and lead_id not in (
            select {{ stripe_apex.web_text(merges, 'id') }}
            from {{ merges.relation }} as merges
            where {{ stripe_apex.web_text(merges, 'id') }} is not null
        )
        {%- endif %}
{%- endmacro %}


{#- Where a lead came from, and the address of its page, which carries its click ids, too. -#}
{% macro lead_campaign(source, role) -%}
    {%- set usual = source.preset.get('usual', {}) -%}
    {%- for name in ['utm_source', 'utm_medium', 'utm_campaign'] -%}
        {%- set said = stripe_apex.web_text(role, name) -%}
        {%- if name not in usual %}
        {{ said }}
        {%- elif name == 'utm_medium' and 'organic' in role.fields %}
        coalesce({{ said }}, case when {{ stripe_apex.web_flag(role, 'organic') }}
            then '{{ usual.organic_medium }}' else '{{ usual[name] }}' end)
        {%- else %}
        coalesce({{ said }}, '{{ usual[name] }}')
        {%- endif %} as {{ name }},
    {%- endfor %}
    {%- set page = namespace(url=stripe_apex.web_url(role)) -%}
    {%- for name in stripe_apex.click_id_names() if name in role.fields -%}
        {%- set page.url -%}
            case
                when {{ stripe_apex.web_text(role, name) }} is null or {{ page.url }} like '%{{ name }}=%'
                    then {{ page.url }}
                else concat(
                    coalesce({{ page.url }}, '/'), case when {{ page.url }} like '%?%' then '&' else '?' end,
                    '{{ name }}=', {{ stripe_apex.web_text(role, name) }}
                )
            end
        {%- endset -%}
    {%- endfor %}
        {{ page.url }} as landing_page
{%- endmacro %}


{#- A row for each part of a text between semicolons. -#}
{% macro split_rows(text) -%}
    {{ return(adapter.dispatch('split_rows', 'stripe_apex')(text)) }}
{%- endmacro %}

{% macro default__split_rows(text) -%}
    explode(split({{ text }}, ';'))
{%- endmacro %}

{% macro duckdb__split_rows(text) -%}
    unnest(string_split({{ text }}, ';'))
{%- endmacro %}

{% macro postgres__split_rows(text) -%}
    unnest(string_to_array({{ text }}, ';'))
{%- endmacro %}


{#- The columns that say whose a row is, a query for each. What stands within JSON has none, and of values
    under several keys nobody knows which is an address. -#}
{% macro web_person_columns() -%}
    {%- set queries = [] -%}
    {%- for name in ['touchpoint_sources', 'lead_sources'] -%}
        {%- for source in stripe_apex.web_sources(name) if source.database == target.database -%}
            {%- for role_name, role in source.roles.items() -%}
                {%- set wanted = {'visitor': 'visitor', 'user': 'user', 'email': 'email'} -%}
                {%- if role_name == source.preset.leads -%}
                    {%- do wanted.update({'id': 'lead'}) -%}
                {%- endif -%}
                {%- for field, kind in wanted.items() if not (field == 'email' and role.key_values) -%}
                    {%- for candidate in role.fields.get(field, []) if not candidate.path and not candidate.is_answers -%}
                        {%- do queries.append(stripe_apex.web_person_column(role.relation, candidate.column.name, kind)) -%}
                    {%- endfor -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(queries) }}
{%- endmacro %}

{% macro web_person_column(relation, column, kind) %}
    select
        '{{ relation.schema }}.{{ relation.identifier }}' as table_label,
        '{{ column }}' as column_name,
        '{{ kind }}' as role
{% endmacro %}
