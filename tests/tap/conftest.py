"""A warehouse, and runs of the tap that fill it."""

import pytest

from tests.conftest import sync
from tests.tap.warehouse import Warehouse


@pytest.fixture
def warehouse():
    return Warehouse()


@pytest.fixture
def read(stripe, warehouse):
    """A function: runs the tap on the warehouse's state, loads its output, counts the requests."""

    def run(**config):
        stripe.requests.clear()
        return warehouse.load(sync(stripe.url, warehouse.state, **config))

    return run
