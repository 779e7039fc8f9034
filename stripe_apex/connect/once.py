"""Secrets that are good once: the launch link, and the `state` of an authorisation."""

from __future__ import annotations

import hmac
import secrets
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

_MOST: Final = 16
"""The most tokens at a time; a new one replaces the oldest."""


class OneTimeTokens:
    """Random tokens, each redeemed at most once and only for a while.

    Args:
        life: how long a token is good.
        clock: a monotonic clock, in seconds.
    """

    def __init__(self, life: timedelta, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._life = life.total_seconds()
        self._clock = clock
        self._deaths: dict[str, float] = {}

    def issue(self) -> str:
        """A new token of 256 bits that is safe in URLs."""
        self._bury()
        while len(self._deaths) >= _MOST:
            del self._deaths[next(iter(self._deaths))]
        token = secrets.token_urlsafe(32)
        self._deaths[token] = self._clock() + self._life
        return token

    def redeem(self, token: str) -> bool:
        """Use a token up; returns whether it was valid. The comparison takes constant time."""
        self._bury()
        matches = [known for known in self._deaths if secrets_match(known, token)]
        for known in matches:
            del self._deaths[known]
        return bool(matches)

    @property
    def outstanding(self) -> bool:
        """Whether a valid token is still unused."""
        self._bury()
        return bool(self._deaths)

    def _bury(self) -> None:
        now = self._clock()
        self._deaths = {token: death for token, death in self._deaths.items() if death > now}


def secrets_match(known: str, given: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ.

    Any text from a browser is accepted, also with lone surrogates.
    """
    return hmac.compare_digest(_encoded(known), _encoded(given))


def _encoded(secret: str) -> bytes:
    return secret.encode(errors="surrogatepass")
