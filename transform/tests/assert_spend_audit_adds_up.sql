-- What meets visits and what meets none is all that was spent, by platform and currency.
with audited as (

    select
        platform,
        currency,
        sum(matched_minor) + sum(unmatched_minor) as spend_minor,
        sum(spend_micros) as spend_micros
    from {{ ref('mart_spend_audit') }}
    where status <> 'visits_without_spend'
    group by
        platform,
        currency

),

spent as (

    select
        platform,
        coalesce(currency, '(none)') as currency,
        sum(spend_minor) as spend_minor,
        sum(spend_micros) as spend_micros
    from {{ ref('mart_ad_spend') }}
    group by
        platform,
        coalesce(currency, '(none)')

)

select
    spent.platform,
    spent.currency,
    spent.spend_minor,
    audited.spend_minor as audited_minor
from spent
left join audited
    on
        spent.platform = audited.platform
        and spent.currency = audited.currency
where
    coalesce(spent.spend_minor, 0) <> coalesce(audited.spend_minor, 0)
    or coalesce(spent.spend_micros, 0) <> coalesce(audited.spend_micros, 0)
