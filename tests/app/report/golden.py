"""Compares the report with the marts, which are read by other queries than the report's."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from tests.app.report.conftest import run_report
from tests.ducks import reading

RATIOS = ("cpl", "cac", "ltv", "roas", "new_roas", "payback_months")
AMOUNTS = (
    "revenue_minor", "new_revenue_minor", "returning_revenue_minor", "maybe_new_revenue_minor",
    "spend_minor", "leads",
)  # fmt: skip


def report_as_json(warehouse, *options):
    done = run_report("--warehouse", warehouse, "--format", "json", *options)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def rows(warehouse, sql, *parameters):
    with reading(warehouse) as connection:
        cursor = connection.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def assert_totals_agree(warehouse):
    report = report_as_json(warehouse)
    expected = rows(
        warehouse,
        "select currency, sum(charges)::bigint charges, sum(gross_minor)::bigint gross_minor,"
        " sum(net_minor)::bigint net_minor from marts.mart_revenue_total group by currency",
    )
    assert {
        total["currency"]: (total["charges"], total["gross_minor"], total["net_minor"])
        for total in report["totals"]
    } == {r["currency"]: (r["charges"], r["gross_minor"], r["net_minor"]) for r in expected}
    assert expected, "there is something to agree about"
    credited = {
        (credit["channel"], credit["attribution_model"]): credit["revenue_minor"]
        for credit in report["credits"]
    }
    assert credited == {
        (row["channel"], row["attribution_model"]): row["minor"]
        for row in rows(
            warehouse,
            "select channel, attribution_model, sum(credit_reporting_minor)::bigint minor"
            " from marts.fct_attribution group by all",
        )
    }
    assert sum(month["revenue_minor"] for month in report["months"]) == report["net_minor"]
    assert sum(line["revenue_minor"] for line in report["channels"]) == report["net_minor"]
    assert all(check["passed"] for check in report["checks"])
    assert [{"minor": report["on_leads_alone_minor"]}] == rows(
        warehouse,
        "select coalesce(sum(lead_revenue_reporting_minor), 0)::bigint minor"
        " from marts.mart_channels where attribution_model = $1",
        report["scope"]["attribution_model"],
    )
    assert_payments_agree(warehouse, report)
    assert_audit_agrees(warehouse, report)
    return report


def assert_audit_agrees(warehouse, report):
    """Matched and unmatched spend add up to each platform's spend in its own currency."""
    assert {
        (line["platform"], line["currency"]): (
            line["spend_minor"],
            sum(line["matched_minor"].values()) + line["unmatched_minor"],
        )
        for line in report["audit"]["platforms"]
    } == {
        (row["platform"], row["currency"]): (row["minor"], row["minor"])
        for row in rows(
            warehouse,
            "select platform, currency, sum(spend_minor)::bigint minor"
            " from marts.mart_ad_spend group by all",
        )
    }


def assert_payments_agree(warehouse, report):
    """Weeks, methods and customers add up to the marts' totals; converted amounts are complete."""
    payments = report["payments"]
    unit = "_reporting" if report["scope"]["converted"] else ""
    (expected,) = rows(
        warehouse,
        f"select count(*)::bigint charges, sum(net{unit}_minor)::bigint net_minor,"
        f" sum(gross{unit}_minor)::bigint gross_minor,"
        f" sum(kept{unit}_minor)::bigint kept_minor,"
        " count(distinct case when is_conversion then person_id end)::bigint customers,"
        " count(case when is_new then 1 end)::bigint new_customers,"
        f" coalesce(sum(case when is_new then net{unit}_minor end), 0)::bigint new_revenue_minor"
        " from marts.fct_revenue",
    )
    for part, names in (
        ("weeks", ("charges", "gross_minor", "net_minor", "kept_minor", "new_customers",
                   "new_revenue_minor")),
        ("methods", ("charges", "gross_minor", "net_minor")),
    ):  # fmt: skip
        for name in names:
            assert sum(line[name] for line in payments[part]) == expected[name], (part, name)
    for name in ("charges", "gross_minor", "net_minor"):
        found = sum(line[name] for line in payments["attempts"]["countries"])
        assert found == expected[name], ("countries", name)
    assert payments["payers"]["customers"] == expected["customers"]
    assert payments["payers"]["net_minor"] == expected["net_minor"] == report["net_minor"]
    assert payments["ages"][0]["customers"] == expected["new_customers"]
    if not payments["converted"]:
        (parts,) = rows(
            warehouse, "select sum(coalesce(fee_minor, 0))::bigint fees from marts.fct_revenue"
        )
        assert sum(week["fee_minor"] for week in payments["weeks"]) == parts["fees"]


