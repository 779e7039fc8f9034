-- Two linked addresses are one person. A failure means a chain of links longer than the var
-- `identity_rounds`: raise it.
select
    edges.email,
    edges.neighbour
from {{ ref('int_identity__edges') }} as edges
inner join {{ ref('int_identity__emails') }} as emails
    on edges.email = emails.email
inner join {{ ref('int_identity__emails') }} as neighbours
    on edges.neighbour = neighbours.email
where emails.person_id <> neighbours.person_id
