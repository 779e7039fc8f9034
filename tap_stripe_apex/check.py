"""Whether a connection works: verified by fetching a single charge, then asked what it may read.

`/v1/account` is never asked: restricted keys may not read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tap_stripe_apex import errors
from tap_stripe_apex.api import DEFAULT_API_BASE
from tap_stripe_apex.client import StripeStream
from tap_stripe_apex.http import Session, json_decoder
from tap_stripe_apex.limiter import Limiter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_stripe_apex.auth import Credential
    from tap_stripe_apex.tap import TapStripeApex


@dataclass(frozen=True, slots=True)
class Permission:
    """Something a key may read, and what the tap does with it."""

    name: str
    purpose: str


PERMISSIONS: Final = (
    Permission("charges", "the charges stream"),
    Permission("customers", "the customer's email on each charge"),
    Permission("events", "reading only what changed since the last run"),
    Permission("refunds", "the refunds stream"),
    Permission("disputes", "the disputes stream"),
    Permission("balance_transactions", "settled amounts, fees and exchange rates"),
)


@dataclass(frozen=True, slots=True)
class Grant:
    """Whether a key has a permission; if not, what to do."""

    permission: Permission
    refusal: errors.StripeError | None

    @property
    def granted(self) -> bool:
        """Whether it may read."""
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class Verified:
    """What a single charge tells of a connection.

    Attributes:
        livemode: whether it is live money.
        account_id: whose, where that can be told without /v1/account.
        newest_charge: when it was made, UTC; None if there is none yet.
    """

    livemode: bool
    account_id: str | None
    newest_charge: datetime | None

    @property
    def mode(self) -> str:
        """In Stripe's words: live or test."""
        return "live" if self.livemode else "test"


class _Charge(msgspec.Struct):
    created: int
    livemode: bool


class _Charges(msgspec.Struct):
    data: list[_Charge]


class _Anything(msgspec.Struct):
    data: list[msgspec.Raw]


def open_session(credential: Credential, config: Mapping[str, Any]) -> Session:
    """How Stripe is reached with a credential, for a few questions.

    Args:
        credential: a key or tokens.
        config: the tap's settings, of which `api_base` and `account_id` matter.
    """
    return Session(
        credential,
        Limiter(20, 1),
        api_base=config.get("api_base") or DEFAULT_API_BASE,
        account_id=config.get("account_id"),
    )


def verify(session: Session) -> Verified:
    """Verify a connection by fetching a single charge.

    Raises:
        StripeError: why it does not work, and what to do.
    """
    reply = session.get("/v1/charges", [("limit", 1)], json_decoder(_Charges), what="charges")
    newest = next(iter(reply.content.data), None)
    return Verified(
        livemode=newest.livemode if newest else session.credential.livemode,
        account_id=session.account_id or session.credential.account_id,
        newest_charge=datetime.fromtimestamp(newest.created, UTC) if newest else None,
    )


def grants(session: Session) -> Iterator[Grant]:
    """One answer per permission, each for one request."""
    for permission in PERMISSIONS:
        try:
            session.get(
                f"/v1/{permission.name}",
                [("limit", 1)],
                json_decoder(_Anything),
                what=permission.name.replace("_", " "),
            )
        except errors.PermissionDeniedError as exc:
            yield Grant(permission, exc)
        else:
            yield Grant(permission, None)


def reads(tap: TapStripeApex) -> Iterator[tuple[str, errors.StripeError | None]]:
    """Each selected stream, and why it cannot be read if it cannot; one request for each."""
    for stream in tap.streams.values():
        if isinstance(stream, StripeStream) and stream.selected:
            try:
                stream.endpoint().page(limit=1)
            except (errors.PermissionDeniedError, errors.InvalidRequestError) as exc:
                yield stream.name, exc
            else:
                yield stream.name, None
