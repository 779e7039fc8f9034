"""Verifies a connection by fetching a single charge, then finds out what it may read.

The requests are made by the `stripe` package, over the tap's own session. `/v1/account` is never
requested, since restricted keys may not read it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

import msgspec
import stripe
from typing_extensions import override

from tap_stripe_apex import errors
from tap_stripe_apex.client import StripeStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_stripe_apex.tap import TapStripeApex
    from tap_stripe_apex.wire.session import Session


@dataclass(frozen=True, slots=True)
class Permission:
    """Something a key may read, and what the tap does with it.

    Attributes:
        name: as it is shown to users.
        purpose: what the tap does with it.
        service: its list in the stripe package, if that has another name.
    """

    name: str
    purpose: str
    service: str | None = None


PERMISSIONS: Final = (
    Permission("charges", "the charges and failed_charges streams"),
    Permission("customers", "the customer's email on each charge"),
    Permission("events", "reading only what changed since the last run"),
    Permission("refunds", "the refunds stream"),
    Permission("disputes", "the disputes stream: what disputes took"),
    Permission(
        "balance_transactions",
        "Stripe's fees and exchange rates: what you keep, and totals over currencies",
    ),
    Permission("checkout_sessions", "the checkout_sessions stream", "checkout.sessions"),
    Permission("promotion_codes", "the promotion code that was typed in a checkout session"),
)


@dataclass(frozen=True, slots=True)
class Grant:
    """Whether a key has a permission; if not, what to do."""

    permission: Permission
    refusal: errors.PermissionDeniedError | None

    @property
    def granted(self) -> bool:
        """Whether the key has the permission."""
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class Verified:
    """What a single charge tells about a connection.

    Attributes:
        livemode: whether it is live money.
        account_id: of the account, if it is known without /v1/account.
        newest_charge: when it was created, UTC; None if there is none yet.
    """

    livemode: bool
    account_id: str | None
    newest_charge: datetime | None

    @property
    def mode(self) -> str:
        """In Stripe's words: live or test."""
        return "live" if self.livemode else "test"


class _OverSession(stripe.HTTPClient):
    """Sends the package's requests over the session, with its rate limit, retries and errors."""

    name = "tap-stripe-apex"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    @override
    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: object = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        asked = urlsplit(url)
        what = asked.path.removeprefix("/v1/").replace("/", " ").replace("_", " ")
        reply = self._session.get(asked.path, parse_qsl(asked.query), _whole, what=what)
        return reply.content, 200, {}


def _whole(body: bytes) -> str:
    """The body, checked to be complete JSON."""
    try:
        msgspec.json.decode(body)
    except RecursionError as error:
        raise msgspec.DecodeError("it is nested too deeply") from error
    return body.decode()


def _client(session: Session) -> stripe.StripeClient:
    # The session adds the secret; the package never sees it.
    return stripe.StripeClient(session.credential.masked, http_client=_OverSession(session))


def verify(session: Session) -> Verified:
    """Verify a connection by fetching a single charge.

    Raises:
        StripeError: it does not work; the message says why, and what to do.
    """
    with _as_documented():
        newest = next(iter(_client(session).v1.charges.list({"limit": 1}).data), None)
        return Verified(
            livemode=newest.livemode if newest else session.credential.livemode,
            account_id=session.account_id or session.credential.account_id,
            newest_charge=datetime.fromtimestamp(newest.created, UTC) if newest else None,
        )


@contextmanager
def _as_documented() -> Iterator[None]:
    """Turn the errors that an answer of another form causes in the package into one of ours."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError) as error:
        raise errors.UnavailableError(
            f"Stripe's answer does not have the form that its documentation describes "
            f"({type(error).__name__}). "
            "Check api_base, and any proxy between here and Stripe."
        ) from error


def grants(session: Session) -> Iterator[Grant]:
    """The grant of each permission, by one request each."""
    resources = _client(session).v1
    for permission in PERMISSIONS:
        try:
            with _as_documented():
                attrgetter(permission.service or permission.name)(resources).list({"limit": 1})
        except errors.PermissionDeniedError as error:
            yield Grant(permission, error)
        else:
            yield Grant(permission, None)


def reads(tap: TapStripeApex) -> Iterator[tuple[str, errors.StripeError | None]]:
    """Each selected stream, and the reason if it cannot be read, by one request each."""
    for stream in tap.streams.values():
        if isinstance(stream, StripeStream) and stream.selected:
            try:
                stream.endpoint().page(limit=1)
            except (errors.PermissionDeniedError, errors.InvalidRequestError) as error:
                yield stream.name, error
            else:
                yield stream.name, None
