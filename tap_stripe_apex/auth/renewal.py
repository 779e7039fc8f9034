"""OAuth tokens of a run: renewed before they expire, once for all threads and processes.

Source: https://docs.stripe.com/stripe-apps/api-authentication/oauth
"""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tap_stripe_apex.auth.tokens import TokenFile, fingerprint
from tap_stripe_apex.errors import AuthenticationError, NotConnectedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_stripe_apex.auth.oauth import StripeApp
    from tap_stripe_apex.auth.tokens import Tokens

_LIFE: Final = 55 * 60.0
"""Seconds that an access token is used; it lives for an hour, which no reply says."""

_logger = logging.getLogger(__name__)


class RolledTokens:
    """The tokens of a Stripe App, renewed before they expire and when Stripe says that they have.

    However many threads and processes find that a token has expired, only one of them exchanges it:
    it holds the file's lock, and the others find the new pair in the file once they have the lock.

    Args:
        app: exchanges the tokens.
        file: holds the pair; a new pair is written before it is used.
        refresh_token: the setting, which begins the file anew unless the file came from it.
    """

    oauth: Final = True

    def __init__(self, app: StripeApp, file: TokenFile, refresh_token: str | None = None) -> None:
        self._app = app
        self._file = file
        self._seed = refresh_token
        self._current: tuple[Tokens, float] | None = None

    def __repr__(self) -> str:
        return f"RolledTokens({self._file.path})"

    @property
    def masked(self) -> str:
        """The app's id, which is no secret."""
        return f"the Stripe App {self._app.client_id}"

    @property
    def livemode(self) -> bool:
        """Whether the tokens are for live money, as Stripe said when it gave them."""
        return self._tokens().livemode

    @property
    def account_id(self) -> str:
        """The account that installed the app."""
        return self._tokens().account_id

    def token(self) -> str:
        """The access token, renewed some minutes before its hour is over."""
        tokens, ends = self._current or self._renewed(None)
        if time.time() >= ends:
            tokens, _ = self._renewed(tokens.access_token)
        return tokens.access_token

    def renew(self, used: str) -> bool:
        """Exchange, unless another thread or process did so since `used` was handed out."""
        tokens, _ = self._renewed(used)
        return tokens.access_token != used

    def _tokens(self) -> Tokens:
        return (self._current or self._renewed(None))[0]

    def _renewed(self, used: str | None) -> tuple[Tokens, float]:
        with self._file.locked():
            found = self._file.read()
            age = self._file.age()
            if (
                found is None
                or found.access_token == used
                or age >= _LIFE
                or self._begins_anew(found)
            ):
                # Ctrl-C interrupts the main thread only, so another thread still writes the pair
                # that it got.
                with self._file.replacing() as put, ThreadPoolExecutor(1) as executor:
                    found = executor.submit(self._exchange, found, put).result()
                age = 0.0
            self._current = found, time.time() + _LIFE - age
            return self._current

    def _begins_anew(self, found: Tokens) -> bool:
        """Whether the setting is of another connection than the file."""
        return self._seed is not None and fingerprint(self._seed) not in {
            found.seed,
            fingerprint(found.refresh_token),
        }

    def _exchange(self, found: Tokens | None, put: Callable[[Tokens], None]) -> Tokens:
        tokens = self._exchange_seed(found)
        if tokens is None:
            if found is None:
                raise NotConnectedError(
                    "Disconnected meanwhile. Connect with `stripe-apex connect`."
                )
            tokens = replace(self._app.refresh(found.refresh_token), seed=found.seed)
        put(tokens)
        return tokens

    def _exchange_seed(self, found: Tokens | None) -> Tokens | None:
        seed = self._seed
        if seed is None or (found is not None and not self._begins_anew(found)):
            return None
        self._seed = None
        try:
            return replace(self._app.refresh(seed), seed=fingerprint(seed))
        except AuthenticationError:
            if found is None:
                raise
            _logger.warning(
                "Stripe no longer accepts the refresh_token that is set; the newer tokens in %s "
                "are used. Remove the setting.",
                self._file.path,
            )
            return None
