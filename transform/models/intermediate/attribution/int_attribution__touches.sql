{{ config(materialized='view') }}

{#- Charges with the touches that led to them. A charge of a shared mailbox has one. -#}
with revenue as (

    select * from {{ ref('int_charges__priced') }}

),

touchpoints as (

    select * from {{ ref('int_touchpoints__people') }}

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
        touchpoints.person_id,
        conversions.person_charge_number,
        conversions.converted_at,
        touchpoints.touchpoint_id,
        touchpoints.occurred_at,
        channels.signal_id,
        channels.channel,
        false as is_shared
    from touchpoints
    inner join conversions
        on
            touchpoints.person_id = conversions.person_id
            and {{ within_window('conversions.converted_at', 'touchpoints.occurred_at') }}
    inner join channels
        on touchpoints.signal = channels.signal
    left join shared_people
        on touchpoints.person_id = shared_people.person_id
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
