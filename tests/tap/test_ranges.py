"""The date range may move, grow, shrink and end; what lies in it is read once."""

from datetime import UTC, datetime, timedelta

import pytest

from stripe_simulator.account import Account
from stripe_simulator.server import serve
from tests.conftest import NOW, sync
from tests.tap.warehouse import Warehouse

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_a_wider_range_lists_the_gap_only(account, stripe, read, warehouse):
    for _ in range(40):
        for _ in range(10):
            account.create_charge(100)
        account.advance(DAY)
    start = NOW + 30 * DAY
    read(date_range={"start": start.isoformat()})
    assert warehouse.agrees_with(account, start)
    output = read(date_range={"start": "2020-01-01"})
    assert warehouse.agrees_with(account)
    assert len(output.records()) == 300
    assert len(stripe.requests) <= 1 + 10, "three pages, and some looks into the empty years"


def test_a_narrower_range_forgets_nothing(account, read, warehouse):
    old = account.create_charge(5000)
    account.advance(60 * DAY)
    account.create_charge(5000)
    read()
    account.refund(old, 100)
    account.advance(HOUR)
    read(date_range={"last_days": 1})
    assert warehouse.agrees_with(account)


def test_a_range_that_ended_is_never_read_again(account, stripe, read):
    for _ in range(10):
        account.create_charge(100)
        account.advance(DAY)
    past = {"start": "2026-10-03", "end": "2026-10-06"}
    assert len(read(date_range=past).records()) == 3
    assert read(date_range=past).records() == []
    assert len(stripe.requests) == 0


def test_a_range_with_an_end_to_come_grows_until_then(account, read, warehouse):
    account.create_charge(100)
    account.advance(DAY)
    range_ = {"start": "2026-09-01", "end": "2026-10-04"}
    read(date_range=range_)
    for _ in range(5):
        account.create_charge(100)
        account.advance(DAY)
    read(date_range=range_)
    assert len(warehouse.rows) == 1 + 2


def test_a_range_that_ends_now_is_not_finished_before_all_of_it_can_be_listed():
    account = Account(now=NOW, listing_delay=timedelta(minutes=4))
    warehouse = Warehouse()
    past = {"start": "2026-09-01", "end": "2026-10-01T00:00:01Z"}
    with serve(account) as server:
        for _ in range(20):
            account.create_charge(100)
        for wait in (timedelta(minutes=1), timedelta(minutes=7), HOUR):
            account.advance(wait)
            warehouse.load(sync(server.url, warehouse.state, date_range=past))
        assert warehouse.agrees_with(account)
        server.requests.clear()
        sync(server.url, warehouse.state, date_range=past)
        assert len(server.requests) == 0


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [
        pytest.param("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", 2, id="within a day"),
        pytest.param("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", 2, id="summer ends"),
        pytest.param("2026-10-25", "2026-10-26", 48, id="a day"),
    ],
)
def test_a_range_is_half_open_to_the_second(account, read, start, end, kept):
    account.advance_to(datetime(2026, 10, 24, tzinfo=UTC))
    for _ in range(3 * 48):
        account.create_charge(100)
        account.advance(timedelta(minutes=30))
    assert len(read(date_range={"start": start, "end": end}).records()) == kept


def test_two_ranges_that_take_turns_lose_nothing(account, read, warehouse):
    charges = []
    for n in range(40):
        charges.append(account.create_charge(5000))
        account.advance(DAY / 2)
        range_ = {"last_days": 2} if n % 2 else {"start": "2026-09-01", "end": "2026-10-10"}
        if n % 5 == 0:
            account.refund(charges[n // 2], 10)
            read(date_range=range_)
    read()
    assert warehouse.agrees_with(account)


def test_a_range_that_is_narrowed_to_the_past_follows_what_was_read_before(
    account, read, warehouse, stripe
):
    charges = []
    for _ in range(10):
        charges.append(account.create_charge(5000))
        account.advance(DAY)
    read()
    narrow = {"start": "2026-10-01", "end": "2026-10-03"}
    for charge in (charges[0], charges[-1]):
        account.advance(DAY)
        account.refund(charge, 10)
        account.advance(HOUR)
        assert read(date_range=narrow).ids == [charge]
    assert len(stripe.requests) >= 1
    assert warehouse.agrees_with(account)
