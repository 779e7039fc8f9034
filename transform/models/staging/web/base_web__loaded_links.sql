{{ config(
    materialized='table',
    enabled=true if var('touchpoint_sources') else false,
    meta={'reads': var('touchpoint_sources')}
) }}

{#- A user id means the same user in all sources of one type. A user id or a browser that more than
    `max_people_per_reference` addresses share, such as `undefined`, links nobody. -#}
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

users as (

    select emails.*
    from emails
    left join shared
        on
            emails.source_type = shared.source_type
            and emails.user_id = shared.user_id
    where shared.user_id is null

),

-- A user is a visitor, too: a payment may carry the id that the site gave.
links as (

    select
        visitor_id,
        email
    from identities
    where visitor_id is not null and email is not null

    union

    select
        identities.visitor_id,
        users.email
    from identities
    inner join users
        on
            identities.source_type = users.source_type
            and identities.user_id = users.user_id
    where identities.visitor_id is not null

    union

    select
        user_id as visitor_id,
        email
    from users
    where not {{ is_address('user_id') }}

),

shared_visitors as (

    select visitor_id
    from links
    group by visitor_id
    having count(*) > {{ var('max_people_per_reference') }}

),

final as (

    select links.*
    from links
    left join shared_visitors
        on links.visitor_id = shared_visitors.visitor_id
    where shared_visitors.visitor_id is null

)

select * from final
