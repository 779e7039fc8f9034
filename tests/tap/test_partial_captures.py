"""Where only a part of an authorisation was captured, net revenue is what was taken and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_simulator import DEFAULT_KEY, Account, Key, Permission
from stripe_simulator.keys import ALL
from stripe_simulator.server import serve
from tap_stripe_apex.streams.partial_captures import (
    BASIL,
    MadeRefund,
    Rest,
    Settled,
    refund_of_the_rest,
    refunded_amount,
    settled_part,
    told_by_charge,
    told_by_settlement,
)
from tests.conftest import NOW, sync

MONEY = {Permission.REFUNDS, Permission.BALANCE_TRANSACTIONS}
NEITHER = Key("rk_test_neither", ALL - MONEY)
KEYS = (
    Key(DEFAULT_KEY),
    NEITHER,
    Key("rk_test_no_refunds", ALL - {Permission.REFUNDS}),
    Key("rk_test_no_transactions", ALL - {Permission.BALANCE_TRANSACTIONS}),
)


class Amounts(NamedTuple):
    amount: int
    amount_captured: int
    amount_refunded: int
    refunded: bool = False
    created: int = BASIL


def charged(amount: int, captured: int, given_back: int, rest: Rest, created: int) -> Amounts:
    """What Stripe shows of a partial capture of a kind, of which some really went back."""
    if rest is Rest.REFUND:
        shown = amount - captured + given_back
        return Amounts(amount, captured, shown, shown == amount, created)
    return Amounts(amount, captured, given_back, given_back == captured, created)


histories = st.builds(
    lambda amount, captured, given_back, rest, created: (
        charged(
            amount,
            min(captured, amount - 1),
            min(given_back, captured, amount - 1),
            rest,
            created if rest is Rest.REFUND else max(created, BASIL),
        ),
        rest,
        min(given_back, captured, amount - 1),
    ),
    st.integers(2, 10_000),
    st.integers(1, 10_000),
    st.integers(0, 10_000),
    st.sampled_from(Rest),
    st.integers(BASIL - 10, BASIL + 10),
)


@given(histories)
def test_what_the_charge_alone_tells_is_true(history):
    charge, rest, _ = history
    assert told_by_charge(charge) in {rest, None}


@given(histories)
def test_knowing_the_kind_is_knowing_what_went_back(history):
    charge, rest, given_back = history
    assert refunded_amount(charge, rest) == given_back


@given(histories)
def test_where_nothing_tells_the_kind_the_net_is_never_too_high(history):
    charge, _, given_back = history
    refunded = refunded_amount(charge, None)
    assert given_back <= refunded <= charge.amount_captured


@given(histories)
def test_a_charge_that_leaves_it_open_could_be_of_either_kind(history):
    charge, _, _ = history
    if told_by_charge(charge) is None:
        rest = charge.amount - charge.amount_captured
        assert rest <= charge.amount_refunded <= charge.amount_captured
        assert charge.created >= BASIL


@given(histories, st.decimals("0.001", "1000", places=6), st.booleans())
def test_what_was_settled_tells_the_kind_or_nothing(history, rate, same):
    charge, rest, _ = history
    base = charge.amount if rest is Rest.REFUND else charge.amount_captured
    factor = Decimal(1) if same else rate
    told = told_by_settlement(charge, round(base * factor), None if same else rate)
    assert told is rest or (
        told is None and (charge.amount - charge.amount_captured) * factor < 3 and not same
    )


@pytest.mark.parametrize(
    ("made", "found"),
    [
        ([], None),
        ([MadeRefund(5, 300)], MadeRefund(5, 300)),
        ([MadeRefund(9, 300), MadeRefund(5, 100)], None),
        ([MadeRefund(9, 100), MadeRefund(5, 300)], MadeRefund(5, 300)),
        ([MadeRefund(5, 100), MadeRefund(5, 300)], MadeRefund(5, 300)),
    ],
    ids=["none", "the only one", "a later one", "the first one", "of the same second"],
)
def test_only_a_first_refund_can_be_what_was_not_captured(made, found):
    assert refund_of_the_rest(Amounts(1000, 700, 300), made) == found


def test_the_captured_part_of_what_was_settled_is_rounded_half_to_even():
    assert settled_part(Amounts(1000, 700, 300), Settled(1085, 45)) == Settled(760, 32)
    assert settled_part(Amounts(4, 2, 2), Settled(5, 3)) == (2, 2)


class Case(NamedTuple):
    """What happens to an authorisation of 1000, and the net that it leaves in minor units."""

    captured: int
    refunds: tuple[int, ...]
    before_basil: bool
    net: int


CASES = {
    "nothing refunded": Case(700, (), before_basil=False, net=700),
    "nothing refunded, before basil": Case(700, (), before_basil=True, net=700),
    "all refunded": Case(700, (700,), before_basil=False, net=0),
    "all refunded, before basil": Case(700, (700,), before_basil=True, net=0),
    "some refunded": Case(700, (200,), before_basil=False, net=500),
    "some refunded, before basil": Case(700, (200,), before_basil=True, net=500),
    "as much refunded as was not captured": Case(700, (300,), before_basil=False, net=400),
    "as much refunded, before basil": Case(700, (300,), before_basil=True, net=400),
    "more than that, in parts": Case(700, (100, 300), before_basil=False, net=300),
    "more than that, the like first": Case(700, (300, 100), before_basil=False, net=300),
    "less than half captured": Case(300, (), before_basil=True, net=300),
    "cancelled": Case(0, (), before_basil=False, net=0),
    "cancelled, before basil": Case(0, (), before_basil=True, net=0),
}


def make(account: Account, case: Case, currency: str = "usd") -> str:
    charge = account.create_charge(1000, currency, capture=False)
    account.advance(timedelta(hours=30))
    if case.captured:
        account.capture(charge, case.captured, before_basil=case.before_basil)
    else:
        account.cancel(charge, before_basil=case.before_basil)
    for amount in case.refunds:
        account.advance(timedelta(hours=5))
        account.refund(charge, amount)
    account.advance(timedelta(hours=5))
    return charge


@pytest.mark.parametrize("expand", [True, False], ids=["expanded", "not expanded"])
@pytest.mark.parametrize("currency", ["usd", "eur", "jpy", "kwd"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_net_revenue_is_what_was_captured_less_what_really_went_back(
    account, run_tap, case, currency, expand
):
    make(account, case, currency)
    (record,) = run_tap(expand_balance_transactions=expand).records()
    assert record["amount_captured"] == case.captured
    assert record["refunded_amount"] == case.captured - case.net
    minor = {"usd": 100, "eur": 100, "jpy": 1, "kwd": 1000}[currency]
    assert Decimal(str(record["revenue"])) * minor == case.captured
    assert Decimal(str(record["net_revenue"])) * minor == case.net


@pytest.mark.parametrize("before_basil", [True, False])
def test_what_is_settled_is_of_the_captured_part(account, run_tap, before_basil):
    make(account, Case(700, (), before_basil, 700), "eur")
    (record,) = run_tap(expand_balance_transactions=True).records()
    assert (record["settled_amount"], record["exchange_rate"]) == (756, 1.08)
    assert record["net"] == record["settled_amount"] - record["fee"]
    posted = list(account.balance_transactions)
    assert record["settled_amount"] == sum(each.amount for each in posted)
    assert abs(record["fee"] - sum(each.fee for each in posted)) <= 1


def test_what_is_older_than_basil_needs_no_proof():
    account = Account(datetime(2025, 3, 1, tzinfo=UTC))
    make(account, Case(700, (), before_basil=True, net=700))
    with serve(account) as server:
        (record,) = sync(server.url).records()
        assert record["net_revenue"] == 7
        assert server.requests.count("/v1/refunds") == 0


def test_what_was_captured_of_an_old_cancelled_authorisation_may_be_null(account, stripe, run_tap):
    make(account, CASES["cancelled, before basil"])
    answer = stripe._api.answer

    def as_before_basil(*asked):
        given = answer(*asked)
        body = given.body.replace(b'"amount_captured":0', b'"amount_captured":null')
        return replace(given, body=body)

    stripe._api.answer = as_before_basil
    (record,) = run_tap().records()
    assert (record["amount_captured"], record["net_revenue"]) == (0, 0)


def test_an_account_without_partial_captures_pays_nothing(account, stripe, run_tap):
    account.refund(account.create_charge(1000), 300)
    account.cancel(account.create_charge(1000, capture=False))
    account.capture(account.create_charge(1000, capture=False))
    assert len(run_tap().records()) == 3
    assert {request.path for request in stripe.requests} == {"/v1/charges", "/v1/events"}


def test_what_is_settled_with_the_charge_costs_nothing_more(account, stripe, run_tap):
    for case in CASES.values():
        make(account, case)
    run_tap(expand_balance_transactions=True)
    assert {request.path for request in stripe.requests} == {"/v1/charges", "/v1/events"}


def test_many_partial_captures_are_told_by_lists(account, stripe, run_tap):
    chance = Random(1)
    for _ in range(60):
        for case in chance.sample(list(CASES.values()), 10):
            make(account, case)
        account.create_charge(5)
    records = run_tap().records()
    truth = account.ledger().charges
    assert {r["id"]: r["refunded_amount"] for r in records} == {
        id_: entry.refunded_amount for id_, entry in truth.items()
    }
    listed = [r for r in stripe.requests if r.path not in {"/v1/charges", "/v1/events"}]
    assert len(listed) < 45
    assert sum(request.path.count("/") > 2 for request in listed) <= 3
    assert sum("charge=" in request.query for request in listed) <= 3


def test_many_refunds_long_after_the_capture_are_told_by_lists_too(account, stripe, run_tap):
    charges = [make(account, CASES["nothing refunded"]) for _ in range(90)]
    account.advance(timedelta(days=60))
    for charge in charges:
        account.refund(charge, 300)
        account.advance(timedelta(minutes=9))
    assert {record["refunded_amount"] for record in run_tap().records()} == {300}
    assert stripe.requests.count("/v1/refunds") < 50


def live_a_day(
    account: Account, chance: Random, open_: list[str], taken: list[str], hurry: timedelta
) -> None:
    """Authorise, capture, cancel, let expire and refund, by integrations old and new."""
    for _ in range(6):
        capture = chance.random() < 0.3
        currency = chance.choice(["usd", "usd", "eur", "jpy"])
        charge = account.create_charge(chance.randrange(2, 40) * 50, currency, capture=capture)
        (taken if capture else open_).append(charge)
        account.advance(timedelta(minutes=chance.randrange(200)))
    chance.shuffle(open_)
    for charge in [open_.pop() for _ in range(min(4, len(open_)))]:
        amount = account.charges[charge].amount
        before_basil = chance.random() < 0.5
        account.advance(timedelta(seconds=chance.choice([0, 0, 1, 999])))
        match chance.randrange(6):
            case 0:
                account.cancel(charge, before_basil=before_basil)
            case 1:
                account.expire(charge, before_basil=before_basil)
            case _:
                part = chance.randrange(50, amount + 1, 50)
                account.capture(charge, part, before_basil=before_basil)
                taken.append(charge)
    account.advance(hurry)
    for charge in chance.sample(taken, min(3, len(taken))):
        record = account.charges[charge]
        rest = record.amount - record.amount_captured
        amount = chance.choice([rest, rest, 50, record.net])
        if 0 < amount <= record.net:
            refund = account.refund(charge, amount)
            if chance.random() < 0.2:
                account.advance(timedelta(minutes=1))
                account.fail_refund(refund)
    account.advance(timedelta(hours=chance.randrange(1, 20)))


@pytest.mark.parametrize(
    ("key", "expand"),
    [
        (DEFAULT_KEY, True),
        (DEFAULT_KEY, False),
        ("rk_test_no_refunds", True),
        ("rk_test_no_refunds", False),
        ("rk_test_no_transactions", False),
    ],
)
@pytest.mark.parametrize("seed", [1, 2])
def test_after_each_of_seven_runs_the_net_of_every_charge_is_the_ledger_s(key, expand, seed):
    account, chance = Account(NOW), Random(seed)
    open_: list[str] = []
    taken: list[str] = []
    rows: dict[str, int] = {}
    # Only the amount of the balance transaction tells what happens in the second of the capture.
    hurry = timedelta(seconds=key == "rk_test_no_transactions")
    state = None
    with serve(account, keys=KEYS) as server:
        for _ in range(7):
            for _ in range(4):
                live_a_day(account, chance, open_, taken, hurry)
            output = sync(server.url, state, api_key=key, expand_balance_transactions=expand)
            state = output.state
            for record in output.records():
                assert record["net_revenue"] <= record["revenue"]
                rows[record["id"]] = record["amount_captured"] - record["refunded_amount"]
            assert rows == {id_: each.net for id_, each in account.ledger().charges.items()}


def test_without_permissions_less_revenue_is_assumed_and_one_warning_counts_the_charges(caplog):
    account = Account(NOW)
    charges = {make(account, case): case for case in CASES.values()}
    with serve(account, keys=[NEITHER]) as server:
        records = sync(server.url, api_key=NEITHER.value).records()
    nets = {r["id"]: r["amount_captured"] - r["refunded_amount"] for r in records}
    assert all(0 <= net <= charges[id_].net for id_, net in nets.items())
    too_low = [charges[id_] for id_, net in nets.items() if net < charges[id_].net]
    assert all(case.before_basil for case in too_low)
    assert len(too_low) == 3
    warnings = [r.getMessage() for r in caplog.records if "partially captured" in r.getMessage()]
    assert len(warnings) == 1
    assert "Of 6 partially captured" in warnings[0]
    assert "'Refunds: Read'" in warnings[0]
