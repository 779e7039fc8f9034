{{ config(
    materialized='table',
    enabled=true if var('lead_sources') else false,
    meta={'reads': var('lead_sources')}
) }}

{#- A tracker sees an address again and again: a lead is who left it first. A channel in a CRM's own words
    gives way to the UTM fields where a lead has them, as in files that are imported. -#}
{%- set columns = [
    'lead_id', 'email', 'visitor_id', 'created_at', 'channel', 'utm_source', 'utm_medium', 'utm_campaign',
    'landing_page',
] -%}
{%- set trackers, crms = [], [] -%}
{%- for source in web_sources('lead_sources') -%}
    {%- do (crms if source.preset.leads else trackers).append(source) -%}
{%- endfor -%}
with names as (

    select {{ plain_name('name') }} as plain_name
    from {{ ref('channel_names') }}

),

sign_ups as (

    {%- for source in trackers %}
    {{ web_sign_ups(source) }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select
        {%- for name in columns %}
        cast(null as {{ 'timestamp' if name == 'created_at' else dbt.type_string() }}) as {{ name }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    where 1 = 0
    {%- endfor %}

),

ranked as (

    select
        sign_ups.*,
        row_number() over (
            partition by {{ normalize_email('email') }}
            order by created_at, lead_id
        ) as sign_up_number
    from sign_ups
    where email is not null and created_at is not null

),

leads as (

    select {{ columns | join(', ') }}
    from ranked
    where sign_up_number = 1
    {%- for source in crms %}

    union all

    {{ web_leads(source) }}
    {%- endfor %}

),

final as (

    select
        leads.lead_id,
        leads.email,
        leads.visitor_id,
        leads.created_at,
        case
            when
                names.plain_name is not null
                or coalesce(
                    leads.utm_source, leads.utm_medium,
                    {{ blank_to_null(url_parameter('leads.landing_page', 'utm_source')) }},
                    {{ blank_to_null(url_parameter('leads.landing_page', 'utm_medium')) }}
                ) is null
                then leads.channel
        end as channel,
        {%- for name in ['utm_source', 'utm_medium', 'utm_campaign'] %}
        coalesce(
            leads.{{ name }}, {{ blank_to_null(url_parameter('leads.landing_page', name)) }}
        ) as {{ name }},
        {%- endfor %}
        leads.landing_page
    from leads
    left join names
        on {{ plain_name('leads.channel') }} = names.plain_name
    where leads.lead_id is not null and leads.email is not null and leads.created_at is not null

)

select * from final
