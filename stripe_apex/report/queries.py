"""All that the report asks of the marts: one text of SQL for DuckDB and Postgres.

In every query $1 and $2 are the first day and the day after the last one, and $3 the currencies, or
null for all. Sums are cast to whole numbers, since the engines widen them differently.
"""

from __future__ import annotations

from typing import Final

MARTS: Final = (
    "dim_customers",
    "fct_attribution",
    "fct_revenue",
    "mart_ad_spend",
    "mart_channels",
    "mart_cohort_ltv",
    "mart_experiments",
    "mart_revenue_total",
    "mart_unmatched",
)
"""The marts that are read."""

_CURRENCIES = "cast($3 as text[])"
_IN_CURRENCIES = f"({_CURRENCIES} is null or {{table}}.currency = any({_CURRENCIES}))"


def _in_scope(table: str, day: str = "revenue_date") -> str:
    in_currencies = _IN_CURRENCIES.format(table=table)
    return f"{table}.{day} >= $1 and {table}.{day} < $2 and {in_currencies}"


WHOLE: Final = """
select
    min(case when conversions > 0 or spend_minor <> 0 then activity_date end) as first_day,
    max(case when conversions > 0 or spend_minor <> 0 then activity_date end) as last_day,
    max(case when conversions > 0 then activity_date end) as last_revenue_day
from marts.mart_channels
"""

KNOWN_VALUES: Final = """
select 'attribution_model' as kind, attribution_model as value
from marts.mart_channels group by attribution_model
union all
select 'channel' as kind, channel as value from marts.mart_channels group by channel
union all
select 'currency' as kind, currency as value from marts.mart_revenue_total group by currency
union all
select 'reporting_currency' as kind, reporting_currency as value
from marts.fct_revenue group by reporting_currency
order by kind, value
"""

TOTALS: Final = f"""
select
    revenue.currency,
    count(*) as charges,
    cast(sum(gross_minor) as bigint) as gross_minor,
    cast(sum(refunded_minor) as bigint) as refunded_minor,
    cast(sum(net_minor) as bigint) as net_minor,
    cast(sum(disputed_minor) as bigint) as disputed_minor,
    cast(sum(coalesce(fee_minor, 0)) as bigint) as fee_minor,
    cast(sum(kept_minor) as bigint) as kept_minor,
    cast(sum(coalesce(net_reporting_minor, 0)) as bigint) as net_reporting_minor,
    count(fee_minor) as charges_with_fee,
    count(*) - count(net_reporting_minor) as charges_without_rate
from marts.fct_revenue as revenue
where {_in_scope("revenue")}
group by revenue.currency
order by net_reporting_minor desc, revenue.currency
"""


def months(*, converted: bool) -> str:
    """Net revenue by month and channel; $4 is the attribution model."""
    return f"""
select
    cast(date_trunc('month', channels.activity_date) as date) as month,
    channels.channel,
    cast(sum(coalesce({_amount("revenue", converted=converted)}, 0)) as bigint) as revenue_minor
from marts.mart_channels as channels
where attribution_model = $4 and {_in_scope("channels", "activity_date")}
group by cast(date_trunc('month', channels.activity_date) as date), channels.channel
having sum(conversions) > 0
order by month, channel
"""


def credits_by_model(*, converted: bool) -> str:
    """Net revenue by channel and attribution model."""
    return f"""
select
    channels.channel,
    channels.attribution_model,
    cast(sum(coalesce({_amount("revenue", converted=converted)}, 0)) as bigint) as revenue_minor
from marts.mart_channels as channels
where {_in_scope("channels", "activity_date")}
group by channels.channel, channels.attribution_model
having sum(conversions) > 0
order by channels.channel, channels.attribution_model
"""


