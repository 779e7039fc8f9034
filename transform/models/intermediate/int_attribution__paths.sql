{{ config(materialized='view') }}

with weights as (

    select * from {{ ref('int_attribution__weights') }}

),

channels as (

    select * from {{ ref('int_channels__by_signal') }}

),

paths as (

    select
        weights.*,
        channels.channel,
        channels.source,
        channels.campaign,
        case when weights.is_shared then 'shared_mailbox' end as reason
    from weights
    inner join channels
        on weights.signal_id = channels.signal_id

)

select * from paths
