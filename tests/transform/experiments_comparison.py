"""Compares experiments with what plain Python computes from the same rows."""

from __future__ import annotations

import math
from functools import reduce

import pytest

from tests.transform.reference import experiments, inference
from tests.transform.reference.economics import plus
from tests.transform.worlds import MINOR_UNITS


def check_experiments(results, attribution):
    expected = experiments.visitors(attribution)
    rows = results.rows("""
        select experiment_id, visitor_id, variant, revenue_minor, later_revenue_minor,
            revenue_before_minor
        from intermediate.int_experiments__visitors""")
    assert {row[:2]: experiments.Visitor(*row[2:]) for row in rows} == expected

    everyone = experiments.exposed(attribution)
    for run in attribution.world.experiments:
        key = run.experiment_id
        exposed = [one for one in everyone if one.experiment_id == key]
        counted = [visitor for (of, _), visitor in expected.items() if of == key]
        seen_by = {variant for one in exposed for variant in one.first}
        found = {row["variant"]: row for row in mart_rows(results, key)}
        assert found.keys() == seen_by
        for variant, row in found.items():
            visitors = [visitor for visitor in counted if visitor.variant == variant]
            assert row["visitors"] == len(visitors)
            assert row["visitors_of_several_variants"] == len(exposed) - len(counted)
            assert row["payers"] == sum(visitor.is_payer for visitor in visitors)
            assert row["revenue_minor"] == reduce(plus, (each.within for each in visitors), 0)
            assert row["later_revenue_minor"] == reduce(plus, (each.later for each in visitors), 0)
            if attribution.payments or attribution.settings.as_of_date:
                assert row["is_running"] == experiments.is_running(run, attribution)
            check_verdict(row)
        check_comparisons(found, counted, attribution.settings)


def mart_rows(results, experiment_id):
    table = results.warehouse.execute(
        "select * from marts.mart_experiments where experiment_id = $1", [experiment_id]
    )
    names = [column[0] for column in table.description]
    return [dict(zip(names, row, strict=True)) for row in table.fetchall()]


def check_verdict(row):
    """Check that the verdict agrees with its interval, and with the intervals of the lift."""
    prefix = "always_valid_" if row["is_running"] else ""
    low, high = row[f"{prefix}difference_low"], row[f"{prefix}difference_high"]
    p_value = row["adjusted_always_valid_p_value" if prefix else "adjusted_p_value"]
    if row["verdict"] in {"better", "worse", "inconclusive"}:
        assert row["verdict"] == ("better" if low > 0 else "worse" if high < 0 else "inconclusive")
        assert (p_value < 0.05) == (row["verdict"] != "inconclusive")
    for prefix in ("", "always_valid_"):
        low, high = row[f"{prefix}difference_low"], row[f"{prefix}difference_high"]
        if row[f"{prefix}lift_low"] is not None:
            assert (row[f"{prefix}lift_low"] > 0) == (low > 0)
            assert (row[f"{prefix}lift_high"] < 0) == (high < 0)


def check_comparisons(found, counted, settings):
    arms = experiments.arms(counted, settings.experiment_cap_percentile)
    comparisons = {
        variant: comparison
        for variant, arm in arms.items()
        if variant != "control" and "control" in arms
        if (comparison := inference.compare(arm, arms["control"]))
    }
    assert comparisons.keys() == {name for name, row in found.items() if row["p_value"] is not None}
    unit = 10 ** MINOR_UNITS[settings.reporting_currency]
    for prefix in ("", "always_valid_"):
        levels = inference.holm(
            {name: getattr(one, f"{prefix}p_value") for name, one in comparisons.items()}
        )
        for name, comparison in comparisons.items():
            row, (adjusted, alpha) = found[name], levels[name]
            error = math.sqrt(comparison.variance) / unit
            critical = getattr(comparison, f"{prefix}critical")(alpha)
            assert row["difference"] * unit == pytest.approx(float(comparison.difference), abs=1e-7)
            assert row["degrees_of_freedom"] == pytest.approx(
                comparison.degrees_of_freedom, rel=1e-6
            )
            p_value = getattr(comparison, f"{prefix}p_value")
            assert row[f"{prefix}p_value"] == pytest.approx(p_value, rel=1e-6, abs=1e-12)
            assert row[f"adjusted_{prefix}p_value"] == pytest.approx(adjusted, rel=1e-6, abs=1e-12)
            for end, side in (("low", -1), ("high", 1)):
                assert row[f"{prefix}difference_{end}"] - row["difference"] == pytest.approx(
                    side * critical * error, rel=1e-6
                )
                bound = row[f"{prefix}lift_{end}"]
                bounded = (
                    comparison.base > 0
                    and comparison.base**2 > critical**2 * comparison.base_variance
                )
                assert (bound is not None) == bounded
                if bound is not None:
                    assert comparison.lift_in_errors(bound) == pytest.approx(critical, rel=1e-6)
                    assert side * (bound - row["lift"]) >= 0
