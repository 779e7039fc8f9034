{#- An address with more touches than any one person makes is a mailbox that many people use. -#}
with crowded as (

    select person_id
    from {{ ref('int_touchpoints__people') }}
    where touch_number = {{ var('max_touches_per_email') }} + 1

),

payers as (

    select distinct person_id from {{ ref('fct_revenue') }}

),

paying as (

    select crowded.person_id
    from crowded
    inner join payers
        on crowded.person_id = payers.person_id

)

select * from paying