def brought(dimensions: tuple[str, ...], *, converted: bool) -> str:
    """Revenue and people by channel, and by platform and campaign where asked; $4 is the model.

    `squares` is the sum, over people, of the square of what each of them brought.
    """
    keys = ", ".join(dimensions)
    return f"""
with {_credits(converted=converted)},

by_person as (
    select
        {keys},
        person_id,
        sum(revenue_minor) as revenue_minor,
        sum(customer_micros) as customer_micros,
        sum(new_customer_micros) as new_customer_micros
    from credits
    where attribution_model = $4
    group by {keys}, person_id
)

select
    {keys},
    count(*) as payers,
    cast(sum(customer_micros) as bigint) as customer_micros,
    cast(sum(new_customer_micros) as bigint) as new_customer_micros,
    cast(sum(revenue_minor) as bigint) as revenue_minor,
    cast(sum(
        cast(revenue_minor as decimal(19, 0)) * cast(revenue_minor as decimal(19, 0))
    ) as decimal(38, 0)) as squares
from by_person
group by {keys}
"""


def brought_by_model(dimensions: tuple[str, ...], *, converted: bool) -> str:
    """Revenue under each attribution model, by the same dimensions."""
    keys = ", ".join(dimensions)
    return f"""
with {_credits(converted=converted)}

select {keys}, attribution_model, cast(sum(revenue_minor) as bigint) as revenue_minor
from credits
group by {keys}, attribution_model
order by attribution_model
"""


def spent(dimensions: tuple[str, ...], *, converted: bool) -> str:
    """Ad spend and the conversions that platforms claim, by the same dimensions."""
    keys = ", ".join(dimensions)
    return f"""
select
    {keys},
    cast(sum(coalesce({_amount("spend", converted=converted)}, 0)) as bigint) as spend_minor,
    cast(sum(platform_conversions) as decimal(24, 6)) as platform_conversions
from marts.mart_ad_spend as spend
where {_in_scope("spend", "spend_date")}
group by {keys}
"""


LEADS: Final = """
select channel, cast(sum(leads) as bigint) as leads
from marts.mart_channels
where activity_date >= $1 and activity_date < $2 and attribution_model = $3
group by channel
"""

COHORTS: Final = """
select cohort_month, age_months, customers, paying_customers,
    cumulative_revenue_minor as cumulative_minor
from marts.mart_cohort_ltv
where cohort_month >= date_trunc('month', cast($1 as date)) and cohort_month < $2
order by cohort_month, age_months
"""

EXPERIMENTS: Final = """
select
    treated.experiment_id,
    treated.experiment_name as name,
    treated.variant,
    cast(treated.started_at at time zone 'UTC' as timestamp) as started_at,
    cast(treated.ended_at at time zone 'UTC' as timestamp) as ended_at,
    treated.currency,
    treated.visitors,
    treated.payers,
    treated.revenue_minor,
    coalesce(control.visitors, 0) as control_visitors,
    coalesce(control.payers, 0) as control_payers,
    treated.lift,
    treated.lift_low,
    treated.lift_high,
    treated.p_value,
    treated.srm_p_value,
    treated.impact,
    treated.impact_low,
    treated.impact_high,
    treated.cost,
    treated.roi,
    treated.verdict
from marts.mart_experiments as treated
left join marts.mart_experiments as control
    on treated.experiment_id = control.experiment_id and control.variant = 'control'
where
    treated.variant <> 'control'
    and cast(treated.started_at at time zone 'UTC' as date) < $2
    and (treated.ended_at is null or cast(treated.ended_at at time zone 'UTC' as date) >= $1)
order by treated.started_at, treated.experiment_id, treated.variant
"""


def unmatched(*, converted: bool) -> str:
    """Charges without a lead, by reason."""
    return f"""
select
    unmatched.reason,
    max(unmatched.remedy) as remedy,
    unmatched.is_attributed_by_touches,
    count(*) as charges,
    cast(sum(coalesce(revenue.{_amount("net", converted=converted)}, 0)) as bigint) as revenue_minor
from marts.mart_unmatched as unmatched
inner join marts.fct_revenue as revenue
    on unmatched.charge_id = revenue.charge_id
where {_in_scope("revenue")}
group by unmatched.reason, unmatched.is_attributed_by_touches
order by revenue_minor desc, unmatched.reason, unmatched.is_attributed_by_touches
"""


