"""One session with Stripe for all streams and threads: rate limit, retries and errors.

Sources: https://docs.stripe.com/error-low-level, https://docs.stripe.com/rate-limits
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeAlias, TypeVar

import msgspec

from tap_stripe_apex import errors
from tap_stripe_apex.wire.api import API_VERSION, DEFAULT_API_BASE, check_api_base, stripe_time
from tap_stripe_apex.wire.limiter import Limiter
from tap_stripe_apex.wire.patience import (
    QUESTION,
    RUN,
    PassingError,
    Patience,
    Retrier,
    Trouble,
)
from tap_stripe_apex.wire.text import decoded, json_decoder
from tap_stripe_apex.wire.transport import Answer, NoAnswerError, Transport
from tap_stripe_apex.wire.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Credential", "Params", "Reply", "Session", "Usage", "json_decoder", "open_session"]

Params: TypeAlias = "Sequence[tuple[str, str | int]]"
"""The parameters of a query, in order; names may repeat, as in types[]."""

T = TypeVar("T")


class Credential(Protocol):
    """The session asks it for a token before every request. Many threads use it."""

    @property
    def oauth(self) -> bool:
        """Whether it is a token of a Stripe App rather than a key; error messages differ."""

    @property
    def livemode(self) -> bool:
        """Whether it is for live money."""

    @property
    def account_id(self) -> str | None:
        """Its account, if that is known without a request."""

    @property
    def masked(self) -> str:
        """A form of it that may be shown and logged."""

    def token(self) -> str:
        """The secret for the Authorization header.

        Raises:
            StripeError: it had to be renewed, and could not.
        """

    def renew(self, used: str) -> bool:
        """Whether there is another token now than `used`, which Stripe no longer accepts.

        Raises:
            StripeError: it could not be renewed.
        """


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """A decoded answer, and its time by Stripe's clock, in seconds since 1970."""

    content: T
    date: int


class Session:
    """Authenticated GET requests, decoded, by any number of threads.

    Args:
        credential: its token is sent with every request, and goes nowhere else.
        limiter: limits the rate of requests.
        api_base: Stripe's address; see `check_api_base`.
        account_id: the connected account to read, if it is not the key's own.
        patience: how long each kind of failure is retried.
    """

    def __init__(
        self,
        credential: Credential,
        limiter: Limiter,
        *,
        api_base: str = DEFAULT_API_BASE,
        account_id: str | None = None,
        patience: Patience = RUN,
    ) -> None:
        self.limiter: Final = limiter
        self.api_base: Final = check_api_base(api_base)
        self.account_id: Final = account_id
        self.credential: Final = credential
        self.usage: Final = Usage(waits=self._waits)
        self._patience: Final = patience
        self._retrier: Final = Retrier(patience)
        self._lock: Final = threading.Lock()
        headers = {"Stripe-Version": API_VERSION}
        if account_id:
            headers["Stripe-Account"] = account_id
        self._transport: Final = Transport(
            self.api_base, patience, connections=limiter.concurrency, headers=headers
        )

    def get(
        self, path: str, params: Params, decode: Callable[[bytes], T], *, what: str
    ) -> Reply[T]:
        """One GET request, retried while that can help.

        Args:
            path: such as /v1/charges.
            params: the query, in order.
            decode: decodes the body; raises msgspec.DecodeError.
            what: what is read, in the user's words, for messages.

        Raises:
            StripeError: a subclass by how a user recovers; see `errors`.
        """
        requests = 0

        def send(token: str) -> Answer:
            nonlocal requests
            requests += 1
            with self._lock:
                self.usage.requests += 1
                self.usage.retries += requests > 1
            return self._send(path, params, token, what)

        def ask() -> Reply[T]:
            self.limiter.wait()
            token = self.credential.token()
            started = time.monotonic()
            answer = send(token)
            if answer.status == 401 and self.credential.renew(token):
                self.limiter.wait()
                started = time.monotonic()
                answer = send(self.credential.token())
            if answer.status != 200:
                raise self._refused(answer, what)
            try:
                reply = Reply(decoded(answer.body, decode), stripe_time(answer.headers))
            except msgspec.DecodeError as exc:
                raise _unreadable(str(exc), what, answer.headers) from exc
            self.limiter.answered(time.monotonic() - started)
            return reply

        return self._retrier.call(ask)

    def _send(self, path: str, params: Params, token: str, what: str) -> Answer:
        headers = {"Authorization": f"Bearer {token}"}
        try:
            return self._transport.send("GET", path, params=params, headers=headers)
        except NoAnswerError as exc:
            if exc.trouble is Trouble.UNREADABLE:
                raise _unreadable(exc.problem, what, {}) from exc
            failure = f"Cannot read {what} from {self.api_base}: {exc.problem}"
            error = errors.UnavailableError(f"{failure}. {exc.remedy}")
            if exc.trouble is None:
                raise error from exc
            raise PassingError(error, exc.trouble, failure) from exc

    def _refused(self, answer: Answer, what: str) -> errors.StripeError | PassingError:
        """The error of a refusal; a `PassingError` if it may pass."""
        error = errors.from_reply(
            answer.status,
            answer.body,
            answer.headers,
            what=what,
            oauth=self.credential.oauth,
        )
        if "Date" in answer.headers:  # a proxy that answers for Stripe may omit it
            error.date = stripe_time(answer.headers)
        if not is_passing(answer):
            return error
        if answer.status != 429:
            why = f"Stripe answered {answer.status} while reading {what}"
            return PassingError(error, Trouble.UNAVAILABLE, why)
        reason = answer.headers.get("Stripe-Rate-Limited-Reason") or "lock time-out"
        self.limiter.limited(
            concurrency=reason.endswith("concurrency"), pause=self._retry_after(answer.headers)
        )
        why = f"Stripe limits the rate while reading {what} ({reason})"
        return PassingError(error, Trouble.LIMITED, why)

    def _retry_after(self, headers: Mapping[str, str]) -> float:
        """Seconds that all threads should wait."""
        try:
            return min(60.0, max(0.0, float(headers["Retry-After"])))
        except (KeyError, ValueError):
            return self._patience.unless_told

    def _waits(self) -> tuple[str, float] | None:
        """The reason of the current wait, and its seconds so far; None while Stripe answers."""
        waiting = self._retrier.waiting
        return None if waiting is None else (waiting.why, self._patience.clock() - waiting.since)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()


def open_session(credential: Credential, config: Mapping[str, Any]) -> Session:
    """A session for a few requests with a credential.

    Args:
        credential: a key or tokens.
        config: the tap's settings, of which `api_base` and `account_id` matter.
    """
    return Session(
        credential,
        Limiter(20, 1),
        api_base=config.get("api_base") or DEFAULT_API_BASE,
        account_id=config.get("account_id"),
        patience=QUESTION,
    )


def is_passing(answer: Answer) -> bool:
    """Whether a refusal may pass, so that asking again can help."""
    advice = answer.headers.get("Stripe-Should-Retry")
    if advice is not None:
        return advice.lower() == "true"
    return answer.status in {409, 429} or answer.status >= 500


def _unreadable(problem: str, what: str, headers: Mapping[str, str]) -> PassingError:
    said = f"Stripe's answer about {what} cannot be read ({errors.redact(problem)})"
    request_id = headers.get("Request-Id", "unknown")
    error = errors.UnavailableError(
        f"{said}. Run again; if it stays, report it (request {request_id})."
    )
    return PassingError(error, Trouble.UNREADABLE, said)
