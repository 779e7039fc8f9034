"""singer-io's tap-stripe, charges only: URL KEY START

It has a fixed address and an old version of the API. So its requests are redirected to the
simulated account, without expansions that newer versions lack. It first retrieves the account object,
which the simulated account does not serve, so that answer is made here.
"""

import json
import sys
import tempfile
from pathlib import Path

import requests
import stripe
import tap_stripe
from requests.adapters import HTTPAdapter

STRIPE = "https://api.stripe.com"
DAYS_AT_ONCE = 30
"""The days of each window that it lists; its default is to list every day separately."""


class ToSimulator(HTTPAdapter):
    """Sends requests for Stripe to the simulated account, without expansions."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request, **options):
        path, _, query = request.url.removeprefix(STRIPE).partition("?")
        wanted = (part for part in query.split("&") if not part.startswith("expand"))
        request.url = f"{self._url}{path}?{'&'.join(wanted)}"
        return super().send(request, **options)


def catalog() -> dict:
    """A catalog that selects only charges, with all their fields."""
    streams = tap_stripe.discover()["streams"]
    [charges] = (stream for stream in streams if stream["tap_stream_id"] == "charges")
    for entry in charges["metadata"]:
        entry["metadata"]["selected"] = True
    return {"streams": [charges]}


def main(url: str, key: str, start: str) -> None:
    session = requests.Session
    mount = session.mount
    session.mount = lambda self, prefix, adapter: mount(
        self, prefix, ToSimulator(url) if prefix == "https://" else adapter
    )
    account = {"id": "acct_1", "settings": {"dashboard": {"display_name": "simulated"}}}
    stripe.Account.retrieve = lambda *_: stripe.Account.construct_from(account, key)
    config = {
        "client_secret": key,
        "account_id": "acct_1",
        "start_date": start,
        "date_window_size": DAYS_AT_ONCE,
    }
    with tempfile.TemporaryDirectory() as folder:
        files = {"--config": config, "--catalog": catalog()}
        arguments = ["tap-stripe"]
        for name, content in files.items():
            path = Path(folder, name.strip("-"))
            path.write_text(json.dumps(content))
            arguments += [name, str(path)]
        sys.argv = arguments
        tap_stripe.main()


if __name__ == "__main__":
    main(*sys.argv[1:])
