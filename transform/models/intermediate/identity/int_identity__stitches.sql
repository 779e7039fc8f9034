with leads as (

    select * from {{ ref('stg_web__leads') }}

),

touchpoints as (

    select * from {{ ref('stg_web__touchpoints') }}

),

charges as (

    select * from {{ ref('stg_stripe__charges') }}

),

{% if var('touchpoint_sources') -%}
links as (

    select * from {{ ref('base_web__loaded_links') }}

),

{% endif -%}
stitches as (

    select
        'visitor' as hub_kind,
        visitor_id as hub_id,
        email
    from leads
    where visitor_id is not null and email is not null

    union

    select
        'visitor' as hub_kind,
        visitor_id as hub_id,
        email
    from touchpoints
    where visitor_id is not null and email is not null
    {%- if var('touchpoint_sources') %}

    union

    select
        'visitor' as hub_kind,
        visitor_id as hub_id,
        email
    from links
    {%- endif %}

    union

    select
        'customer' as hub_kind,
        customer_id as hub_id,
        email
    from charges
    where customer_id is not null and email is not null

)

select * from stitches
