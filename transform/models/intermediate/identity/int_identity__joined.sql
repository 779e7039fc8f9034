{#- Whom references make one person: each round passes the smallest id known so far one link on. Only
    people that a reference joins with another one are here, and mostly there are none. -#}
with matches as (

    select distinct
        payer_id,
        target_id
    from {{ ref('int_references__matches') }}

),

edges as (

    select
        payer_id as joined_id,
        target_id as neighbour_id
    from matches

    union

    select
        target_id as joined_id,
        payer_id as neighbour_id
    from matches

    union

    select
        payer_id as joined_id,
        payer_id as neighbour_id
    from matches

    union

    select
        target_id as joined_id,
        target_id as neighbour_id
    from matches

),

round_0 as (

    select distinct
        joined_id,
        joined_id as label
    from edges

),

{% for number in range(1, var('identity_rounds') | int + 1) -%}
round_{{ number }} as (

    select
        edges.joined_id,
        min(known.label) as label
    from edges
    inner join round_{{ number - 1 }} as known
        on edges.neighbour_id = known.joined_id
    group by edges.joined_id

),

{% endfor -%}
people as (

    select
        joined_id,
        label as person_id
    from round_{{ var('identity_rounds') }}

)

select * from people
