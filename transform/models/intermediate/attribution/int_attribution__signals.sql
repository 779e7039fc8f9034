{#- The texts of the signals that stand in the paths, as they are when the paths are written: a run that
    fails before that leaves the paths of the last one, and they need theirs. -#}
with channels as (

    select * from {{ ref('int_channels__by_signal') }}

),

signals as (

    select
        signal_id,
        channel,
        source,
        campaign
    from channels
    where signal_id in (select signal_id from {{ ref('int_attribution__weights') }})

)

select * from signals
