"""Compares each mart with what plain Python computes from the same rows."""

from __future__ import annotations

from dataclasses import astuple
from itertools import zip_longest
from typing import TYPE_CHECKING

from tests.transform.experiments_comparison import check_experiments
from tests.transform.matching_comparison import check_matching
from tests.transform.reference import accrual, cash, cohorts, payments
from tests.transform.reference.attribution import Attribution
from tests.transform.reference.economics import Economics, months, people, quotient, six
from tests.transform.worlds import MINOR_UNITS

if TYPE_CHECKING:
    from tests.transform.reference.settings import Settings
    from tests.transform.warehouse import CompiledProject, Results
    from tests.transform.worlds import World


def compare_with_reference(results: Results, attribution: Attribution) -> None:
    """Compare all marts with the reference.

    Raises:
        AssertionError: a row differs.
    """
    check_revenue(results, attribution)
    check_credits(results, attribution)
    check_matching(results, attribution)
    check_channels(results, attribution)
    check_periods(results, attribution)
    check_customers(results, attribution)
    check_cohorts(results, attribution)
    check_cohort_economics(results, attribution)
    check_accrual(results, attribution)
    check_cash(results, attribution)
    check_experiments(results, attribution)
    check_countries(results, attribution)
    check_failed_payments(results, attribution)


def agreed(project: CompiledProject, settings: Settings, world: World) -> Results:
    """The results of a world whose tests pass and whose marts equal the reference.

    Raises:
        AssertionError: a test of the project fails, or a row differs.
    """
    results = project.run(world)
    assert results.failures() == []
    compare_with_reference(results, Attribution(world, settings))
    return results


def assert_same(rows, expected):
    """Check that both have the same rows, in any order.

    Raises:
        AssertionError: rows differ; the message shows the first ones as found and as expected.
    """
    pairs = zip_longest(sorted(rows, key=str), sorted(expected, key=str))
    different = [(found, wanted) for found, wanted in pairs if found != wanted]
    assert not different, different[:3]


def check_revenue(results, attribution):
    rows = results.rows("""
        select charge_id, person_id, person_charge_number, previous_revenue_date, revenue_date,
            email, match_status, matched_by, match_conflict, unmatched_reason, lead_id, gross_minor,
            refunded_minor, net_minor,
            gross_reporting_minor, net_reporting_minor, disputed_minor, kept_minor,
            kept_reporting_minor, basis_minor, basis_reporting_minor, is_conversion, is_new
        from marts.fct_revenue""")
    expected = [
        (
            payment.charge.id,
            payment.person,
            payment.number,
            payment.previous_day,
            payment.day,
            payment.email,
            payment.match_status,
            payment.matched_by,
            payment.match_conflict,
            payment.unmatched_reason,
            payment.lead and payment.lead.lead_id,
            payment.charge.gross,
            payment.charge.given_back,
            payment.charge.net_of_refunds,
            payment.gross_reporting,
            payment.net_reporting,
            attribution.rates.disputed(payment.charge),
            payment.kept,
            payment.kept_reporting,
            payment.basis,
            payment.basis_reporting,
            payment.is_conversion,
            payment.is_new,
        )
        for payment in attribution.payments
    ]
    assert_same(rows, expected)


def check_credits(results, attribution):
    rows = results.rows("""
        select charge_id, attribution_model, touch_position, touchpoint_id, channel, source,
            campaign, reason, credit_minor, credit_reporting_minor, credit_micros,
            credit_basis_minor, credit_basis_reporting_minor
        from marts.fct_attribution
        order by charge_id, attribution_model, touch_position""")
    expected = (
        (
            credit.payment.charge.id,
            credit.model,
            credit.position,
            credit.touchpoint_id,
            credit.visit.channel,
            credit.visit.source,
            credit.visit.campaign,
            credit.reason,
            credit.minor,
            credit.reporting,
            credit.micros,
            credit.basis,
            credit.basis_reporting,
        )
        for credit in attribution.credits_
    )
    assert rows == sorted(expected, key=lambda row: row[:3])


def check_channels(results, attribution):
    rows = results.rows("""
        select activity_date, channel, campaign, attribution_model, currency, revenue_minor,
            revenue_reporting_minor, lead_revenue_minor, lead_revenue_reporting_minor,
            conversions, customers, new_customers, maybe_new_customers, leads, spend_minor,
            spend_reporting_minor, kept_minor, kept_reporting_minor, cpl, cac, ltv, roas,
            payback_months
        from marts.mart_channels""")
    expected = [
        (
            *key,
            row.revenue,
            row.revenue_reporting,
            row.lead_revenue,
            row.lead_revenue_reporting,
            people(row.conversions),
            people(row.customers),
            people(row.new_customers),
            people(row.maybe_new_customers),
            row.leads,
            row.spend,
            row.spend_reporting,
            row.kept,
            row.kept_reporting,
            *row.ratios(row.basis, row.spend, key[-1]),
        )
        for key, row in Economics(attribution).daily().items()
    ]
    assert sorted(rows, key=str) == sorted(expected, key=str)


