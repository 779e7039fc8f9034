{#- How often a visit by one channel was followed by a visit by another, by a charge, or by nothing.
    People who paid walk to each charge that brought something; everybody else's visits end in nothing. A walk
    starts with the visits of a channel that no other visit led to. -#}
with touches as (

    select * from {{ ref('int_attribution__touches') }}
    where not is_shared and person_charge_number > 0

),

payers as (

    select distinct person_id from {{ ref('int_charges__priced') }}
    where is_conversion

),

visits as (

    select
        visits.person_id,
        visits.occurred_at,
        visits.touchpoint_id,
        channels.channel
    from {{ ref('int_touchpoints__touches') }} as visits
    inner join {{ ref('int_channels__by_signal') }} as channels
        on visits.signal_id = channels.signal_id
    left join payers
        on visits.person_id = payers.person_id
    where
        payers.person_id is null
        and {{ channel_counts('channels.channel') }}

),

steps as (

    select
        '(conversion)' as outcome,
        channel,
        lead(channel) over walk as next_channel
    from touches
    window walk as (
        partition by person_id, person_charge_number order by occurred_at, touchpoint_id
    )

    union all

    select
        '(nothing)' as outcome,
        channel,
        lead(channel) over walk as next_channel
    from visits
    window walk as (partition by person_id order by occurred_at, touchpoint_id)

),

counted as (

    select
        outcome,
        channel,
        next_channel,
        count(*) as moves
    from steps
    group by outcome, channel, next_channel

),

moves as (

    select
        channel as from_state,
        coalesce(next_channel, outcome) as to_state,
        moves
    from counted

    union all

    select
        '(start)' as from_state,
        channel as to_state,
        moves
    from counted

    union all

    select
        '(start)' as from_state,
        next_channel as to_state,
        -moves as moves
    from counted
    where next_channel is not null

),

transitions as (

    select
        from_state,
        to_state,
        cast(sum(moves) as bigint) as moves
    from moves
    group by from_state, to_state
    having sum(moves) > 0

)

select * from transitions
