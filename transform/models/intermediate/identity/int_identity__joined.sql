{#- Whom references make one person. Only people that a reference joins with another one are here, and
    mostly there are none. -#}
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

{{ smallest_labels('edges', 'joined_id', 'neighbour_id') }}

people as (

    select
        joined_id,
        label as person_id
    from labels

)

select * from people
