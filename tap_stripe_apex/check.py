"""`stripe-apex check`: the connection is verified by fetching a single charge.

Off the hot path the `stripe` package speaks to Stripe; its errors become ours, so that the words
are the same everywhere. `/v1/account` is never asked: restricted keys may not read it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import stripe

from tap_stripe_apex import errors
from tap_stripe_apex.auth import credential
from tap_stripe_apex.http import API_VERSION, DEFAULT_API_BASE, check_api_base
from tap_stripe_apex.tap import TapStripeApex
from tap_stripe_apex.timerange import to_iso

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
class Connection:
    """What a single charge tells: the mode, and when the newest charge was made (None: never)."""

    livemode: bool
    newest_charge: int | None


class Account:
    """The account behind a credential, asked a few single questions.

    Args:
        credential: a key or token.
        api_base: where Stripe is.
        account_id: the connected account, if not the key's own.
    """

    def __init__(
        self,
        credential: Credential,
        *,
        api_base: str = DEFAULT_API_BASE,
        account_id: str | None = None,
    ) -> None:
        self._credential = credential
        self._client = stripe.StripeClient(
            credential.token(),
            base_addresses={"api": check_api_base(api_base)},
            stripe_account=account_id,
            stripe_version=API_VERSION,
            max_network_retries=2,
            http_client=stripe.RequestsClient(timeout=20),
        )

    def connect(self) -> Connection:
        """Verify by fetching a single charge.

        Raises:
            StripeError: why it does not work, and what to do.
        """
        charges = self._ask("charges")
        livemode = self._credential.token().startswith(("rk_live_", "sk_live_"))
        newest = charges[0] if charges else None
        return Connection(
            livemode=bool(newest["livemode"]) if newest else livemode,
            newest_charge=int(newest["created"]) if newest else None,
        )

    def grants(self) -> Iterator[Grant]:
        """One answer per permission, each for one request."""
        for permission in PERMISSIONS:
            try:
                self._ask(permission.name)
            except errors.PermissionDeniedError as exc:
                yield Grant(permission, exc)
            else:
                yield Grant(permission, None)

    def _ask(self, what: str) -> list[Any]:
        services = self._client.v1
        list_one: dict[str, Callable[..., Any]] = {
            "charges": services.charges.list,
            "customers": services.customers.list,
            "events": services.events.list,
            "refunds": services.refunds.list,
            "disputes": services.disputes.list,
            "balance_transactions": services.balance_transactions.list,
        }
        try:
            return list(list_one[what]({"limit": 1}).data)
        except stripe.APIConnectionError as exc:
            raise errors.UnavailableError(
                "Stripe cannot be reached. Check api_base, the network and its proxy."
            ) from exc
        except stripe.StripeError as exc:
            raise errors.from_reply(
                exc.http_status or 500,
                (exc.http_body or "").encode() if isinstance(exc.http_body, str) else b"",
                exc.headers or {},
                what=what.replace("_", " "),
                oauth=self._credential.oauth,
            ) from exc


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
    account = Account(
        credential(settings), api_base=settings["api_base"], account_id=settings.get("account_id")
    )
    connection = account.connect()
    mode = "live" if connection.livemode else "test"
    newest = to_iso(connection.newest_charge) if connection.newest_charge else "none yet"
    click.echo(f"Connected ({mode} mode). Newest charge: {newest}.\n")
    for grant in account.grants():
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
