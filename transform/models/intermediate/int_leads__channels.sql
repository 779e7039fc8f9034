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
        leads.source,
        leads.campaign,
        coalesce(leads.given_channel, channels.channel, 'other') as channel
    from leads
    left join channels
        on leads.signal = channels.signal

)

select * from joined
