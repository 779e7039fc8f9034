with stitches as (

    select * from {{ ref('int_identity__stitches') }}
    where hub_kind = 'visitor'

),

emails as (

    select * from {{ ref('int_identity__emails') }}

),

visitors as (

    select
        stitches.hub_id as visitor_id,
        min(emails.person_id) as person_id
    from stitches
    inner join emails
        on stitches.email = emails.email
    group by stitches.hub_id

)

select * from visitors