def check_periods(results, attribution):
    economics = Economics(attribution)
    as_of_known = bool(attribution.payments or attribution.settings.as_of_date)
    rolling = "true" if as_of_known else "period = 'month'"
    rows = results.rows(f"""
        select period, period_start, channel, attribution_model, revenue_minor, conversions,
            customers, new_customers, maybe_new_customers, leads, spend_minor,
            kept_minor, cpl, cac, ltv, roas, payback_months, new_roas, new_revenue_minor,
            returning_revenue_minor, maybe_new_revenue_minor, new_customers_known_from
        from marts.mart_channel_periods where {rolling}""")
    currency = attribution.settings.reporting_currency
    expected = [
        (
            *key,
            row.revenue_reporting,
            people(row.conversions),
            people(row.customers),
            people(row.new_customers),
            people(row.maybe_new_customers),
            row.leads,
            row.spend_reporting,
            row.kept_reporting,
            *row.ratios(
                row.basis_reporting,
                row.spend_reporting,
                currency,
                economics.months_of(*key[:2]) if attribution.payments else None,
            ),
            row.new_roas,
            row.new_revenue,
            row.returning_revenue,
            row.maybe_new_revenue,
            economics.new_customers_known_from,
        )
        for key, row in economics.periods().items()
        if as_of_known or key[0] == "month"
    ]
    assert sorted(rows, key=str) == sorted(expected, key=str)


def check_customers(results, attribution):
    rows = results.rows(
        "select person_id, is_new, orders, ltv_minor, cohort_month from marts.dim_customers"
    )
    assert {row[0]: row[1:] for row in rows} == Economics(attribution).customers()


def check_cohorts(results, attribution):
    rows = results.rows("""
        select cohort_month, age_months, customers, paying_customers, revenue_minor,
            cumulative_revenue_minor, is_partial
        from marts.mart_cohort_ltv""")
    economics = Economics(attribution)
    expected = {
        (month, age): (
            *figures,
            age == months(month, economics.as_of) and cohorts.is_within_month(economics.as_of),
        )
        for (month, age), figures in economics.cohorts().items()
    }
    assert {row[:2]: row[2:] for row in rows} == expected


def check_cohort_economics(results, attribution):
    ages = ", ".join(
        f"day_{age}_customers, day_{age}_basis_minor, day_{age}_ltv" for age in cohorts.AGES
    )
    unit = 10 ** MINOR_UNITS[attribution.settings.reporting_currency]

    def each(revenue, people_):
        value = None if revenue is None else quotient(revenue, people_ * unit)
        return None if value is None else six(value)

    for mart, keys, group in (
        ("mart_cohorts", "cohort_month", None),
        (
            "mart_channel_cohorts",
            "cohort_month, first_channel",
            cohorts.first_channel(attribution),
        ),
    ):
        rows = results.rows(f"""
            select {keys}, is_partial, customers, maybe_new_customers, revenue_minor,
                kept_minor, ltv, spend_minor, cac, payback_age_months, {ages}
            from marts.{mart}""")
        expected = []
        for key, cohort in cohorts.cohorts(
            attribution, Economics(attribution).as_of, group
        ).items():
            size = len(cohort.people)
            row = [
                *key,
                cohort.is_partial,
                size,
                len(cohort.maybe_new),
                cohort.revenue,
                cohort.kept,
            ]
            row.append(each(cohort.basis, size))
            cac = each(cohort.spend, size) if cohort.spend and not cohort.maybe_new else None
            row += [cohort.spend, cac, cohort.payback_age()]
            for age in cohorts.AGES:
                old, revenue = cohort.at_age(age)
                row += [old, revenue, each(revenue, old)]
            expected.append(tuple(row))
        assert sorted(rows, key=str) == sorted(expected, key=str)


def check_accrual(results, attribution):
    as_of = Economics(attribution).as_of
    rows = results.rows("""
        select month, channel, attribution_model, dated_by, conversions, revenue_minor,
            kept_minor, spend_minor, roas
        from marts.mart_channel_accrual""")
    expected = [(*key, *line.figures()) for key, line in accrual.accrual(attribution).items()]
    assert sorted(rows, key=str) == sorted(expected, key=str)
    if attribution.payments or attribution.settings.as_of_date:
        for month, over in results.rows(
            "select distinct month, window_is_over from marts.mart_channel_accrual"
        ):
            assert over == accrual.window_is_over(month, as_of, attribution.settings)


def check_cash(results, attribution):
    rows = results.rows("""
        select cash_date, currency, charges, gross_minor, refunds, refunded_minor,
            undated_refunded_minor, net_minor
        from marts.mart_revenue_daily_cash""")
    days = cash.daily(attribution)
    expected = [
        (*key, day.charges, day.gross, day.refunds, day.refunded, day.undated, cash.net(days, key))
        for key, day in days.items()
    ]
    assert sorted(rows, key=str) == sorted(expected, key=str)


def check_countries(results, attribution):
    rows = results.rows("""
        select revenue_date, currency, country, charges, disputed_charges, gross_minor,
            refunded_minor, net_minor
        from marts.mart_payment_countries""")
    expected = [
        (*key, line.charges, line.disputed, line.gross, line.refunded, line.gross - line.refunded)
        for key, line in payments.countries(attribution).items()
    ]
    assert_same(rows, expected)


def check_failed_payments(results, attribution):
    rows = results.rows("""
        select failed_date, currency, reason, attempts, asked_minor, payments, payment_minor,
            recovered_payments, recovered_minor
        from marts.mart_failed_payments""")
    expected = [
        (*key, *astuple(line)) for key, line in payments.failed_payments(attribution).items()
    ]
    assert_same(rows, expected)
