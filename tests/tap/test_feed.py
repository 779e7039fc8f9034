"""The feed holds every event that is followed and no other, however many types that takes."""

from datetime import timedelta

import pytest

from stripe_simulator.keys import DEFAULT_KEY
from tap_stripe_apex.auth.credential import ApiKey
from tap_stripe_apex.reading.feed import read_feed
from tap_stripe_apex.wire.session import open_session

MINUTE = timedelta(minutes=1)
TYPES = ("charge.refunded", "charge.succeeded", "customer.created", "refund.created")
UNHEARD_OF = tuple(f"charge.unheard_of_{n:02}" for n in range(38))
"""In the order of the alphabet, they move the followed types to other filters."""


@pytest.fixture
def session(stripe):
    session = open_session(ApiKey(DEFAULT_KEY), {"api_base": stripe.url})
    yield session
    session.close()


@pytest.mark.parametrize("happenings", [3, 60], ids=["one page", "many pages"])
@pytest.mark.parametrize("others", [0, 16, 17, 37, 38])
def test_it_is_complete_whatever_the_number_of_types(account, stripe, session, happenings, others):
    since = account.now_epoch
    account.advance(10 * MINUTE)
    for number in range(happenings):
        account.create_promotion_code(f"CODE{number}", coupon="20-off")
        charge = account.create_charge(500, customer=account.create_customer("c@example.com"))
        account.refund(charge, 5)
        account.dispute(charge)
        account.advance(MINUTE)
    feed = read_feed(session, [*TYPES, *UNHEARD_OF[:others]], since)
    wanted = [event.id for event in account.events if event.type in TYPES]
    assert sorted(event.id for event in feed.events) == sorted(wanted)
    if happenings == 3:
        assert len(stripe.requests) == 1