def assert_economics_agree(warehouse, period, mart_period, model="position_based"):
    """Each channel with spend has the mart's figures, to six decimal places."""
    report = report_as_json(warehouse, "--period", period, "--attribution-model", model)
    expected = {
        row["channel"]: row
        for row in rows(
            warehouse,
            "select * from marts.mart_channel_periods where attribution_model = $1"
            " and period = $2 and period_start = cast($3 as date)",
            model,
            mart_period,
            report["scope"]["start"],
        )
        if row["conversions"] or row["spend_minor"]
    }
    assert expected
    lines = {line["channel"]: line for line in report["channels"]}
    for channel, row in expected.items():
        line = lines[channel]
        for name in AMOUNTS:
            assert line[name] == row[name], (channel, name)
        for name in ("customers", "new_customers", "maybe_new_customers"):
            assert Decimal(line[name]) == row[name], (channel, name)
        for name in RATIOS if row["spend_minor"] else ("ltv",):
            found = None if line[name] is None else Decimal(line[name])
            assert found == row[name], (channel, name)
        known_from = row["new_customers_known_from"]
        assert report["coverage"]["new_customers_known_from"] == known_from.isoformat()
    found = {figure["name"]: figure["value"] for figure in report["key_figures"]["figures"]}
    spent, new, maybe_new = (
        sum(row[name] for row in expected.values())
        for name in ("spend_minor", "new_customers", "maybe_new_customers")
    )
    assert found["spend"] == (str(spent) if spent else None)
    if not maybe_new:
        assert Decimal(found["new_customers"]) == new
    assert int(found["net_revenue"]) == report["net_minor"]
    return report


def assert_key_figures_agree(warehouse, period):
    """The key figures of a period and of the previous one equal those computed from the facts."""
    report = report_as_json(warehouse, "--period", period)
    start, end = (date.fromisoformat(report["scope"][name]) for name in ("start", "end"))
    now, before = (
        _key_figures(warehouse, *days) for days in ((start, end), (start - (end - start), start))
    )
    for figure in report["key_figures"]["figures"]:
        value, earlier = now[figure["name"]], before[figure["name"]]
        assert Decimal(figure["value"]) == pytest.approx(value, abs=Decimal("0.000001"))
        assert Decimal(figure["before"]) == pytest.approx(earlier, abs=Decimal("0.000001"))
        change = Decimal(figure["value"]) / Decimal(figure["before"]) - 1
        assert Decimal(figure["change"]) == pytest.approx(change, abs=Decimal("0.000001"))
    assert report["key_figures"]["before_start"] == (start - (end - start)).isoformat()
    return report


def _key_figures(warehouse, start, end):
    """Revenue and cost of a period, from the facts instead of the marts of channels."""
    (sums,) = rows(
        warehouse,
        "select sum(net_reporting_minor) net, count(*) filter (where is_new) new"
        " from marts.fct_revenue where revenue_date >= $1 and revenue_date < $2",
        start,
        end,
    )
    spend = {
        row["channel"]: row["minor"]
        for row in rows(
            warehouse,
            "select channel, sum(spend_reporting_minor) minor from marts.mart_ad_spend"
            " where spend_date >= $1 and spend_date < $2 group by channel",
            start,
            end,
        )
    }
    (paid,) = rows(
        warehouse,
        "select sum(credit_basis_reporting_minor) minor,"
        " sum(credit_micros) filter (where is_new) / 1e6 new"
        " from marts.fct_attribution join marts.fct_revenue using (charge_id)"
        " where attribution_model = 'position_based' and list_contains($3, channel)"
        " and fct_revenue.revenue_date >= $1 and fct_revenue.revenue_date < $2",
        start,
        end,
        list(spend),
    )
    spent = Decimal(sum(spend.values()))
    return {
        "net_revenue": Decimal(sums["net"]),
        "spend": spent,
        "roas": Decimal(paid["minor"]) / spent,
        "new_customers": Decimal(sums["new"]),
        "cac": spent / 100 / Decimal(paid["new"]),
    }
