"""One session with Stripe for all streams and threads: pace, retries, time-outs, errors.

Sources: https://docs.stripe.com/error-low-level, https://docs.stripe.com/rate-limits
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, Generic, TypeAlias, TypeVar

import msgspec
import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from tap_stripe_apex import errors
from tap_stripe_apex.wire.api import API_VERSION, DEFAULT_API_BASE, check_api_base, stripe_time

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_stripe_apex.auth.credential import Credential
    from tap_stripe_apex.wire.limiter import Limiter

Params: TypeAlias = "Sequence[tuple[str, str | int]]"
"""A query, in order; names may repeat, as in types[]."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """A decoded answer, and Stripe's time when it was given (seconds since 1970)."""

    content: T
    date: int


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a request is tried, and how long between: exponential, with full jitter."""

    attempts: int = 7
    attempts_to_connect: int = 3
    """While no connection was ever made, the address is more likely wrong than the network ill."""
    first_pause: float = 0.5
    longest_pause: float = 20.0

    def pause(self, attempt: int) -> float:
        """Seconds to wait after the `attempt`-th try failed."""
        ceiling = min(self.longest_pause, self.first_pause * 2.0 ** (attempt - 1))
        return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret


@dataclass(slots=True)
class Usage:
    """What a run asked of Stripe."""

    requests: int = 0
    retries: int = 0
    began: float = field(default_factory=time.monotonic)

    def summary(self, records: int, per_second: float) -> str:
        """One line for people; the share is of the requests that `per_second` would have allowed.

        Args:
            records: written in the run.
            per_second: requests that the limiter allows.
        """
        seconds = time.monotonic() - self.began
        share = self.requests / (1 + seconds * per_second)  # the first need not wait
        return (
            f"Asked Stripe {self.requests:,} times in {seconds:,.1f} s (records: {records:,}, "
            f"retries: {self.retries:,}, used {share:.0%} of the limit of {per_second:g} "
            "requests/s)."
        )


class Session:
    """Authenticated GET requests, decoded, by any number of threads.

    Args:
        credential: whose token goes into every request, and nowhere else.
        limiter: the pace.
        api_base: where Stripe is; see `check_api_base`.
        account_id: the connected account that is read, if not the key's own.
        retries: how patient to be.
        timeout: seconds to connect, and between bytes.
    """

    def __init__(
        self,
        credential: Credential,
        limiter: Limiter,
        *,
        api_base: str = DEFAULT_API_BASE,
        account_id: str | None = None,
        retries: Retries | None = None,
        timeout: tuple[float, float] = (10.0, 60.0),
    ) -> None:
        self.limiter: Final = limiter
        self.usage: Final = Usage()
        self.api_base: Final = check_api_base(api_base)
        self.account_id: Final = account_id
        self.credential: Final = credential
        self._retries = retries or Retries()
        self._timeout = timeout
        self._lock = threading.Lock()
        self._reached = False
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"tap-stripe-apex/{version('tap-stripe-apex')}"
        self._session.headers["Stripe-Version"] = API_VERSION
        if account_id:
            self._session.headers["Stripe-Account"] = account_id
        # The environment's proxies and certificates are read once, not for every request; and a
        # .netrc must not replace the key.
        environment = self._session.merge_environment_settings(
            self.api_base, proxies={}, stream=False, verify=None, cert=None
        )
        self._session.proxies = environment["proxies"]
        self._session.verify = environment["verify"]
        self._session.trust_env = False
        self._session.mount(self.api_base, HTTPAdapter(pool_maxsize=limiter.concurrency))

    def get(
        self, path: str, params: Params, decode: Callable[[bytes], T], *, what: str
    ) -> Reply[T]:
        """One GET, tried again as long as that can help.

        Args:
            path: such as /v1/charges.
            params: the query, in order.
            decode: turns the body into what the caller wants; raises msgspec.DecodeError.
            what: what is read, in the user's words, for messages.

        Raises:
            StripeError: by recovery; see `errors`.
        """
        attempt = 0
        renewed = False
        while True:
            attempt += 1
            self.limiter.wait()
            token = self.credential.token()
            started = time.monotonic()
            with self._lock:
                self.usage.requests += 1
                self.usage.retries += attempt > 1
            try:
                response = self._session.get(
                    self.api_base + path,
                    params=params,
                    headers={"Authorization": f"Bearer {token}"},
                    timeout=self._timeout,
                    allow_redirects=False,
                )
                self._reached = True
                if response.status_code == 200:
                    reply = Reply(decode(response.content), stripe_time(response.headers))
                    self.limiter.answered(time.monotonic() - started)
                    return reply
            except requests.RequestException as exc:
                self._pause_or_give_up(attempt, self._unreachable(exc, what), exc)
            except msgspec.DecodeError as exc:
                self._pause_or_give_up(attempt, _unreadable(exc, response, what), exc)
            else:
                if response.status_code == 401 and not renewed:
                    renewed = self.credential.renew(token)
                    if renewed:
                        continue
                self._refused(attempt, response, what)

    def _refused(self, attempt: int, response: requests.Response, what: str) -> None:
        error = errors.from_reply(
            response.status_code,
            response.content,
            response.headers,
            what=what,
            oauth=self.credential.oauth,
        )
        error.date = stripe_time(response.headers)
        if not _is_worth_retrying(response):
            raise error
        if response.status_code == 429:
            reason = response.headers.get("Stripe-Rate-Limited-Reason", "")
            self.limiter.limited(
                concurrency=reason.endswith("concurrency"), pause=_retry_after(response)
            )
        self._pause_or_give_up(attempt, error)

    def _unreachable(self, exc: requests.RequestException, what: str) -> errors.UnavailableError:
        if isinstance(exc, requests.Timeout):
            problem = "no answer in time"
        elif isinstance(exc, requests.exceptions.SSLError):
            problem = "its certificate was not accepted"
        elif isinstance(exc, requests.exceptions.ProxyError):
            problem = "the proxy did not let us through"
        else:
            problem = "the connection failed or broke off"
        return errors.UnavailableError(
            f"Cannot read {what} from {self.api_base}: {problem}. Check api_base, the network and "
            "its proxy, then run again; nothing is lost."
        )

    def _pause_or_give_up(
        self, attempt: int, error: errors.StripeError, cause: Exception | None = None
    ) -> None:
        retries = self._retries
        hopeless = not self._reached and _nobody_listens(cause)
        if attempt >= (retries.attempts_to_connect if hopeless else retries.attempts):
            raise error from cause
        time.sleep(retries.pause(attempt))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()


def _nobody_listens(cause: Exception | None) -> bool:
    """Whether not even a connection could be made."""
    reason = getattr(cause.args[0], "reason", None) if cause and cause.args else None
    return isinstance(cause, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _unreadable(
    exc: msgspec.DecodeError, response: requests.Response, what: str
) -> errors.UnavailableError:
    request_id = response.headers.get("Request-Id", "unknown")
    return errors.UnavailableError(
        f"Stripe's answer about {what} cannot be read ({errors.redact(str(exc))}). Run again; if "
        f"it stays, report it (request {request_id})."
    )


def _is_worth_retrying(response: requests.Response) -> bool:
    advice = response.headers.get("Stripe-Should-Retry")
    if advice is not None:
        return advice.lower() == "true"
    return response.status_code in {409, 429} or response.status_code >= 500


def _retry_after(response: requests.Response) -> float:
    """Seconds that everyone should wait; one where Stripe names none."""
    try:
        return min(60.0, max(0.0, float(response.headers.get("Retry-After", "1"))))
    except ValueError:
        return 1.0


def json_decoder(kind: type[T]) -> Callable[[bytes], T]:
    """A decoder into `kind` that many threads may share."""
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)
    return decoder.decode
