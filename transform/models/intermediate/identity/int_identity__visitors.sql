{#- A visitor that left no email is somebody all the same once a payment names it. -#}
with stitches as (

    select * from {{ ref('int_identity__stitches') }}
    where hub_kind = 'visitor'

),

emails as (

    select * from {{ ref('int_identity__emails') }}

),

matches as (

    select * from {{ ref('int_references__matches') }}
    where visitor_id is not null

),

joined as (

    select * from {{ ref('int_identity__joined') }}

),

visitors as (

    select
        stitches.hub_id as visitor_id,
        min(emails.person_id) as person_id
    from stitches
    inner join emails
        on stitches.email = emails.email
    group by stitches.hub_id

),

named as (

    select
        matches.visitor_id,
        min(joined.person_id) as person_id
    from matches
    inner join joined
        on matches.target_id = joined.joined_id
    left join visitors
        on matches.visitor_id = visitors.visitor_id
    where visitors.visitor_id is null
    group by matches.visitor_id

),

final as (

    select
        visitor_id,
        person_id
    from visitors

    union all

    select
        visitor_id,
        person_id
    from named

)

select * from final
