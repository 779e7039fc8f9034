-- Two linked addresses, and two people whom a reference joins, are one person. A failure means a chain of
-- links longer than the var `identity_rounds`: raise it.
select
    edges.email as one,
    edges.neighbour as other
from {{ ref('int_identity__edges') }} as edges
inner join {{ ref('int_identity__emails') }} as emails
    on edges.email = emails.email
inner join {{ ref('int_identity__emails') }} as neighbours
    on edges.neighbour = neighbours.email
where emails.person_id <> neighbours.person_id

union all

select
    matches.payer as one,
    matches.reference_value as other
from {{ ref('int_references__matches') }} as matches
inner join {{ ref('int_identity__joined') }} as payers
    on matches.payer_id = payers.joined_id
inner join {{ ref('int_identity__joined') }} as targets
    on matches.target_id = targets.joined_id
where payers.person_id <> targets.person_id
