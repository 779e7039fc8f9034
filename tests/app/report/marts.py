"""Marts without dbt: plain tables with the columns of the contracts, and a few rows.

The columns come from the marts' own contracts, so that a report that reads others fails.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

CONTRACTS = Path(__file__).resolve().parents[3] / "transform/models/marts"
MODELS = ("first_touch", "last_touch", "linear", "position_based")
DAY = date(2026, 1, 1)
LAST_DAY = date(2026, 6, 30)


@cache
def contracts() -> dict[str, dict[str, str]]:
    """The type of each column, by mart."""
    files = [yaml.safe_load(path.read_text()) for path in CONTRACTS.glob("*.yml")]
    models = [model for file in files for model in file["models"]]
    return {
        model["name"]: {column["name"]: column["data_type"] for column in model["columns"]}
        for model in models
    }


@dataclass
class Marts:
    """Consistent rows of all marts, to which charges are added one at a time."""

    reporting_currency: str = "usd"
    is_live: bool = True
    is_simulated: bool = False
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    people: dict[int, tuple[int, date]] = field(default_factory=dict)
    visited: set[str] = field(default_factory=set)

    def charge(
        self,
        minor: int,
        *,
        channel: str | None = "email",
        by_model: dict[str, str] | None = None,
        day: date = DAY,
        currency: str = "usd",
        person: int | None = None,
        campaign: str | None = None,
        source: str | None = None,
        refunded: int = 0,
        fee: int | None = 0,
        reporting: int | None = None,
        has_rate: bool = True,
        reporting_method: str = "fx_rate",
        is_disputed: bool = False,
        maybe_new: bool = False,
        reason: str | None = None,
        method: str = "card",
        country: str = "US",
    ) -> None:
        """Add a charge, credited to `channel`, but to others by the models in `by_model`."""
        number = len(self.rows["fct_revenue"])
        person = number if person is None else person
        charges_before, previous = self.people.get(person, (0, None))
        self.people[person] = (charges_before + 1, day)
        net = minor - refunded
        net_reporting = (net if reporting is None else reporting) if has_rate else None
        moment = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=12)
        common = {
            "charge_id": f"ch_{number:05}",
            "person_id": person,
            "person_charge_number": charges_before + 1,
            "revenue_date": day,
            "currency": currency,
        }
        self.rows["fct_revenue"].append(
            common
            | {
                "previous_revenue_date": previous,
                "is_conversion": True,
                "is_new": None if maybe_new else charges_before == 0,
                "created_at": moment,
                "updated_at": moment,
                "gross_minor": minor,
                "refunded_minor": refunded,
                "net_minor": net,
                "disputed_minor": None if is_disputed else 0,
                "fee_minor": fee,
                "kept_minor": net - (fee or 0),
                "reporting_currency": self.reporting_currency,
                "revenue_basis": "net",
                "gross_reporting_minor": minor * net_reporting // net
                if net and net_reporting is not None
                else net_reporting,
                "net_reporting_minor": net_reporting,
                "reporting_method": reporting_method if has_rate else None,
                "kept_reporting_minor": (net - (fee or 0)) * net_reporting // net
                if net and net_reporting is not None
                else net_reporting,
                "payment_method_type": method,
                "match_status": "direct" if channel or reason else "none",
                "match_conflict": False,
                "is_captured": True,
                "is_disputed": is_disputed,
                "is_live": self.is_live,
            }
        )
        self.rows["mart_revenue_total"].append(
            {
                "revenue_date": day,
                "currency": currency,
                "charges": 1,
                "gross_minor": minor,
                "net_minor": net,
            }
        )
        amounts = ("gross", "refunded", "net", "gross_reporting", "net_reporting")
        row = self.rows["fct_revenue"][-1]
        self.rows["mart_payment_countries"].append(
            {
                "revenue_date": day,
                "currency": currency,
                "country": country,
                "charges": 1,
                "disputed_charges": int(is_disputed),
                **{f"{name}_minor": row[f"{name}_minor"] for name in amounts},
            }
        )
        is_new = charges_before == 0
        for model in MODELS:
            credited = (by_model or {}).get(model, channel) or "unattributed"
            self.rows["fct_attribution"].append(
                common
                | {
                    "attribution_model": model,
                    "touch_position": 1,
                    "channel": credited,
                    "campaign": campaign,
                    "source": source,
                    "reason": reason,
                    "credit_minor": net,
                    "credit_reporting_minor": net_reporting,
                    "credit_basis_minor": net,
                    "credit_basis_reporting_minor": net_reporting,
                    "credit_micros": 1_000_000,
                }
            )
            self.activity(
                day, credited, campaign, model, currency,
                revenue_minor=net, revenue_reporting_minor=net_reporting,
                conversions=Decimal(1), new_customers=Decimal(is_new and not maybe_new),
                lead_revenue_minor=net * (reason == "lead_channel"),
                lead_revenue_reporting_minor=net_reporting if reason == "lead_channel" else 0,
            )  # fmt: skip
        if channel is None and reason is None:
            self.rows["mart_unmatched"].append(
                {
                    "charge_id": common["charge_id"],
                    "currency": currency,
                    "net_minor": net,
                    "reason": "no_lead",
                    "remedy": "Collect in checkout the email used in the forms.",
                    "remedy_kind": "send_reference",
                    "is_attributed_by_touches": False,
                }
            )

    def failure(
        self, reason: str, minor: int, recovered: int = 0, *, day: date = DAY, currency: str = "usd"
    ) -> None:
        """Add a failed attempt, the last one of its payment, and what a later one recovered."""
        self.rows["mart_failed_payments"].append(
            {
                "failed_date": day,
                "currency": currency,
                "reason": reason,
                "attempts": 1,
                "asked_minor": minor,
                "payments": 1,
                "payment_minor": minor,
                "recovered_payments": int(recovered > 0),
                "recovered_minor": recovered,
            }
        )

    def activity(self, day, channel, campaign, model, currency, **figures) -> None:
        """Add a row of mart_channels."""
        zeros = dict.fromkeys(
            ("revenue_minor", "revenue_reporting_minor", "conversions", "new_customers", "leads",
             "spend_minor", "spend_reporting_minor", "lead_revenue_minor",
             "lead_revenue_reporting_minor"), 0,
        )  # fmt: skip
        keys = {
            "activity_date": day,
            "channel": channel,
            "campaign": campaign or "(none)",
            "attribution_model": model,
            "currency": currency,
        }
        self.rows["mart_channels"].append(zeros | keys | figures)

    def spend(
        self,
        minor: int,
        *,
        channel: str = "paid_search",
        platform: str = "google_ads",
        campaign: str | None = None,
        source: str = "google",
        day: date = DAY,
        claims: int = 0,
        currency: str | None = None,
        has_rate: bool = True,
    ) -> None:
        """Add ad spend of a day, in the reporting currency unless another is given."""
        currency = currency or self.reporting_currency
        reporting = minor if has_rate else None
        self.rows["mart_ad_spend"].append(
            {
                "spend_date": day,
                "platform": platform,
                "channel": channel,
                "source": source,
                "campaign": campaign or "(none)",
                "currency": currency,
                "platform_conversions": Decimal(claims),
                "spend_minor": minor,
                "spend_reporting_minor": reporting,
            }
        )
        for model in MODELS:
            self.activity(
                day, channel, campaign, model, currency,
                spend_minor=minor, spend_reporting_minor=reporting,
            )  # fmt: skip

    def cohorts(self, months: int = 6) -> None:
        """Add a cohort per month, whose customers bring 100 each per month."""
        for cohort in range(months):
            for age in range(months - cohort):
                self.rows["mart_cohort_ltv"].append(
                    {
                        "cohort_month": date(2026, 1 + cohort, 1),
                        "age_months": age,
                        "is_partial": False,
                        "customers": 10,
                        "paying_customers": 10,
                        "currency": self.reporting_currency,
                        "revenue_minor": 100_000,
                        "cumulative_revenue_minor": 100_000 * (age + 1),
                        "cumulative_basis_minor": 100_000 * (age + 1),
                    }
                )

    def experiment(
        self, name: str, verdict: str, lift: float | None, half: float = 0.1, **columns: Any
    ) -> None:
        """Add an experiment of two variants; `columns` override the default values."""
        known = lift is not None
        shared = {
            "experiment_id": f"exp_{len(self.rows['mart_experiments'])}",
            "experiment_name": name,
            "started_at": datetime(2026, 2, 1, tzinfo=UTC),
            "ended_at": datetime(2026, 3, 1, tzinfo=UTC),
            "currency": self.reporting_currency,
            "is_running": False,
            "visitors": 1000,
            "visitors_of_several_variants": 0,
            "payers": 100,
            "revenue_minor": 1_000_000,
            "later_revenue_minor": 0,
            "srm_p_value": 0.00001 if verdict == "sample_ratio_mismatch" else 0.5,
            "cost": 500.0,
        }
        self.rows["mart_experiments"] += [
            shared | {"variant": "control", "verdict": "control"},
            shared
            | {
                "variant": "variant_b",
                "verdict": verdict,
                "lift": lift,
                "lift_low": lift - half if known else None,
                "lift_high": lift + half if known else None,
                "difference": lift * 10 if known else None,
                "difference_low": (lift - half) * 10 if known else None,
                "difference_high": (lift + half) * 10 if known else None,
                "p_value": 0.01 if known else None,
                "adjusted_p_value": 0.01 if known else None,
                "impact": lift * 10_000 if known else None,
                "impact_low": (lift - half) * 10_000 if known else None,
                "impact_high": (lift + half) * 10_000 if known else None,
                "roi": 1.0 if known else None,
            }
            | columns,
        ]

    def unknown(self, name: str, **figures: Any) -> None:
        """Add a name that the models do not know: an ad platform with spend or a lead's channel."""
        kind = "ad_platform" if "spend_minor" in figures else "lead_channel"
        row = {"kind": kind, "name": name, "currency": "(none)", "remedy": f"Rename {kind}."}
        self.rows["mart_unknown_names"].append(row | figures)

    def _inputs(self) -> list[dict[str, Any]]:
        """The number of rows of each input, as these marts could be made of."""
        credited = [row for row in self.rows["fct_attribution"] if row["channel"] != "unattributed"]
        counts = {
            "leads": len(credited),
            "touchpoints": len(credited),
            "ad_spend": len(self.rows["mart_ad_spend"]),
            "experiments": len(self.rows["mart_experiments"]),
            "experiment_exposures": len(self.rows["mart_experiments"]),
        }
        return [{"input": name, "row_count": count} for name, count in counts.items()]

    def _audit(self) -> list[dict[str, Any]]:
        """Each campaign with spend, which is matched by its name if a visit or payment names it."""
        named = self.visited | {row["campaign"] for row in self.rows["fct_attribution"]}
        found: dict[tuple[str, str, str], dict[str, Any]] = {}
        for bill in self.rows["mart_ad_spend"]:
            keys = {name: bill[name] for name in ("platform", "campaign", "currency")}
            matched = bill["campaign"] in named
            line = found.setdefault(
                tuple(keys.values()),
                keys
                | dict.fromkeys(("spend_minor", "matched_minor", "unmatched_minor"), 0)
                | {
                    "status": "matched" if matched else "spend_without_visits",
                    "matched_by": "name" if matched else None,
                    "utm_campaign": bill["campaign"] if matched else None,
                    "visits": int(matched),
                    "first_date": bill["spend_date"],
                },
            )
            line["last_date"] = bill["spend_date"]
            for name in ("spend_minor", "matched_minor" if matched else "unmatched_minor"):
                line[name] += bill["spend_minor"]
        return list(found.values())

    def _raw_charges(self) -> list[str]:
        """The charges as the tap would have read them from the simulated account."""
        values = ", ".join(
            f"('{row['charge_id']}', '{row['currency']}', {row['gross_minor']},"
            f" {row['refunded_minor']}, timestamp '2026-01-01', false, 'SIMULATED STORE')"
            for row in self.rows["fct_revenue"]
        )
        return [
            "create schema raw_stripe",
            f"""create table raw_stripe.charges as select * from (values {values}) as charges
            (id, currency, amount_captured, amount_refunded, updated_at, livemode,
            statement_descriptor)""",
        ]

    def statements(self, *, without: tuple[str, ...] = ()) -> list[tuple[str, list[list[Any]]]]:
        """SQL that creates and fills the tables, with the values as $1, $2, ..."""
        done: list[tuple[str, list[list[Any]]]] = [("create schema marts", [])]
        if self.is_simulated:
            done += [(statement, []) for statement in self._raw_charges()]
        self.rows["mart_inputs"] = self.rows["mart_inputs"] or self._inputs()
        self.rows["mart_spend_audit"] = self.rows["mart_spend_audit"] or self._audit()
        for mart, columns in contracts().items():
            if mart in without:
                continue
            types = ", ".join(f'"{name}" {type_}' for name, type_ in columns.items())
            done.append((f"create table marts.{mart} ({types})", []))
            unknown = {name for row in self.rows[mart] for name in row} - set(columns)
            assert not unknown, f"{mart} has no {unknown}"
            if self.rows[mart]:
                places = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
                values = [[row.get(name) for name in columns] for row in self.rows[mart]]
                done.append((f"insert into marts.{mart} values ({places})", values))
        return done

    def write(self, path: Path, *, without: tuple[str, ...] = ()) -> Path:
        """Write a DuckDB file of the marts, by JSON, since inserting row by row takes seconds."""
        lines = path.with_suffix(".jsonl")
        with duckdb.connect(str(path)) as connection:
            for sql, rows in self.statements(without=without):
                if not rows:
                    connection.execute(sql)
                    continue
                mart = sql.split("marts.", 1)[1].split(" ", 1)[0]
                columns = contracts()[mart]
                named = (dict(zip(columns, row, strict=True)) for row in rows)
                lines.write_text("".join(f"{json.dumps(row, default=str)}\n" for row in named))
                connection.execute(
                    f"insert into marts.{mart} select * from read_json($1, columns = $2)",
                    [str(lines), columns],
                )
        lines.unlink(missing_ok=True)
        return path
