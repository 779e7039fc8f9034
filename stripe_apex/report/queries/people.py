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
