-- A currency without a minor unit: amounts in minor units are right, those in major units are missing,
-- and spend, which is billed in major units, does not count. It comes after the marts, which a failure
-- would otherwise leave unbuilt:
-- depends_on: {{ ref('mart_campaign_periods') }} {{ ref('mart_channel_periods') }}
-- depends_on: {{ ref('mart_channels') }} {{ ref('mart_cohort_ltv') }} {{ ref('mart_unmatched') }}
-- depends_on: {{ ref('dim_customers') }} {{ ref('fct_attribution') }}
with used as (

    select
        'revenue' as kind,
        currency
    from {{ ref('mart_revenue_total') }}

    union

    select
        'spend' as kind,
        currency
    from {{ ref('mart_ad_spend') }}

    union

    select
        'experiment' as kind,
        experiments.cost_currency as currency
    from {{ ref('stg_experiments__experiments') }} as experiments
    inner join {{ ref('mart_experiments') }} as results
        on experiments.experiment_id = results.experiment_id
    where experiments.cost is not null

    union

    select
        'reporting' as kind,
        '{{ var("reporting_currency") }}' as currency

)

select
    used.kind,
    used.currency
from used
left join {{ ref('stripe_currencies') }} as known
    on used.currency = known.currency
where known.currency is null
