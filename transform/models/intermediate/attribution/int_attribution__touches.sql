{{ config(materialized='view') }}

{#- Charges with the touches that led to them. A charge of a shared mailbox has one. -#}
with revenue as (

    select * from {{ ref('int_charges__priced') }}

),

visits as (

    select * from {{ ref('int_touchpoints__touches') }}

),

channels as (

    select * from {{ ref('int_channels__by_signal') }}

),

shared_people as (

    select * from {{ ref('int_attribution__shared_people') }}

),

shared_touches as (

    select * from {{ ref('int_attribution__shared_touches') }}

),

conversions as (

    select
        person_id,
        person_charge_number,
        {{ conversion_time('created_at', 'person_id') }} as converted_at
    from revenue

),

own_touches as (

    select
        visits.person_id,
        conversions.person_charge_number,
        conversions.converted_at,
        visits.touchpoint_id,
        visits.occurred_at,
        channels.signal_id,
        channels.channel,
        false as is_shared
    from visits
    inner join conversions
        on
            visits.person_id = conversions.person_id
            and {{ within_window('conversions.converted_at', 'visits.occurred_at') }}
    inner join channels
        on visits.signal_id = channels.signal_id
    left join shared_people
        on visits.person_id = shared_people.person_id
    where
        shared_people.person_id is null
        and {{ channel_counts('channels.channel') }}

),

touches as (

    select * from own_touches

    union all

    select
        person_id,
        person_charge_number,
        converted_at,
        touchpoint_id,
        occurred_at,
        signal_id,
        channel,
        true as is_shared
    from shared_touches

)

select * from touches
