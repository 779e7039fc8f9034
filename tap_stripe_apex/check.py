"""`stripe-apex check`: the connection is verified by fetching a single charge.

`/v1/account` is never asked: restricted keys may not read it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from tap_stripe_apex import errors
from tap_stripe_apex.api import DEFAULT_API_BASE
from tap_stripe_apex.auth import credential
from tap_stripe_apex.http import Session, json_decoder
from tap_stripe_apex.limiter import Limiter
from tap_stripe_apex.project import environment
from tap_stripe_apex.tap import TapStripeApex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_stripe_apex.auth import Credential


@dataclass(frozen=True, slots=True)
class Permission:
    """Something a key may read, and what the tap does with it."""

    name: str
    purpose: str
    required: bool = False


PERMISSIONS: Final = (
    Permission("charges", "the charges stream", required=True),
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


@click.command()
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The tap's configuration, as JSON; without it, TAP_STRIPE_APEX_* in environment or .env.",
)
def check(config: Path | None) -> None:
    """Verify the connection by fetching a single charge, then show what the key may read."""
    settings = TapStripeApex(
        config=_read(config) if config else {},
        parse_env_config=config is None,
        setup_mapper=False,
    ).config
    session = open_session(credential(settings, environment()), settings)
    verified = verify(session)
    newest = verified.newest_charge
    click.echo(
        f"Connected ({verified.mode} mode). "
        f"Newest charge: {f'{newest:%Y-%m-%dT%H:%M:%SZ}' if newest else 'none yet'}.\n"
    )
    for grant in grants(session):
        mark = "yes" if grant.granted else "no "
        click.echo(f"  {mark}  {grant.permission.name:<21} {grant.permission.purpose}")


def _read(config: Path) -> dict[str, Any]:
    try:
        settings = json.loads(config.read_bytes())
    except ValueError as exc:
        raise errors.ConfigurationError(f"{config} is no valid JSON: {exc}.") from exc
    if not isinstance(settings, dict):
        raise errors.ConfigurationError(f"{config} must hold a JSON object of settings.")
    return settings
