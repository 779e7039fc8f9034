"""A Stripe App that is installed on the simulated account, and its environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import requests

from tap_stripe_apex.auth.oauth import StripeApp
from tap_stripe_apex.auth.tokens import TokenFile

if TYPE_CHECKING:
    from stripe_simulator.server import Simulator

BACK = "http://127.0.0.1:8123/callback"


@dataclass(frozen=True)
class Installed:
    """An app that is installed on an account, and the file of its tokens."""

    stripe: Simulator
    app: StripeApp
    tokens: TokenFile

    @classmethod
    def on(cls, stripe: Simulator, project: Path) -> Installed:
        """A new installation, with the tokens where a project has them."""
        known = stripe.oauth.app
        app = StripeApp(
            known.client_id, known.secret_key, stripe.url, f"{stripe.url}/oauth/v2/authorize"
        )
        found = cls(stripe, app, TokenFile(project / ".secrets" / "stripe-tokens.json"))
        found.install()
        return found

    @property
    def environ(self) -> dict[str, str]:
        return {
            "STRIPE_APP_CLIENT_ID": self.app.client_id,
            "STRIPE_APP_SECRET_KEY": self.app.secret_key,
        }

    @property
    def exchanges(self) -> int:
        """The number of token pairs that Stripe has given since the installation."""
        return self.stripe.requests.count("/v1/oauth/token", status=200)

    def install(self) -> None:
        """Install the app, which gives a new pair of tokens, and reset the count."""
        self.tokens.write(self.app.exchange(self.code()))
        self.stripe.requests.clear()

    def code(self) -> str:
        """The code that the browser brings back after the account's owner has consented."""
        url = self.app.authorize_url(BACK, "s")
        answer = requests.get(url, allow_redirects=False, timeout=10)
        back = parse_qs(urlsplit(answer.headers["Location"]).query)
        assert back["state"] == ["s"]
        return back["code"][0]

    def grow_old(self, seconds: float) -> None:
        """Make the tokens older by the machine's clock."""
        written = self.tokens.path.stat().st_mtime - seconds
        os.utime(self.tokens.path, (written, written))
