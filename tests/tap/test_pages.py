"""A list ends where Stripe says so, and an answer ends where it must."""

import time
from datetime import timedelta
from functools import partial

import pytest

from stripe_simulator.faults import Fault, FaultKind
from stripe_simulator.keys import DEFAULT_KEY
from tap_stripe_apex import errors
from tap_stripe_apex.auth.credential import ApiKey
from tap_stripe_apex.reading.listing import Endpoint
from tap_stripe_apex.streams.charge import Charge
from tap_stripe_apex.tap import TapStripeApex
from tap_stripe_apex.wire.limiter import Limiter
from tap_stripe_apex.wire.session import Session
from tests import conftest
from tests.patience import Clock, without_waiting
from tests.sockets import answering

ALWAYS = 999_999

sync = partial(conftest.sync, patience=without_waiting())
sync_until_an_error = partial(conftest.sync_until_an_error, patience=without_waiting())


@pytest.fixture
def busy_account(account):
    for _ in range(450):
        account.create_charge(100)
        account.advance(timedelta(minutes=10))
    return account


@pytest.mark.parametrize("path", ["/v1/charges", "/v1/events"])
def test_a_page_that_is_not_full_is_not_the_last(busy_account, stripe, path):
    state = sync(stripe.url).state
    for charge in list(busy_account.charges)[::3]:
        busy_account.refund(charge.id, 10)
    for _ in range(150):
        busy_account.create_charge(100)
    busy_account.advance(timedelta(minutes=6))
    stripe.faults.inject(Fault(FaultKind.SHORT_PAGE, 1, ALWAYS, path))
    output = sync(stripe.url, state)
    assert {*output.ids} == {
        charge.id
        for number, charge in enumerate(busy_account.charges)
        if number % 3 == 0 or number >= 450
    }


def test_a_backfill_by_pages_that_are_not_full_reads_all(busy_account, stripe):
    stripe.faults.inject(Fault(FaultKind.SHORT_PAGE, 1, ALWAYS, "/v1/charges"))
    assert sorted(sync(stripe.url).ids) == sorted(busy_account.ledger().charges)


def test_the_charges_of_a_customer_are_read_by_pages_that_are_not_full(account, stripe):
    customer = account.create_customer("old@example.com")
    for _ in range(120):
        account.create_charge(100, customer=customer)
        account.advance(timedelta(days=1))
    state = sync(stripe.url).state
    account.edit_customer(customer, email="new@example.com")
    account.advance(timedelta(minutes=6))
    stripe.faults.inject(Fault(FaultKind.SHORT_PAGE, 1, ALWAYS, "/v1/charges"))
    records = sync(stripe.url, state).records()
    assert len({record["id"] for record in records}) == 120
    assert {record["customer_email"] for record in records} == {"new@example.com"}


SENSELESS = [
    pytest.param(FaultKind.EMPTY_PAGE, "no data, and yet there is more", id="empty"),
    pytest.param(FaultKind.SAME_PAGE, "does not get further", id="the same again"),
]


@pytest.mark.parametrize(("kind", "words"), SENSELESS)
def test_a_page_that_makes_no_sense_is_asked_for_again(busy_account, stripe, kind, words):
    stripe.faults.inject(Fault(kind, 2, 2, "/v1/charges"))
    output = sync(stripe.url)
    assert sorted(output.ids) == sorted(busy_account.ledger().charges)


@pytest.mark.parametrize(("kind", "words"), SENSELESS)
@pytest.mark.parametrize("path", ["/v1/charges", "/v1/events"])
def test_a_page_that_never_makes_sense_is_an_error_and_never_covered(
    busy_account, stripe, kind, words, path
):
    state = sync(stripe.url, date_range={"start": "2026-10-02"}).state
    for charge in list(busy_account.charges):
        busy_account.refund(charge.id, 10)
    busy_account.advance(timedelta(minutes=6))
    stripe.faults.inject(Fault(kind, 1, ALWAYS, path))
    output, error = sync_until_an_error(stripe.url, state)
    assert isinstance(error, errors.UnavailableError)
    assert words in str(error)
    stripe.faults.clear()
    again = sync(stripe.url, output.state or state)
    rows = {record["id"]: record for record in [*output.records(), *again.records()]}
    assert {row["amount_refunded"] for row in rows.values()} == {10}
    assert sorted(rows) == sorted(busy_account.ledger().charges)


