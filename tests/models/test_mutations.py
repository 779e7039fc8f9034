"""Whether the tests would notice: each rule is broken on purpose, and something must fail.

`docs/models.md` lists the rules. A mutant is one piece of one model's compiled SQL written
otherwise; the same world then runs through it, the project's own tests and the reference.
"""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.models.comparison import compare_with_reference
from tests.models.reference.attribution import Attribution
from tests.models.worlds import NOON, Charge, Experiment, Exposure, Lead, Rate, Spend, World, days
from tests.models.worlds import Touchpoint as Touch

RULES = [
    pytest.param(
        "int_attribution__paths", "5 * (path_length - 2)", "4 * (path_length - 2)",
        id="position_based gives 40 % to the first and 40 % to the last touch",
    ),
    pytest.param(
        "int_attribution__paths", "net_minor * (position)", "net_minor * (position - 1)",
        id="the credits of a charge add up to it",
    ),
    pytest.param(
        "int_attribution__touches",
        "touchpoints.occurred_at <= conversions.converted_at", "true",
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
        "int_charges__people", "leads.lead_created_at <= with_person.created_at", "true",
        id="a lead after the charge did not bring it",
    ),
    pytest.param(
        "stg_stripe__charges", "amount - amount_refunded", "amount",
        id="what was refunded is no revenue",
    ),
    pytest.param(
        "fct_revenue", "when 'settled'", "when 'as billed'",
        id="an amount that Stripe settled in the reporting currency is what it settled",
    ),
    pytest.param(
        "int_experiments__visitors", "when revenue.created_at >= numbered.exposed_at then", "when true then",
        id="revenue before the first exposure is not the experiment's",
    ),
    pytest.param(
        "int_spend__channels", "coalesce(platforms.channel, 'paid_other')", "platforms.channel",
        id="spend is conserved, of a platform that nobody mapped too",
    ),
    pytest.param(
        "stg_stripe__charges", "nfc_normalize", "trim",
        id="two spellings of an address are one",
    ),
    pytest.param(
        "int_attribution__pathless", "else 'unattributed' end as channel", "end as channel",
        id="who has neither touch nor lead is unattributed, and counted",
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def world():
    """One of each: refunded, settled elsewhere, inherited, too late, too old, unknown."""
    return World(
        charges=[
            Charge(id="ch_three", customer_email="ann@example.com", amount=9_999, customer_id="c1"),
            Charge(
                id="ch_nameless", customer_id="c1", created=NOON + days(100), amount_refunded=3_333
            ),
            Charge(
                id="ch_euro", customer_email="zoe\u0308@example.com", currency="eur",
                settled_currency="usd", settled_amount=11_111, fee=300, created=NOON + days(2),
            ),
            Charge(id="ch_early", customer_email="late@example.com", created=NOON - days(1)),
            Charge(id="ch_unknown"),
        ],
        leads=[
            Lead(lead_id="l1", email="Ann@Example.com", visitor_id="v1", created_at=NOON - days(9)),
            Lead(lead_id="l2", email="zo\u00eb@example.com", visitor_id="v2"),
            Lead(lead_id="l3", email="late@example.com", visitor_id="v3"),
        ],
        touchpoints=[
            Touch(touchpoint_id="t0", visitor_id="v1", occurred_at=NOON - days(90.5)),
            Touch(touchpoint_id="t1", visitor_id="v1", occurred_at=NOON - days(9), gclid="g"),
            Touch(touchpoint_id="t2", visitor_id="v1", occurred_at=NOON - days(5)),
            Touch(touchpoint_id="t3", visitor_id="v1", occurred_at=NOON - days(1), fbclid="f"),
            Touch(touchpoint_id="t4", visitor_id="v1", occurred_at=NOON + timedelta(seconds=1)),
        ],
        ad_spend=[
            Spend(spend_date=NOON.date(), campaign="spring"),
            Spend(spend_date=NOON.date(), platform="posters", spend=Decimal("12.34")),
        ],
        fx_rates=[
            Rate(
                rate_date=(NOON + days(2)).date(), from_currency="eur", to_currency="usd",
                rate=Decimal("1.05"),
            )
        ],
        experiments=[Experiment(experiment_id="exp", started_at=NOON - days(30))],
        experiment_exposures=[
            Exposure(experiment_id="exp", variant="variant_b", visitor_id="v1", exposed_at=NOON + days(1)),
            Exposure(experiment_id="exp", variant="control", visitor_id="v2", exposed_at=NOON),
            Exposure(experiment_id="exp", variant="control", visitor_id="v9", exposed_at=NOON),
        ],
    )  # fmt: skip


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
