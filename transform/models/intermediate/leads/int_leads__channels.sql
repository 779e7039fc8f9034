{{ config(materialized='view') }}

with leads as (

    select * from {{ ref('int_leads__signals') }}

),

channels as (

    select * from {{ ref('int_channels__by_signal') }}

),

names as (

    {{ plain_names('channel_names', 'channel') }}

),

given_channels as (

    select distinct given_channel
    from leads

),

known_channels as (

    select
        given_channels.given_channel,
        names.channel
    from given_channels
    inner join names
        on {{ plain_name('given_channels.given_channel') }} = names.plain_name

),

joined as (

    select
        leads.lead_id,
        leads.visitor_id,
        leads.email,
        leads.created_at,
        channels.source,
        channels.campaign,
        coalesce(known_channels.channel, leads.given_channel, channels.channel) as channel,
        case when known_channels.channel is null then leads.given_channel end as unknown_channel
    from leads
    inner join channels
        on leads.signal = channels.signal
    left join known_channels
        on leads.given_channel = known_channels.given_channel

)

select * from joined
