{#- Each claim that names a visitor, a lead or an address of ours. -#}
with claims as (

    select * from {{ ref('int_references__claims') }}

),

payers as (

    select * from {{ ref('int_references__payers') }}

),

targets as (

    select * from {{ ref('int_references__targets') }}

),

shared as (

    select * from {{ ref('int_references__shared') }}

),

matches as (

    select
        claims.payer,
        claims.charge_id,
        claims.carrier_rank,
        claims.reference_key,
        claims.key_rank,
        claims.reference_value,
        targets.visitor_id,
        payers.payer_id,
        targets.target_id
    from claims
    inner join targets
        on claims.reference_value = targets.reference_value
    inner join payers
        on claims.payer = payers.payer
    left join shared
        on claims.reference_value = shared.reference_value
    where shared.reference_value is null

)

select * from matches
