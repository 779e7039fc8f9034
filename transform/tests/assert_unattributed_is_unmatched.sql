-- Each unattributed charge is explained in mart_unmatched, and nothing attributed is called lost.
with unattributed as (

    select distinct charge_id
    from {{ ref('fct_attribution') }}
    where channel = 'unattributed' and reason not in ('excluded_channel', 'lead_too_old', 'no_visit')

),

explained as (

    select charge_id
    from {{ ref('mart_unmatched') }}
    where not is_attributed_by_touches

)

select coalesce(unattributed.charge_id, explained.charge_id) as charge_id
from unattributed
full outer join explained
    on unattributed.charge_id = explained.charge_id
where unattributed.charge_id is null or explained.charge_id is null
