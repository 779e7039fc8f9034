{{ config(materialized='view') }}

with leads as (

    select * from {{ ref('int_leads__signals') }}

),

channels as (

    select * from {{ ref('int_channels__by_signal') }}

),

joined as (

    select
        leads.lead_id,
        leads.visitor_id,
        leads.email,
        leads.created_at,
        channels.source,
        channels.campaign,
        coalesce(leads.given_channel, channels.channel) as channel
    from leads
    inner join channels
        on leads.signal = channels.signal

)

select * from joined
