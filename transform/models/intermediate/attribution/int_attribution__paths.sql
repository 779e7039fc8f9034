{{ config(materialized='view') }}

{#- A left join, so that nothing that happens to the texts can take money away. -#}
with weights as (

    select * from {{ ref('int_attribution__weights') }}

),

signals as (

    select * from {{ ref('int_attribution__signals') }}

),

paths as (

    select
        weights.*,
        coalesce(signals.channel, 'other') as channel,
        signals.source,
        signals.campaign,
        case when weights.is_shared then 'shared_mailbox' end as reason
    from weights
    left join signals
        on weights.signal_id = signals.signal_id

)

select * from paths
