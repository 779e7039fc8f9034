with charges as (

    select * from {{ ref('int_charges__people') }}

),

touches as (

    select * from {{ ref('int_attribution__touches') }}

),

shared_touches as (

    select * from {{ ref('int_attribution__shared_touches') }}

),

in_window as (

    select
        charges.charge_id,
        touches.touchpoint_id,
        touches.occurred_at,
        touches.channel,
        touches.source,
        touches.campaign,
        {{ epoch_seconds('charges.created_at') }} - {{ epoch_seconds('touches.occurred_at') }}
            as age_seconds,
        false as is_shared
    from charges
    inner join touches
        on
            charges.person_id = touches.person_id
            and charges.created_at >= touches.occurred_at
            and charges.created_at < touches.occurred_at + {{ days(var('attribution_window_days')) }}
    where touches.touch_count <= {{ var('max_touches_per_email') }}

    union all

    select
        charges.charge_id,
        touches.touchpoint_id,
        touches.occurred_at,
        touches.channel,
        touches.source,
        touches.campaign,
        {{ epoch_seconds('charges.created_at') }} - {{ epoch_seconds('touches.occurred_at') }}
            as age_seconds,
        true as is_shared
    from shared_touches
    inner join charges
        on shared_touches.charge_id = charges.charge_id
    inner join touches
        on shared_touches.touchpoint_id = touches.touchpoint_id
    where charges.created_at < touches.occurred_at + {{ days(var('attribution_window_days')) }}

),

positioned as (

    select
        *,
        row_number() over (
            partition by charge_id order by occurred_at, touchpoint_id
        ) as position,
        count(*) over (partition by charge_id) as path_length
    from in_window

)

select * from positioned
