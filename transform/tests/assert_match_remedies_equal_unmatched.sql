-- Each unmatched charge stands under one remedy.
with remedies as (

    select
        currency,
        sum(net_minor) as net_minor,
        sum(charges) as charges
    from {{ ref('mart_match_remedies') }}
    group by currency

),

unmatched as (

    select
        currency,
        sum(net_minor) as net_minor,
        sum(charges) as charges
    from {{ ref('mart_match_coverage') }}
    where match_status = 'none'
    group by currency

)

select coalesce(remedies.currency, unmatched.currency) as currency
from remedies
full outer join unmatched
    on remedies.currency = unmatched.currency
where
    coalesce(remedies.net_minor, 0) <> coalesce(unmatched.net_minor, 0)
    or coalesce(remedies.charges, 0) <> coalesce(unmatched.charges, 0)
