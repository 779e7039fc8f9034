-- Per currency and attribution model: attributed + unattributed = total, to the minor unit.
with credited as (

    select
        attribution_model,
        currency,
        sum(case when channel = 'unattributed' then 0 else credit_minor end) as attributed_minor,
        sum(case when channel = 'unattributed' then credit_minor else 0 end) as unattributed_minor
    from {{ ref('fct_attribution') }}
    group by attribution_model, currency

),

totals as (

    select
        currency,
        sum(net_minor) as net_minor
    from {{ ref('mart_revenue_total') }}
    group by currency

)

select
    credited.attribution_model,
    totals.currency,
    credited.attributed_minor,
    credited.unattributed_minor,
    totals.net_minor
from totals
left join credited
    on totals.currency = credited.currency
where
    credited.currency is null
    or credited.attributed_minor + credited.unattributed_minor <> totals.net_minor
