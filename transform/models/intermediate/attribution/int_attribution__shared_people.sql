{#- An address with more touches than any one person makes is a mailbox that many people use. -#}
with visits as (

    select * from {{ ref('int_touchpoints__touches') }}

),

payers as (

    select distinct person_id from {{ ref('int_charges__priced') }}

),

crowded as (

    select person_id
    from visits
    group by person_id
    having count(*) > {{ var('max_touches_per_email') }}

),

paying as (

    select crowded.person_id
    from crowded
    inner join payers
        on crowded.person_id = payers.person_id

)

select * from paying
