"""All queries of the report: the same SQL for DuckDB and Postgres.

In every query that has parameters, unless it says otherwise, $1 and $2 are the first day and the
day after the last one, and $3 is the currencies, or null for all. Sums are cast to whole numbers,
since the engines widen them differently.
"""

from stripe_apex.report.queries.audit import AUDIT, AUDIT_MART
from stripe_apex.report.queries.channels import LEADS, LEVELS, brought, brought_by_model, spent
from stripe_apex.report.queries.matching import (
    NEWER_MARTS,
    SHARED_REFERENCES,
    SHARED_REFERENCES_TABLE,
    codes,
    remedies,
    ways,
)
from stripe_apex.report.queries.people import COHORTS, EXPERIMENTS, MAYBE_NEW, PAYBACK
from stripe_apex.report.queries.reconciliation import (
    ATTRIBUTION_CHECK,
    RAW_COLUMNS,
    SIMULATED,
    SPEND_CHECK,
    raw_check,
)
from stripe_apex.report.queries.revenue import (
    BY_SETTLED_RATES,
    CURRENCIES,
    TOTALS,
    by_reason,
    credits_by_model,
    months,
    unmatched,
)
from stripe_apex.report.queries.warehouse import (
    COVERAGE,
    INPUTS,
    KNOWN_VALUES,
    MARTS,
    ROW_COUNTS,
    TABLES,
    UNKNOWN_NAMES,
    WHOLE,
)

__all__ = [
    "ATTRIBUTION_CHECK",
    "AUDIT",
    "AUDIT_MART",
    "BY_SETTLED_RATES",
    "COHORTS",
    "COVERAGE",
    "CURRENCIES",
    "EXPERIMENTS",
    "INPUTS",
    "KNOWN_VALUES",
    "LEADS",
    "LEVELS",
    "MARTS",
    "MAYBE_NEW",
    "NEWER_MARTS",
    "PAYBACK",
    "RAW_COLUMNS",
    "ROW_COUNTS",
    "SHARED_REFERENCES",
    "SHARED_REFERENCES_TABLE",
    "SIMULATED",
    "SPEND_CHECK",
    "TABLES",
    "TOTALS",
    "UNKNOWN_NAMES",
    "WHOLE",
    "brought",
    "brought_by_model",
    "by_reason",
    "codes",
    "credits_by_model",
    "months",
    "raw_check",
    "remedies",
    "spent",
    "unmatched",
    "ways",
]
