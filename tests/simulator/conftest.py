"""An account, and an HTTP client of it."""

from datetime import UTC, datetime

import msgspec
import pytest
import requests

from stripe_simulator.account import Account
from stripe_simulator.api import Api, Request
from stripe_simulator.keys import DEFAULT_KEY, Keyring
from stripe_simulator.oauth import OAuth, StripeApp

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Client(requests.Session):
    """A client of one simulator with one key, without retries."""

    def __init__(self, url: str, key: str = DEFAULT_KEY) -> None:
        super().__init__()
        self.trust_env = False
        self.url = url
        self.headers["Authorization"] = f"Bearer {key}"

    def request(self, method, url, *args, **kwargs):
        kwargs.setdefault("timeout", 5)
        return super().request(method, self.url + url, *args, **kwargs)

    def list_all(self, path, params=(), page=100):
        """Every object of a list, newest first, read page by page."""
        found, cursor = [], []
        while True:
            answer = self.get(path, params=[*params, *cursor, ("limit", page)])
            answer.raise_for_status()
            data = answer.json()["data"]
            found += data
            if not answer.json()["has_more"]:
                return found
            cursor = [("starting_after", data[-1]["id"])]


@pytest.fixture
def account() -> Account:
    return Account(NOW)


@pytest.fixture
def told(account):
    """A function that returns the types of the events since its last call."""
    seen = 0

    def ask() -> list[str]:
        nonlocal seen
        types = [event.type for event in account.events]
        news, seen = types[seen:], len(types)
        return news

    return ask


@pytest.fixture
def keys() -> Keyring:
    return Keyring([DEFAULT_KEY])


@pytest.fixture
def api(account, keys) -> Api:
    """The account's API without a server."""
    return Api(account, keys, OAuth(account, keys, StripeApp()))


@pytest.fixture
def get(api):
    """A function: `get(path, query)` returns the API's status, JSON and headers."""

    def ask(path, query="", *, key=DEFAULT_KEY, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers.setdefault("authorization", f"Bearer {key}")
        answer = api.answer(Request("GET", path, query, headers))
        return answer.status, msgspec.json.decode(answer.body), answer.headers

    return ask
