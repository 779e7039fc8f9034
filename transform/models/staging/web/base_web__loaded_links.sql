{{ config(
    materialized='table',
    enabled=var('touchpoint_sources') | length > 0,
    meta={'reads': var('touchpoint_sources')}
) }}

{#- The users of a site are one, in however many sources of a type they are seen. An id that too many
    addresses share, such as `undefined`, is of nobody. -#}
{%- set told = [] -%}
{%- for source in web_sources('touchpoint_sources') -%}
    {%- do told.extend(web_identities(source)) -%}
{%- endfor -%}
with identities as (

    {%- for query in told %}
    {{ query }}
    {{- 'union' if not loop.last }}
    {%- else %}
    select
        cast(null as {{ dbt.type_string() }}) as source_type,
        cast(null as {{ dbt.type_string() }}) as visitor_id,
        cast(null as {{ dbt.type_string() }}) as user_id,
        cast(null as {{ dbt.type_string() }}) as email
    where 1 = 0
    {%- endfor %}

),

emails as (

    select distinct
        source_type,
        user_id,
        email
    from identities
    where user_id is not null and email is not null

),

shared as (

    select
        source_type,
        user_id
    from emails
    group by source_type, user_id
    having count(*) > {{ var('max_people_per_reference') }}

),

links as (

    select
        visitor_id,
        email
    from identities
    where visitor_id is not null and email is not null

    union

    select
        identities.visitor_id,
        emails.email
    from identities
    inner join emails
        on
            identities.source_type = emails.source_type
            and identities.user_id = emails.user_id
    left join shared
        on
            emails.source_type = shared.source_type
            and emails.user_id = shared.user_id
    where identities.visitor_id is not null and shared.user_id is null

)

select * from links
