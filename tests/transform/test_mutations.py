"""Whether the tests would notice: each rule is broken on purpose, and something must fail.

`docs/models.md` lists the rules. A mutant is one piece of one model's compiled SQL written
otherwise; the same world then runs through it, the project's own tests and the reference.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.transform.comparison import compare_with_reference
from tests.transform.reference.attribution import Attribution
from tests.transform.story import EVERYTHING

RULES = [
    pytest.param(
        "fct_attribution", "5 * (path_length - 2)", "4 * (path_length - 2)",
        id="position_based gives 40 % to the first and 40 % to the last touch",
    ),
    pytest.param(
        "fct_attribution", "net_minor * (position)", "net_minor * (position - 1)",
        id="the credits of a charge add up to it",
    ),
    pytest.param(
        "int_attribution__touches",
        "visits.occurred_at <= conversions.converted_at", "true",
        id="a touch after the charge never counts",
    ),
    pytest.param(
        "int_attribution__touches", "interval '2160 hours'", "interval '2184 hours'",
        id="a touch older than the window never counts",
    ),
    pytest.param(
        "int_charges__people", "charges.customer_id = customers.customer_id", "false",
        id="a charge without an email inherits those of its customer",
    ),
    pytest.param(
        "int_charges__people", "leads.lead_created_at <= numbered.created_at", "true",
        id="a lead after the charge did not bring it",
    ),
    pytest.param(
        "stg_stripe__charges", "amount_captured - coalesce(", "amount_captured - 0 * coalesce(",
        id="what was refunded is no revenue",
    ),
    pytest.param(
        "int_charges__priced", "when 'settled'", "when 'as billed'",
        id="an amount that Stripe settled in the reporting currency is what it settled",
    ),
    pytest.param(
        "mart_failed_payments", "attempts.created_at <= captured_charges.created_at", "true",
        id="what was paid before an attempt failed recovers nothing",
    ),
    pytest.param(
        "mart_failed_payments", "where attempts.is_last", "where true",
        id="a payment that failed twice is recovered once",
    ),
    pytest.param(
        "mart_failed_payments",
        "least(coalesce(later_attempts.gross_minor, 0), attempts.asked_minor)",
        "coalesce(later_attempts.gross_minor, 0)",
        id="no more is recovered than had failed",
    ),
    pytest.param(
        "stg_stripe__failed_charges", "<> 'authorized'", "<> ''",
        id="why a payment was authorised is not why it failed",
    ),
    pytest.param(
        "mart_payment_countries",
        "coalesce(billing_country, card_country,", "coalesce(card_country,",
        id="a payment is of the country of its billing address",
    ),
    pytest.param(
        "int_experiments__visitors",
        "revenue.created_at >= numbered.exposed_at\n", "true\n",
        id="revenue before the first exposure is not the experiment's",
    ),
    pytest.param(
        "int_experiments__visitors",
        "revenue.created_at < numbered.window_end", "true",
        id="revenue after the window is not the experiment's",
    ),
    pytest.param(
        "int_experiments__visitors", "where variants_seen = 1", "",
        id="a visitor who saw two variants counts for neither",
    ),
    pytest.param(
        "int_spend__channels", "platforms.channel, 'paid_other')", "platforms.channel)",
        id="spend is conserved, of a platform that nobody mapped too",
    ),
    pytest.param(
        "int_spend__channels", "coalesce(sources.channel, ", "coalesce(",
        id="spend follows the source of its record",
    ),
    pytest.param(
        "int_attribution__weights", "604800", "302400",
        id="time_decay halves the weight of a touch in each half-life",
    ),
    pytest.param(
        "int_experiments__exposures", "where visitor_id is not null", "",
        id="an exposure without a visitor counts for nobody",
    ),
    pytest.param(
        "stg_stripe__charges", "nfc_normalize", "trim",
        id="two spellings of an address are one",
    ),
    pytest.param(
        "int_attribution__pathless", "else 'unattributed' end as channel", "end as channel",
        id="a charge with neither touch nor lead is unattributed, and counted",
    ),
    pytest.param(
        "int_refunds__dated", "refunds.created_at at time zone", "refunds.updated_at at time zone",
        id="a refund stands on the day on which it was made",
    ),
    pytest.param(
        "int_charges__priced", "then cast(disputes.dispute_minor as bigint)", "then 0",
        id="what a dispute took is not kept",
    ),
    pytest.param(
        "mart_channel_accrual", "date_trunc('month', touch_date)",
        "date_trunc('month', revenue_date)",
        id="what a visit brought stands in the month of the visit",
    ),
    pytest.param(
        "mart_cohorts", "first_revenue_date + 180 <= as_of_date + 1", "true",
        id="a customer counts for an age once all of its days are over",
    ),
    pytest.param(
        "mart_channel_periods", "else 10000 * cast(", "else 9999 * cast(",
        id="payback divides what a customer brings by the months of the period",
    ),
    pytest.param(
        "int_charges__people", "net_minor > 0", "net_minor >= 0",
        id="a charge that brought nothing makes nobody a customer",
    ),
    pytest.param(
        "int_charges__people",
        "ordered.first_customer_created_at >= history.loaded_from", "true",
        id="a customer who is older than the loaded charges is not known to be new",
    ),
    pytest.param(
        "int_touchpoints__visits", "previous_at is null or", "true or",
        id="page views without a pause are one visit",
    ),
    pytest.param(
        "int_touchpoints__visits", ">= 1800000000", "> 1800000000",
        id="a pause as long as the timeout ends a visit",
    ),
    pytest.param(
        "int_touchpoints__visits", "campaign_key <> coalesce(last_campaign_key, -1)", "false",
        id="a new campaign starts a visit",
    ),
    pytest.param(
        "int_touchpoints__page_views", "own_hosts.host is not null", "false",
        id="a click between the own hosts starts no visit",
    ),
    pytest.param(
        "int_attribution__pathless", "interval '2160 hours'", "interval '2184 hours'",
        id="a lead older than its window takes no credit",
    ),
    pytest.param(
        "int_carried__fields",
        "coalesce(opened.created_at, telling_charges.created_at)", "telling_charges.created_at",
        id="what a payment carries is a touch at the moment of its checkout session",
    ),
    pytest.param(
        "int_carried__visits", "where seen_too.touchpoint_id is null", "",
        id="a visit with the campaign or the click that a payment carries is its touch",
    ),
    pytest.param(
        "int_carried__session_codes", "lower(sessions.promotion_code) = typed.code", "false",
        id="a promotion code to which a row gives a channel is a touch",
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def world():
    return EVERYTHING


def check(results, world, settings):
    """Fail as the tests do.

    Raises:
        AssertionError: a test of the project or the reference does not agree.
    """
    assert results.failures() == []
    compare_with_reference(results, Attribution(world, settings))


def test_nothing_fails_while_all_rules_hold(default_project, default_settings, world):
    check(default_project.run(world), world, default_settings)


@pytest.mark.parametrize(("model", "rule", "broken"), RULES)
def test_a_broken_rule_makes_a_test_fail(
    default_project, default_settings, world, model, rule, broken
):
    results = default_project.broken(model, rule, broken).run(world)
    with pytest.raises(AssertionError):
        check(results, world, default_settings)


def test_the_documentation_lists_the_rules():
    page = (Path(__file__).parents[2] / "docs/models.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\d+\. (.+)\.$", page, re.MULTILINE)
    assert listed == [case.id for case in RULES]