def test_the_same_page_of_one_second_is_noticed(account, stripe, session):
    """By their times alone, the second page could follow the first."""
    for _ in range(250):
        account.create_charge(100)
    endpoint = Endpoint(session, "/v1/charges", Charge, what="charges")
    assert len({item.id for page in endpoint.pages(()) for item in page}) == 250
    stripe.faults.inject(Fault(FaultKind.SAME_PAGE, 2, ALWAYS, "/v1/charges"))
    with pytest.raises(errors.UnavailableError, match="does not get further"):
        list(endpoint.pages(()))


@pytest.fixture
def session(stripe):
    session = Session(
        ApiKey(DEFAULT_KEY), Limiter(100, 2), api_base=stripe.url, patience=without_waiting()
    )
    yield session
    session.close()


@pytest.mark.slow
@pytest.mark.parametrize("gzipped", [False, True], ids=["plain", "gzip"])
def test_an_answer_without_end_is_an_error_in_one_line(busy_account, stripe, gzipped):
    stripe.gzipped = gzipped
    stripe.faults.inject(Fault(FaultKind.FLOOD, 1, ALWAYS, "/v1/charges"))
    patience = without_waiting(unreadable=0.1)
    _, error = sync_until_an_error(stripe.url, patience=patience)
    assert isinstance(error, errors.UnavailableError)
    assert "longer than 64 MB" in str(error)
    assert "\n" not in str(error)


@pytest.mark.slow
def test_a_byte_now_and_then_does_not_hold_a_run(busy_account, stripe):
    stripe.faults.inject(Fault(FaultKind.DRIP, 1, ALWAYS, "/v1/charges"))
    began = time.monotonic()
    patience = without_waiting(silence=0.5, unavailable=0.1)
    _, error = sync_until_an_error(stripe.url, patience=patience)
    assert isinstance(error, errors.UnavailableError)
    assert "no answer in time" in str(error)
    assert time.monotonic() - began < 10


@pytest.mark.slow
def test_nor_do_headers_that_come_byte_by_byte():
    began = time.monotonic()
    headers = b"HTTP/1.1 200 OK\r\n" + b"X-Padding: a\r\n" * 90
    with (
        answering(headers, every=0.1) as url,
        pytest.raises(errors.UnavailableError, match="no answer in time"),
    ):
        sync(url, patience=without_waiting(Clock(), silence=0.3, unavailable=0.1))
    assert time.monotonic() - began < 10


def test_the_last_words_of_a_deleted_customer_may_hold_half_a_character(account, stripe):
    catalog = TapStripeApex(validate_config=False).catalog_dict
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if not entry["breadcrumb"]:
                entry["metadata"]["selected"] = stream["tap_stream_id"] == "customers"
    customer = account.create_customer("a@example.com", name="so \U0001f600 happy")
    state = sync(stripe.url, catalog=catalog).state
    account.advance(timedelta(minutes=6))
    account.delete_customer(customer)
    account.advance(timedelta(minutes=6))
    stripe.faults.inject(Fault(FaultKind.HALF_CHARACTERS, 1, ALWAYS))
    (record,) = sync(stripe.url, state, catalog).records("customers")
    assert record["name"] == "so \ufffd happy"
    assert record["_sdc_deleted_at"]


def test_halves_of_characters_become_the_replacement_character(account, stripe):
    state = sync(stripe.url).state
    customer = account.create_customer("a@example.com", name="\U0001f600")
    account.create_charge(
        100,
        customer=customer,
        description="so \U0001f600 happy",
        metadata={"mood": "\U0001f600", "path": "C:\\ud83d"},
    )
    account.advance(timedelta(minutes=6))
    stripe.faults.inject(Fault(FaultKind.HALF_CHARACTERS, 1, ALWAYS))
    for known in (None, state):
        (record,) = sync(stripe.url, known).records()
        assert record["description"] == "so \ufffd happy"
        assert record["metadata"] == {"mood": "\ufffd", "path": "C:\\ud83d"}
