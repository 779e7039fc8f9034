{#- A value that so many people carry is a constant that somebody wrote by mistake. -#}
with claims as (

    select * from {{ ref('int_references__claims') }}

),

payers as (

    select * from {{ ref('int_references__payers') }}

),

targets as (

    select distinct reference_value from {{ ref('int_references__targets') }}

),

shared as (

    select
        claims.reference_value,
        min(claims.reference_key) as reference_key,
        count(distinct payers.payer_id) as people
    from claims
    inner join targets
        on claims.reference_value = targets.reference_value
    inner join payers
        on claims.payer = payers.payer
    group by claims.reference_value
    having count(distinct payers.payer_id) > {{ var('max_people_per_reference') | int }}

)

select * from shared
