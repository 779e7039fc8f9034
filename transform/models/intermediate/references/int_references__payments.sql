{#- Of each payer, and of each charge that carries something itself, the reference that counts: that of
    the charge before that of the session, the customer's after both. People whom forms know and whom
    nothing but the payment joins contradict each other. -#}
with matches as (

    select * from {{ ref('int_references__matches') }}

),

stitches as (

    select * from {{ ref('int_identity__stitches') }}
    where hub_kind = 'visitor'

),

leads as (

    select * from {{ ref('stg_web__leads') }}

),

addresses as (

    select * from {{ ref('int_identity__addresses') }}
    where person_id in (select payer_id from matches)

),

known as (

    select addresses.person_id
    from addresses
    where addresses.email in (select stitches.email from stitches)

    union

    select addresses.person_id
    from addresses
    where addresses.email in (select leads.email from leads)

),

named as (

    select
        payer,
        target_id
    from matches

    union

    select
        matches.payer,
        matches.payer_id as target_id
    from matches
    inner join known
        on matches.payer_id = known.person_id

),

conflicts as (

    select payer
    from named
    group by payer
    having count(*) > 1

),

ranked as (

    select
        payer,
        charge_id,
        reference_key,
        row_number() over (
            partition by payer, charge_id
            order by carrier_rank, key_rank, reference_key, reference_value
        ) as charge_rank,
        row_number() over (
            partition by payer
            order by carrier_rank, key_rank, reference_key, reference_value, coalesce(charge_id, '')
        ) as payer_rank
    from matches

),

final as (

    select
        ranked.payer,
        ranked.charge_id,
        ranked.reference_key,
        ranked.payer_rank = 1 as is_of_payer,
        ranked.charge_rank = 1 and ranked.charge_id is not null as is_of_charge,
        conflicts.payer is not null as is_conflict
    from ranked
    left join conflicts
        on ranked.payer = conflicts.payer
    where ranked.payer_rank = 1 or (ranked.charge_rank = 1 and ranked.charge_id is not null)

)

select * from final