COVERAGE: Final = """
select
    count(*) as charges,
    cast(min(created_at) at time zone 'UTC' as timestamp) as first_charge_at,
    cast(max(created_at) at time zone 'UTC' as timestamp) as last_charge_at,
    cast(max(updated_at) at time zone 'UTC' as timestamp) as updated_at,
    cast(sum(case when is_live then 1 else 0 end) as bigint) as live_charges,
    (select min(spend_date) from marts.mart_ad_spend) as first_spend_date,
    (select max(spend_date) from marts.mart_ad_spend) as last_spend_date
from marts.fct_revenue
"""

ROW_COUNTS: Final = " union all ".join(
    f"select '{mart}' as mart, count(*) as row_count from marts.{mart}" for mart in MARTS
)

ATTRIBUTION_CHECK: Final = """
with models as (
    select attribution_model from marts.fct_attribution group by attribution_model
),

credited as (
    select currency, attribution_model, cast(sum(credit_minor) as bigint) as credit_minor
    from marts.fct_attribution
    group by currency, attribution_model
),

totals as (
    select currency, cast(sum(net_minor) as bigint) as net_minor
    from marts.mart_revenue_total
    group by currency
)

select
    totals.currency,
    models.attribution_model,
    totals.net_minor as expected,
    coalesce(credited.credit_minor, 0) as found
from totals
cross join models
left join credited
    on totals.currency = credited.currency
    and models.attribution_model = credited.attribution_model
order by totals.currency, models.attribution_model
"""

RAW_COLUMNS: Final = """
select column_name from information_schema.columns
where table_schema = 'raw_stripe' and table_name = 'charges'
"""


def raw_check(*, marks_deleted: bool) -> str:
    """Net revenue by currency, as the tap loaded it and as the marts have it."""
    kept = "and _sdc_deleted_at is null" if marks_deleted else ""
    return f"""
with versions as (
    select *, row_number() over (partition by id order by updated_at desc) as version_rank
    from raw_stripe.charges
),

raw_totals as (
    select
        lower(currency) as currency,
        cast(sum(case when captured then amount - amount_refunded else 0 end) as bigint)
            as net_minor
    from versions
    where version_rank = 1 {kept}
    group by lower(currency)
),

totals as (
    select currency, cast(sum(net_minor) as bigint) as net_minor
    from marts.mart_revenue_total
    group by currency
)

select
    coalesce(raw_totals.currency, totals.currency) as currency,
    coalesce(raw_totals.net_minor, 0) as expected,
    coalesce(totals.net_minor, 0) as found
from raw_totals
full outer join totals
    on raw_totals.currency = totals.currency
order by 1
"""


def _amount(kind: str, *, converted: bool) -> str:
    return f"{kind}_reporting_minor" if converted else f"{kind}_minor"


def _credits(*, converted: bool) -> str:
    """Credits with the platform that was paid for them.

    That is the platform whose spend has the credit's channel and campaign; where several have, or
    none, the one whose spend has its channel and UTM source; else none.
    """
    return f"""campaign_platforms as (
    select channel, campaign, min(platform) as platform
    from marts.mart_ad_spend
    where campaign <> '(none)' and platform <> '(none)'
    group by channel, campaign
    having count(distinct platform) = 1
),

source_platforms as (
    select channel, source, min(platform) as platform
    from marts.mart_ad_spend
    where source <> '(none)' and platform <> '(none)'
    group by channel, source
    having count(distinct platform) = 1
),

credits as (
    select
        attribution.attribution_model,
        attribution.channel,
        coalesce(campaign_platforms.platform, source_platforms.platform) as platform,
        coalesce(attribution.campaign, '(none)') as campaign,
        attribution.person_id,
        coalesce(attribution.{_amount("credit", converted=converted)}, 0) as revenue_minor,
        case when attribution.person_charge_number = 1 then attribution.credit_micros else 0 end
            as new_customer_micros,
        case
            when revenue.previous_revenue_date is null or revenue.previous_revenue_date < $1
                then attribution.credit_micros
            else 0
        end as customer_micros
    from marts.fct_attribution as attribution
    inner join marts.fct_revenue as revenue
        on attribution.charge_id = revenue.charge_id
    left join campaign_platforms
        on attribution.channel = campaign_platforms.channel
        and attribution.campaign = campaign_platforms.campaign
    left join source_platforms
        on attribution.channel = source_platforms.channel
        and attribution.source = source_platforms.source
    where {_in_scope("revenue")}
)"""
