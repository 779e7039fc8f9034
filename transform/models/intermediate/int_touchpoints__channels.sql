{{ config(materialized='view') }}

with touchpoints as (

    select * from {{ ref('int_touchpoints__signals') }}

),

channels as (

    select * from {{ ref('int_channels__by_signal') }}

),

joined as (

    select
        touchpoints.touchpoint_id,
        touchpoints.visitor_id,
        touchpoints.email,
        touchpoints.occurred_at,
        touchpoints.source,
        touchpoints.campaign,
        coalesce(channels.channel, 'other') as channel
    from touchpoints
    left join channels
        on touchpoints.signal = channels.signal

)

select * from joined
