{#- Touches of people who paid, without the excluded channels. -#}
with touchpoints as (

    select * from {{ ref('int_touchpoints__channels') }}

),

visitors as (

    select * from {{ ref('int_identity__visitors') }}

),

emails as (

    select * from {{ ref('int_identity__emails') }}

),

payers as (

    select distinct person_id from {{ ref('int_charges__people') }}

),

with_person as (

    select
        touchpoints.touchpoint_id,
        touchpoints.occurred_at,
        touchpoints.channel,
        touchpoints.source,
        touchpoints.campaign,
        coalesce(visitors.person_id, emails.person_id) as person_id
    from touchpoints
    left join visitors
        on touchpoints.visitor_id = visitors.visitor_id
    left join emails
        on touchpoints.email = emails.email

),

of_payers as (

    select
        with_person.*,
        count(*) over (partition by with_person.person_id) as touch_count
    from with_person
    inner join payers
        on with_person.person_id = payers.person_id
    {%- if var('excluded_channels') %}
    where with_person.channel not in ({{ quoted_list(var('excluded_channels')) }})
    {%- endif %}

)

select * from of_payers
