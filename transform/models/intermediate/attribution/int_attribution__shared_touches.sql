{#- Each charge of a shared mailbox gets the last touch before it, found by one running maximum and
    not by joining all charges with all touches. -#}
with visits as (

    select * from {{ ref('int_touchpoints__touches') }}

),

shared_people as (

    select * from {{ ref('int_attribution__shared_people') }}

),

channels as (

    select * from {{ ref('int_channels__by_signal') }}

),

touches as (

    select
        visits.touchpoint_id,
        visits.person_id,
        visits.occurred_at,
        channels.signal_id,
        channels.channel,
        row_number() over (
            partition by visits.person_id
            order by visits.occurred_at, visits.touchpoint_id
        ) as touch_number
    from visits
    inner join shared_people
        on visits.person_id = shared_people.person_id
    inner join channels
        on visits.signal_id = channels.signal_id
    where {{ channel_counts('channels.channel') }}

),

shared_charges as (

    select revenue.*
    from {{ ref('int_charges__priced') }} as revenue
    inner join shared_people
        on revenue.person_id = shared_people.person_id

),

charges as (

    select
        person_id,
        person_charge_number,
        {{ conversion_time('created_at', 'person_id') }} as converted_at
    from shared_charges

),

timeline as (

    select
        person_id,
        occurred_at as happened_at,
        0 as is_charge,
        touch_number,
        0 as person_charge_number
    from touches

    union all

    select
        person_id,
        converted_at as happened_at,
        1 as is_charge,
        0 as touch_number,
        person_charge_number
    from charges

),

last_touches as (

    select
        person_id,
        person_charge_number,
        happened_at as converted_at,
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
        touches.person_id,
        last_touches.person_charge_number,
        last_touches.converted_at,
        touches.touchpoint_id,
        touches.occurred_at,
        touches.signal_id,
        touches.channel
    from last_touches
    inner join touches
        on
            last_touches.person_id = touches.person_id
            and last_touches.touch_number = touches.touch_number
    where
        last_touches.is_charge = 1
        and {{ within_window('last_touches.converted_at', 'touches.occurred_at') }}

)

select * from paired
