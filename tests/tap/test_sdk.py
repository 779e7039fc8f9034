"""The SDK's own test suite for taps, against the simulated account."""

import atexit
from contextlib import ExitStack
from datetime import timedelta

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from stripe_simulator.account import Account
from stripe_simulator.keys import DEFAULT_KEY
from stripe_simulator.server import serve
from tap_stripe_apex.tap import TapStripeApex
from tests.conftest import NOW

# No record is deleted here, so these columns are always null. The SDK warns of that only where it
# looks at such a column first, which depends on who runs the tests beside it.
pytestmark = pytest.mark.filterwarnings("ignore:No records were available to test")

# The SDK makes its tests of a class whose configuration must exist at import.
_until_exit = ExitStack()
atexit.register(_until_exit.close)


def _account():
    account = Account(now=NOW)
    for number in range(20):
        customer = account.create_customer(f"c{number}@example.com")
        charge = account.create_charge(
            10_000 + number,
            "eur",
            customer=customer,
            receipt_email="r@example.com",
            billing_email="b@example.com",
            description="Plan",
            metadata={"plan": "pro"},
            statement_descriptor="APEX",
        )
        account.refund(charge, 100)
        account.dispute(charge)
        account.expire_session(account.create_session(100))
        account.create_charge(100, status="failed")
        account.advance(timedelta(hours=1))
    return account


_server = _until_exit.enter_context(serve(_account()))

_config = {
    "api_key": DEFAULT_KEY,
    "api_base": _server.url,
    "date_range": {"start": "2026-01-01"},
    "expand_balance_transactions": True,
}


def _everything_selected():
    catalog = TapStripeApex(config=_config).catalog_dict
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if entry["breadcrumb"] == []:
                entry["metadata"]["selected"] = True
    return catalog


TestTapStripeApex = get_tap_test_class(
    TapStripeApex,
    config=_config,
    catalog=_everything_selected(),
    suite_config=SuiteConfig(max_records_limit=20),
)
