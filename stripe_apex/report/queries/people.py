"""Customers and their cohorts, and experiments."""

from __future__ import annotations

from typing import Final

from stripe_apex.report.queries.filters import in_scope

MAYBE_NEW: Final = f"""
select count(*) as maybe_new_customers
from marts.fct_revenue as revenue
where revenue.is_new is null and {in_scope("revenue")}
"""
"""People of whom it is not known whether they had paid before the charges that are loaded."""

COHORTS: Final = """
select cohort_month, age_months, is_partial, customers, paying_customers,
    cumulative_basis_minor as cumulative_minor
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
    treated.is_running,
    treated.conversion_window_days,
    treated.currency,
    treated.visitors,
    treated.visitors_of_several_variants,
    treated.payers,
    treated.revenue_minor,
    treated.later_revenue_minor,
    coalesce(control.visitors, 0) as control_visitors,
    coalesce(control.payers, 0) as control_payers,
    treated.lift,
    case when treated.is_running then treated.always_valid_lift_low else treated.lift_low end
        as lift_low,
    case when treated.is_running then treated.always_valid_lift_high else treated.lift_high end
        as lift_high,
    treated.difference,
    case
        when treated.is_running then treated.always_valid_difference_low
        else treated.difference_low
    end as difference_low,
    case
        when treated.is_running then treated.always_valid_difference_high
        else treated.difference_high
    end as difference_high,
    case
        when treated.is_running then treated.adjusted_always_valid_p_value
        else treated.adjusted_p_value
    end as p_value,
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

PAYBACK: Final = """
select
    cohort_month, '' as first_channel, is_partial, customers, ltv, spend_minor, cac,
    payback_age_months
from marts.mart_cohorts
where cohort_month >= date_trunc('month', cast($1 as date)) and cohort_month < $2
union all
select
    cohort_month, first_channel, is_partial, customers, ltv, spend_minor, cac,
    payback_age_months
from marts.mart_channel_cohorts
where cohort_month >= date_trunc('month', cast($1 as date)) and cohort_month < $2
order by cohort_month, first_channel
"""
"""Cost and revenue of each month's new customers; an empty channel stands for all together."""
