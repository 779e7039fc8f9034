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
"""How many may be outstanding; an older one dies for a newer one."""


class OneTimeTokens:
    """Random tokens, each redeemed at most once and only for a while.

    Args:
        life: how long a token is good.
        clock: seconds that only go forward.
    """

    def __init__(self, life: timedelta, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._life = life.total_seconds()
        self._clock = clock
        self._deaths: dict[str, float] = {}

    def issue(self) -> str:
        """A new token: 256 bits, fit for a URL."""
        self._bury()
        while len(self._deaths) >= _MOST:
            del self._deaths[next(iter(self._deaths))]
        token = secrets.token_urlsafe(32)
        self._deaths[token] = self._clock() + self._life
        return token

    def redeem(self, token: str) -> bool:
        """Whether the token was good until now. Compared in constant time, with all there are."""
        self._bury()
        matches = [known for known in self._deaths if secrets_match(known, token)]
        for known in matches:
            del self._deaths[known]
        return bool(matches)

    @property
    def outstanding(self) -> bool:
        """Whether somebody may still come with a good token."""
        self._bury()
        return bool(self._deaths)

    def _bury(self) -> None:
        now = self._clock()
        self._deaths = {token: death for token, death in self._deaths.items() if death > now}


def secrets_match(known: str, given: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ.

    Whatever a browser sends may be given, lone surrogates included.
    """
    return hmac.compare_digest(_encoded(known), _encoded(given))


def _encoded(secret: str) -> bytes:
    return secret.encode(errors="surrogatepass")
