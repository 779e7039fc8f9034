"""Who is new, what is known of it, and what makes nobody a customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.transform.comparison import agreed
from tests.transform.conftest import compiled
from tests.transform.reference.settings import Settings
from tests.transform.worlds import ANN, NOON, Charge, Lead, Spend, Touchpoint, World, days

OLD_CUSTOMER = Charge(
    id="ch_old", customer_email="old@example.com", created=NOON - days(9),
    customer_id="cus_old", customer_created=NOON - days(400),
)  # fmt: skip
"""The oldest loaded charge, of an account that is older."""

KNOWN_NEW = Charge(
    id="ch_new", customer_email="new@example.com", created=NOON,
    customer_id="cus_new", customer_created=NOON - days(1),
)  # fmt: skip


def newness(results):
    return dict(results.rows("select charge_id, is_new from marts.fct_revenue"))


def test_a_first_loaded_charge_is_new_only_where_the_history_before_it_is_known(
    default_project, default_settings
):
    world = World(
        charges=[
            OLD_CUSTOMER,
            replace(OLD_CUSTOMER, id="ch_old_again", created=NOON),
            KNOWN_NEW,
            replace(KNOWN_NEW, id="ch_new_again", created=NOON + days(1)),
            Charge(
                id="ch_trial", customer_email="trial@example.com", created=NOON,
                customer_id="cus_trial", customer_created=NOON - days(14),
            ),
            Charge(id="ch_guest", customer_email="guest@example.com"),
            Charge(id="ch_deleted", customer_email="gone@example.com", customer_id="cus_gone"),
        ]
    )  # fmt: skip
    results = agreed(default_project, default_settings, world)
    assert newness(results) == {
        "ch_old": False,
        "ch_old_again": False,
        "ch_new": True,
        "ch_new_again": False,
        "ch_trial": None,
        "ch_guest": None,
        "ch_deleted": None,
    }
    assert results.rows(
        "select distinct new_customers_known_from from marts.mart_channel_periods"
    ) == [((NOON + days(1)).date(),)]
    assert results.rows("select cohort_month, customers from marts.mart_cohort_ltv") == [
        (date(2026, 3, 1), 1)
    ]


def test_a_second_customer_of_the_same_person_makes_nobody_new(default_project, default_settings):
    old = replace(KNOWN_NEW, id="ch_before", customer_id="cus_b", customer_created=NOON - days(99))
    world = World(charges=[OLD_CUSTOMER, KNOWN_NEW, replace(old, created=NOON + days(3))])
    results = agreed(default_project, default_settings, world)
    assert newness(results)["ch_new"] is False


@pytest.mark.parametrize(
    ("charges", "known"),
    [
        pytest.param(
            [KNOWN_NEW, replace(KNOWN_NEW, id="ch_again", created=NOON + days(40))], True,
            id="customers come back, and none is older than the charges",
        ),
        pytest.param(
            [
                KNOWN_NEW,
                replace(KNOWN_NEW, id="ch_again", created=NOON + days(40)),
                replace(OLD_CUSTOMER, created=NOON + days(1)),
            ], None,
            id="one customer is older",
        ),
        pytest.param([KNOWN_NEW], None, id="no customer came back"),
        pytest.param([replace(ANN, id="ch_first")], None, id="nobody is a customer of Stripe's"),
    ],
)  # fmt: skip
def test_guests_are_new_where_the_account_itself_is(
    default_project, default_settings, charges, known
):
    guest = Charge(id="ch_guest", customer_email="guest@example.com", created=NOON + days(2))
    results = agreed(default_project, default_settings, World(charges=[*charges, guest]))
    assert newness(results)["ch_guest"] is known


def test_without_knowing_who_is_new_there_is_no_cac(default_project, default_settings):
    """Two of three customers are known to be new: CAC is not 25 and not 16.67."""
    names = ("ann", "bob", "cleo")
    lead = Lead(lead_id="l", channel="paid_search", created_at=NOON - days(1))
    charges = [
        Charge(
            id=f"ch_{name}", customer_email=f"{name}@example.com", customer_created=made,
            amount=amount,
        )
        for name, made, amount in zip(
            names, (NOON, NOON, NOON - days(9)), (10_000, 5_000, 2_500), strict=True
        )
    ]  # fmt: skip
    world = World(
        charges=[
            *charges,
            replace(charges[0], id="ch_again", amount=4_000, created=NOON + days(1)),
        ],
        leads=[replace(lead, lead_id=name, email=f"{name}@example.com") for name in names],
        ad_spend=[Spend(spend_date=NOON.date(), spend=Decimal(50))],
    )
    asked = """
        select new_customers, maybe_new_customers, cac, payback_months, roas, new_roas, new_revenue,
            returning_revenue, maybe_new_revenue
        from marts.mart_channel_periods
        where period = 'month' and channel = 'paid_search' and attribution_model = 'linear'"""
    results = agreed(default_project, default_settings, world)
    assert results.rows(asked) == [
        (2, 1, None, None, Decimal("4.3"), None, 100 + 50, 40, 25),
    ]
    known = replace(world, charges=[charge for charge in world.charges if charge != charges[2]])
    results = agreed(default_project, default_settings, known)
    ((*people, cac, payback, roas, new_roas, new, returning, maybe),) = results.rows(asked)
    assert (*people, cac, roas, new_roas) == (2, 0, 25, Decimal("3.8"), 3)
    assert payback is not None
    assert (new, returning, maybe) == (150, 40, 0)


NOTHING = [
    pytest.param({"amount_refunded": 10_000}, id="refunded whole"),
    pytest.param({"captured": False}, id="never captured"),
    pytest.param({"amount_captured": 0, "amount_refunded": 10_000}, id="voided"),
]


@pytest.mark.parametrize("nothing", NOTHING)
def test_a_charge_that_brought_nothing_makes_nobody_a_customer(
    default_project, default_settings, nothing
):
    """Bob's first charge brought nothing, so that his second one is his first; Ann pays nothing."""
    bob = Charge(
        id="ch_bob",
        customer_email="bob@example.com",
        created=NOON - days(20),
        customer_created=NOON - days(20),
    )
    world = World(
        charges=[
            replace(bob, **nothing),
            replace(bob, id="ch_bob_2", created=NOON),
            replace(ANN, **nothing, created=NOON - days(20)),
        ],
        leads=[
            Lead(
                lead_id="l", email="bob@example.com", channel="email", created_at=NOON - days(30)
            )
        ],
        touchpoints=[
            Touchpoint(touchpoint_id="t", email="ann@example.com", occurred_at=NOON - days(21)),
        ],
    )  # fmt: skip
    results = agreed(default_project, default_settings, world)
    assert results.rows(
        "select charge_id, person_charge_number, is_conversion, previous_revenue_date, is_new"
        " from marts.fct_revenue order by charge_id"
    ) == [
        ("ch_ann", -1, False, None, False),
        ("ch_bob", -2, False, None, False),
        ("ch_bob_2", 1, True, None, True),
    ]
    assert results.rows("select orders, first_channel from marts.dim_customers") == [(1, "email")]
    assert results.rows(
        "select sum(conversions), sum(customers), sum(new_customers) from marts.mart_channels"
        " where attribution_model = 'linear'"
    ) == [(1, 1, 1)]
    assert results.rows("select customers, paying_customers from marts.mart_cohort_ltv") == [(1, 1)]
    assert results.rows("select distinct to_state from intermediate.int_markov__transitions") == [
        ("(nothing)",), ("direct",),
    ]  # fmt: skip


def test_count_charges_of_zero_counts_them_all_the_same(tmp_path_factory):
    settings = Settings(
        as_of_date=NOON.date(), history_complete=True, count_charges_of_zero=True
    )  # as in test_time.py, so that dbt compiles it once
    project = compiled(settings, tmp_path_factory)
    refunded = replace(ANN, amount_refunded=10_000)
    results = agreed(project, settings, World(charges=[refunded]))
    assert results.rows("select orders, is_new, ltv_minor from marts.dim_customers") == [
        (1, True, 0)
    ]


def test_a_charge_that_is_refunded_later_hands_its_place_on(default_project, default_settings):
    first = replace(KNOWN_NEW, customer_created=NOON)
    second = replace(first, id="ch_second", created=NOON + days(50))
    before = agreed(default_project, default_settings, World(charges=[first, second]))
    assert newness(before) == {"ch_new": True, "ch_second": False}
    refunded = replace(first, amount_refunded=10_000)
    after = agreed(default_project, default_settings, World(charges=[refunded, second]))
    assert newness(after) == {"ch_new": False, "ch_second": True}
