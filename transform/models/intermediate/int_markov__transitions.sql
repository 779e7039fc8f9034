{#- How often a visit by one channel was followed by a visit by another, by a charge, or by nothing.
    People who paid walk to each of their charges; everybody else's visits end in nothing. -#}
with touches as (

    select * from {{ ref('int_attribution__touches') }}
    where not is_shared

),

payers as (

    select distinct person_id from {{ ref('fct_revenue') }}

),

touchpoints as (

    select
        touchpoints.person_id,
        touchpoints.occurred_at,
        touchpoints.touchpoint_id,
        channels.channel
    from {{ ref('int_touchpoints__people') }} as touchpoints
    inner join {{ ref('int_channels__by_signal') }} as channels
        on touchpoints.signal = channels.signal
    left join payers
        on touchpoints.person_id = payers.person_id
    where
        payers.person_id is null
        and {{ channel_counts('channels.channel') }}

),

steps as (

    select
        '(conversion)' as outcome,
        channel,
        lag(channel) over walk as previous_channel,
        lead(channel) over walk as next_channel
    from touches
    window walk as (
        partition by person_id, person_charge_number order by occurred_at, touchpoint_id
    )

    union all

    select
        '(nothing)' as outcome,
        channel,
        lag(channel) over walk as previous_channel,
        lead(channel) over walk as next_channel
    from touchpoints
    window walk as (partition by person_id order by occurred_at, touchpoint_id)

),

counted as (

    select
        outcome,
        channel,
        previous_channel,
        next_channel,
        count(*) as moves
    from steps
    group by outcome, channel, previous_channel, next_channel

),

moves as (

    select
        '(start)' as from_state,
        channel as to_state,
        moves
    from counted
    where previous_channel is null

    union all

    select
        channel as from_state,
        coalesce(next_channel, outcome) as to_state,
        moves
    from counted

),

transitions as (

    select
        from_state,
        to_state,
        cast(sum(moves) as bigint) as moves
    from moves
    group by from_state, to_state

)

select * from transitions
