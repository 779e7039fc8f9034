{{ config(materialized='view') }}

{#- Charges with the touches that led to them, unordered. A shared mailbox has one for each. -#}
with revenue as (

    select * from {{ ref('fct_revenue') }}

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
        charge_id,
        person_id,
        person_charge_number,
        revenue_date,
        previous_revenue_date,
        currency,
        net_minor,
        net_reporting_minor,
        {{ conversion_time() }} as converted_at
    from revenue

),

own_touches as (

    select
        conversions.*,
        touchpoints.touchpoint_id,
        touchpoints.occurred_at,
        touchpoints.campaign,
        channels.source,
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
        conversions.*,
        shared_touches.touchpoint_id,
        shared_touches.occurred_at,
        shared_touches.campaign,
        shared_touches.source,
        shared_touches.channel,
        true as is_shared
    from shared_touches
    inner join conversions
        on shared_touches.charge_id = conversions.charge_id

)

select * from touches
