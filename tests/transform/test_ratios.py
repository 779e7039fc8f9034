"""Ratios that mean the same in every period, and of money that is all there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.transform.comparison import agreed
from tests.transform.worlds import (
    ANN,
    NOON,
    Charge,
    Dispute,
    Lead,
    Rate,
    Spend,
    Touchpoint,
    World,
    days,
)


def on(year: int, month: int, day: int) -> datetime:
    """Noon of a day."""
    return datetime(year, month, day, 12, tzinfo=UTC)


def customer(name: str, *moments: datetime, **columns: object) -> list[Charge]:
    """The charges of a customer whom Stripe has known since the first of them."""
    return [
        replace(
            Charge(id=f"ch_{name}_{number}", customer_email=f"{name}@example.com"),
            created=moment,
            customer_created=moments[0],
            **columns,  # type: ignore[arg-type]
        )
        for number, moment in enumerate(moments)
    ]


def lead(name: str, created_at: datetime, channel: str = "paid_search") -> Lead:
    """What brought a customer."""
    return Lead(
        lead_id=name, email=f"{name}@example.com", channel=channel, created_at=created_at - days(1)
    )


def steady_shop(months: int) -> World:
    """Each day a new customer of 100.00 at a cost of 50.00, from the first of January 2026."""
    first = on(2026, 1, 1)
    number = (date(2026, 1 + months, 1) - first.date()).days
    moments = [first + days(day) for day in range(number)]
    return World(
        charges=[charge for n, at in enumerate(moments) for charge in customer(f"p{n}", at)],
        leads=[lead(f"p{n}", at) for n, at in enumerate(moments)],
        ad_spend=[Spend(spend_date=at.date(), spend=Decimal(50)) for at in moments],
    )


def test_payback_is_the_cost_of_a_customer_by_what_one_brings_in_a_month(default_project):
    """CAC 50 / (100 / 1 month); and the last 90 days are 2.957 months."""
    results = default_project.run(steady_shop(4))
    assert results.failures() == []
    rows = dict(
        results.rows("""
            select distinct period || ' ' || period_start, payback_months
            from marts.mart_channel_periods where channel = 'paid_search'""")
    )
    assert rows["month 2026-01-01"] == rows["month 2026-04-01"] == Decimal("0.5")
    assert rows["last_90_days 2026-01-31"] == Decimal("1.478439")
    assert rows["last_30_days 2026-04-01"] == Decimal("0.5"), "all of April"


def test_a_month_is_as_long_as_it_is_known(default_project, default_settings):
    """The charges begin on the eleventh of January and end on the tenth of February."""
    world = steady_shop(2)
    world = replace(
        world,
        charges=world.charges[10:41],
        leads=world.leads[10:41],
        ad_spend=world.ad_spend[10:41],
    )
    results = agreed(default_project, default_settings, world)
    assert results.rows("""
        select distinct period_start, payback_months from marts.mart_channel_periods
        where channel = 'paid_search' and period = 'month' order by 1""") == [
        (date(2026, 1, 1), Decimal("0.344969")),  # 21 / 30.4375 / 2
        (date(2026, 2, 1), Decimal("0.164271")),  # 10 / 30.4375 / 2
    ]


AGES = """
    select day_30_customers, day_30_ltv, day_90_customers, day_90_ltv, day_180_customers,
        day_180_ltv
    from marts.mart_cohorts"""


def test_only_customers_who_are_old_enough_count_for_an_age(default_project, default_settings):
    """Ann comes on the first of January, Bob on the twentieth; Ann pays last on her 90th day."""
    ann = on(2026, 1, 1)
    world = World(
        charges=[
            *customer("ann", ann, ann + days(29), ann + days(30), ann + days(89)),
            *customer("bob", ann + days(19), ann + days(19), amount=3_000),
        ]
    )
    results = agreed(default_project, default_settings, world)
    assert results.rows(AGES) == [(2, Decimal(130), 1, Decimal(400), 0, None)]
    a_day_less = replace(world, charges=[*world.charges[:3], *world.charges[4:]])
    results = agreed(default_project, default_settings, a_day_less)
    assert results.rows(AGES) == [(1, Decimal(200), 0, None, 0, None)]


def test_a_month_that_is_not_over_is_marked(default_project, default_settings):
    months = "select cohort_month, age_months, is_partial from marts.mart_cohort_ltv order by 1, 2"
    charges = [*customer("ann", on(2026, 1, 5)), *customer("bob", on(2026, 2, 27))]
    results = agreed(default_project, default_settings, World(charges=charges))
    assert results.rows(months) == [
        (date(2026, 1, 1), 0, False),
        (date(2026, 1, 1), 1, True),
        (date(2026, 2, 1), 0, True),
    ]
    assert results.rows("select is_partial from marts.mart_cohorts order by cohort_month") == [
        (False,), (True,),
    ]  # fmt: skip
    whole = [*charges, *customer("cleo", on(2026, 2, 28))]
    results = agreed(default_project, default_settings, World(charges=whole))
    assert not any(is_partial for *_, is_partial in results.rows(months))


def test_a_cohort_is_paid_back_when_its_customers_have_brought_what_they_cost(
    default_project, default_settings
):
    """Two customers for 500.00 bring 100.00 each in January and 150.00 each in March."""
    first, third = on(2026, 1, 5), on(2026, 3, 5)
    charges = [
        replace(charge, amount=15_000) if charge.created == third else charge
        for name in ("ann", "bob")
        for charge in customer(name, first, third)
    ]
    world = World(
        charges=charges,
        leads=[lead("ann", first), lead("bob", first, channel="email")],
        ad_spend=[Spend(spend_date=first.date(), spend=Decimal(500))],
    )
    results = agreed(default_project, default_settings, world)
    asked = "select {} cac, payback_age_months from marts.{} order by 1"
    assert results.rows(asked.format("", "mart_cohorts")) == [(Decimal(250), 2)]
    assert results.rows(asked.format("first_channel,", "mart_channel_cohorts")) == [
        ("email", None, None),
        ("paid_search", Decimal(500), None),
    ]


def test_what_octobers_clicks_brought_stands_beside_octobers_spend(
    default_project, default_settings
):
    """The click of October is paid for in November, with one of November; Bob never clicked."""
    october, november = on(2025, 10, 20), on(2025, 11, 10)
    world = World(
        charges=[
            replace(ANN, created=november),
            Charge(id="ch_bob", customer_email="bob@example.com", created=november, amount=500),
        ],
        leads=[Lead(lead_id="l", email="ann@example.com", visitor_id="v", created_at=october)],
        touchpoints=[
            Touchpoint(touchpoint_id="t1", visitor_id="v", occurred_at=october, gclid="g"),
            Touchpoint(
                touchpoint_id="t2", visitor_id="v", occurred_at=november - timedelta(hours=1),
                gclid="g",
            ),
        ],
        ad_spend=[Spend(spend_date=october.date(), spend=Decimal(25))],
    )  # fmt: skip
    results = agreed(default_project, default_settings, world)
    asked = """
        select month, channel, dated_by, revenue_minor, spend_minor, roas
        from marts.mart_channel_accrual where attribution_model = '{}' order by month, dated_by"""
    october_1, november_1 = date(2025, 10, 1), date(2025, 11, 1)
    assert results.rows(asked.format("linear")) == [
        (october_1, "paid_search", "touch", 5_000, 2_500, Decimal(2)),
        (november_1, "unattributed", "charge", 500, 0, None),
        (november_1, "paid_search", "touch", 5_000, 0, None),
    ]
    assert results.rows(asked.format("first_touch"))[0][3:] == (10_000, 2_500, Decimal(4))


SUMS = {
    "mart_channel_periods": "revenue_minor",
    "mart_campaign_periods": "kept_minor",
    "mart_cohort_ltv": "cumulative_revenue_minor",
    "mart_cohorts": "revenue_minor",
    "mart_channel_cohorts": "revenue_minor",
    "mart_channel_accrual": "revenue_minor",
    "mart_channels": "revenue_reporting_minor",
    "mart_revenue_total": "net_reporting_minor",
    "dim_customers": "ltv_minor",
}


def test_a_total_of_which_a_part_has_no_rate_is_null(default_project):
    """Ann pays dollars on one day and euros on another; the euros of one day have no rate."""
    march = [NOON + days(n) for n in range(0, 60, 15)]
    dollars, euros, without_rate, later = customer("ann", *march)
    charges = [
        dollars,
        replace(euros, currency="eur"),
        replace(without_rate, currency="eur", amount=7_000),
        later,
    ]
    rate = Rate(
        rate_date=march[1].date(), from_currency="eur", to_currency="usd", rate=Decimal("1.1")
    )
    spend = Spend(spend_date=march[2].date(), currency="eur", spend=Decimal(40))
    world = World(charges=charges, fx_rates=[rate], ad_spend=[spend])
    results = default_project.run(world)
    assert results.failures() == ["assert_no_rate_is_missing"]
    for mart, column in SUMS.items():
        nulls, sums = results.rows(
            f"select count(*) - count({column}), max({column}) from marts.{mart}"
        )[0]
        assert nulls, mart
        assert sums is None or sums <= 10_000 * 11 / 10 + 10_000, mart
    assert sorted(
        results.rows("select kind, currency, amounts, amount from marts.mart_missing_rates")
    ) == [("revenue", "eur", 1, 70), ("spend", "eur", 1, 40)]
    assert results.rows("""
        select distinct parts_without_rate > 0, revenue_minor is null or spend_minor is null
        from marts.mart_channel_periods order by 1""") == [(False, False), (True, True)]
    assert results.rows("select orders, orders_without_rate from marts.dim_customers") == [(4, 1)]


def test_a_total_of_which_all_parts_have_a_rate_is_their_sum(default_project, default_settings):
    world = World(
        charges=[ANN, replace(ANN, id="ch_eur", currency="eur")],
        fx_rates=[
            Rate(
                rate_date=NOON.date(), from_currency="eur", to_currency="usd", rate=Decimal("1.1")
            )
        ],
    )  # fmt: skip
    results = agreed(default_project, default_settings, world)
    assert results.rows("""
        select distinct revenue_minor, parts_without_rate from marts.mart_channel_periods
        """) == [(21_000, 0)]


DISPUTED = replace(ANN, disputed=True, fee=300, settled_amount=10_000, settled_currency="usd")


@pytest.mark.parametrize(
    ("disputes", "disputed", "kept", "unread"),
    [
        pytest.param([Dispute(id="d", charge_id="ch_ann")], 10_000, -300, 0, id="lost"),
        pytest.param([Dispute(id="d", charge_id="ch_ann", status="won")], 0, 9_700, 0, id="won"),
        pytest.param(
            [Dispute(id="d", charge_id="ch_ann", status="warning_closed")], 0, 9_700, 0,
            id="only asked",
        ),
        pytest.param([], None, 9_700, 1, id="not read"),
    ],
)  # fmt: skip
def test_what_was_lost_in_a_dispute_is_known_or_said_to_be_not(
    default_project, default_settings, disputes, disputed, kept, unread
):
    world = World(charges=[DISPUTED], disputes=disputes)
    results = agreed(default_project, default_settings, world)
    assert results.rows("""
        select net_minor, disputed_minor, kept_minor, charges_with_unread_dispute,
            unread_dispute_minor, charges_without_fee
        from marts.mart_revenue_total""") == [(10_000, disputed, kept, unread, 10_000 * unread, 0)]


def test_a_mere_authorisation_lacks_no_fee(default_project, default_settings):
    charges = [replace(ANN, captured=False), replace(ANN, id="ch_2")]
    results = agreed(default_project, default_settings, World(charges=charges))
    assert results.rows("select charges_without_fee from marts.mart_revenue_total") == [(1,)]


def test_ratios_count_what_the_vars_say(unusual_project, unusual_settings):
    """Kept, and of it the margin of each currency: 55.5 % of what is left of the euros."""
    moment = on(2026, 3, 3)
    charge = replace(
        DISPUTED, created=moment, currency="eur", settled_currency="eur", disputed=False,
        refunded_amount=1_000, amount_refunded=1_000, customer_created=moment,
    )  # fmt: skip
    world = World(
        charges=[charge],
        leads=[lead("ann", moment)],
        ad_spend=[Spend(spend_date=moment.date(), currency="eur", spend=Decimal(10))],
    )
    results = agreed(unusual_project, unusual_settings, world)
    margin = Decimal("48.29")  # 55.5 % of 87.00
    assert results.rows("""
        select revenue_minor, kept_minor, ltv, roas from marts.mart_channel_periods
        where period = 'month' and channel = 'paid_search' and attribution_model = 'linear'
        """) == [(9_000, 8_700, margin, margin / 10)]
    assert results.rows("select distinct ltv from marts.mart_cohort_ltv") == [(margin,)]


def test_a_currency_without_a_margin_fails_a_test_and_has_no_ratio(unusual_project):
    charge = replace(ANN, currency="gbp", created=on(2026, 3, 3))
    rate = Rate(
        rate_date=charge.created.date(), from_currency="gbp", to_currency="eur", rate=Decimal(1)
    )
    results = unusual_project.run(World(charges=[charge], fx_rates=[rate]))
    assert results.failures() == ["assert_margins_are_known"]
    assert results.rows("select revenue_minor, ltv from marts.mart_cohort_ltv") == [(10_000, None)]
    assert results.rows(
        "select distinct revenue_reporting_minor, ltv from marts.mart_channels"
    ) == [(10_000, None)]
