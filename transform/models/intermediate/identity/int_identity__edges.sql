with stitches as (

    select * from {{ ref('int_identity__stitches') }}

),

centres as (

    select
        hub_kind,
        hub_id,
        min(email) as centre
    from stitches
    group by hub_kind, hub_id
    having count(*) > 1

),

spokes as (

    select
        centres.centre,
        stitches.email
    from centres
    inner join stitches
        on
            centres.hub_kind = stitches.hub_kind
            and centres.hub_id = stitches.hub_id

),

both_ways as (

    select
        centre as email,
        email as neighbour
    from spokes

    union

    select
        email,
        centre as neighbour
    from spokes

)

select * from both_ways
