"""Money by the day on which it moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from tests.transform.comparison import agreed
from tests.transform.worlds import ANN, NOON, Refund, World, days


def cash(results):
    return results.rows("""
        select cash_date, gross_minor, refunded_minor, undated_refunded_minor, net_minor
        from marts.mart_revenue_daily_cash order by cash_date""")


def test_a_refund_leaves_the_month_of_its_charge_as_it_was(default_project, default_settings):
    january, march = (datetime(2026, month, 5, tzinfo=UTC) for month in (1, 3))
    charge = replace(ANN, created=january, amount_refunded=4_000)
    refund = Refund(id="re", charge_id="ch_ann", created=march, amount=4_000)
    failed = replace(refund, id="re_failed", status="failed")
    world = World(charges=[charge], refunds=[refund, failed])
    results = agreed(default_project, default_settings, world)
    assert cash(results) == [
        (january.date(), 10_000, 0, 0, 10_000),
        (march.date(), 0, 4_000, 0, -4_000),
    ]
    assert results.rows("select revenue_date, net_minor from marts.mart_revenue_total") == [
        (january.date(), 6_000)
    ]


def test_a_refund_whose_day_is_not_known_is_not_guessed(default_project, default_settings):
    """It may have been made on any day since its charge."""
    charges = [
        replace(ANN, id="ch_0", created=NOON - days(1)),
        replace(ANN, amount_refunded=4_000),
        replace(ANN, id="ch_2", created=NOON + days(1)),
    ]
    results = agreed(default_project, default_settings, World(charges=charges))
    assert [row[2:] for row in cash(results)] == [(0, 0, 10_000), (0, 4_000, None), (0, 0, None)]


def test_what_was_never_captured_is_no_refund_on_any_day(default_project, default_settings):
    """In older versions of Stripe's API the rest of a partial capture is the first refund."""
    charge = replace(ANN, amount_captured=7_000, amount_refunded=5_000, refunded_amount=2_000)
    refunds = [
        Refund(id="re_rest", charge_id="ch_ann", created=NOON, amount=3_000),
        Refund(id="re_real", charge_id="ch_ann", created=NOON + days(40), amount=2_000),
    ]
    results = agreed(default_project, default_settings, World(charges=[charge], refunds=refunds))
    assert [row[1:] for row in cash(results)] == [(7_000, 0, 0, 7_000), (0, 2_000, 0, -2_000)]
