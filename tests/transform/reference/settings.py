"""The vars of the dbt project that the reference knows, with the project's defaults."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

MODELS = (
    "first_touch",
    "last_touch",
    "last_non_direct",
    "linear",
    "position_based",
    "time_decay",
    "markov",
)


SINGLE_TOUCH = {"first_touch", "last_touch", "last_non_direct"}


@dataclass(frozen=True)
class Settings:
    """The vars; `transform/dbt_project.yml` explains them."""

    timezone: str = "UTC"
    reporting_currency: str = "usd"
    as_of_date: date | None = None
    revenue_basis: str = "net"
    margin_percent: tuple[tuple[str, float], ...] | None = None
    attribution_window_days: int = 90
    lead_window_days: int | None = None
    visit_timeout_minutes: int = 30
    time_decay_half_life_days: int = 7
    max_touches_per_email: int = 500
    excluded_channels: tuple[str, ...] = ()
    recurring_credit: str = "window"
    own_hosts: tuple[str, ...] = ()
    history_complete: bool | None = None
    count_charges_of_zero: bool = False
    email_plus_tags: str = "keep"
    email_gmail_dots: str = "keep"
    reference_keys: tuple[str, ...] = (
        "visitor_id",
        "anonymous_id",
        "lead_id",
        "client_reference_id",
        "visitorId",
        "anonymousId",
        "leadId",
        "distinct_id",
        "posthog_person_distinct_id",
        "datafast_visitor_id",
    )
    max_people_per_reference: int = 20
    conversion_window_days: int | None = None
    experiment_cap_percentile: float | None = None
    experiment_cuped_days: int = 0

    def as_vars(self) -> dict[str, Any]:
        """The settings as a mapping for `dbt --vars`."""
        return {
            item.name: as_json(value)
            for item in fields(self)
            if (value := getattr(self, item.name)) is not None
        }


def as_json(value: Any) -> Any:
    """A setting as a JSON value for `--vars`."""
    match value:
        case ((str(), float()), *_):
            return dict(value)
        case tuple():
            return list(value)
        case date():
            return value.isoformat()
    return value
