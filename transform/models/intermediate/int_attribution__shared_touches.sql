{#- A mailbox that many people use has too many touches for a path: each of its charges gets the
    last touch before it, found by one running maximum and not by joining all with all. -#}
with touches as (

    select * from {{ ref('int_attribution__touches') }}
    where touch_count > {{ var('max_touches_per_email') }}

),

numbered as (

    select
        *,
        row_number() over (
            partition by person_id order by occurred_at, touchpoint_id
        ) as touch_number
    from touches

),

shared_people as (

    select distinct person_id from touches

),

charges as (

    select
        people.charge_id,
        people.person_id,
        people.created_at
    from {{ ref('int_charges__people') }} as people
    inner join shared_people
        on people.person_id = shared_people.person_id

),

timeline as (

    select
        person_id,
        occurred_at as happened_at,
        0 as is_charge,
        touch_number,
        cast(null as {{ dbt.type_string() }}) as charge_id
    from numbered

    union all

    select
        person_id,
        created_at as happened_at,
        1 as is_charge,
        0 as touch_number,
        charge_id
    from charges

),

last_touches as (

    select
        person_id,
        charge_id,
        is_charge,
        max(touch_number) over (
            partition by person_id
            order by happened_at, is_charge, touch_number
            rows between unbounded preceding and current row
        ) as touch_number
    from timeline

),

paired as (

    select
        last_touches.charge_id,
        numbered.touchpoint_id
    from last_touches
    inner join numbered
        on
            last_touches.person_id = numbered.person_id
            and last_touches.touch_number = numbered.touch_number
    where last_touches.is_charge = 1

)

select * from paired
