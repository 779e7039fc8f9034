"""The settings: the schema that `--about` shows, and the values that the tap reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from singer_sdk import typing as th

from tap_stripe_apex.wire.api import DEFAULT_API_BASE

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_DAYS: Final = 30

SCHEMA: Final[dict[str, Any]] = th.PropertiesList(
    th.Property(
        "api_key",
        th.StringType,
        secret=True,
        title="API key",
        description="Restricted key with read permission for Charges and Customers",
    ),
    th.Property(
        "allow_secret_key",
        th.BooleanType,
        default=False,
        title="Allow a secret key",
        description="Accept a live secret key (`sk_live_...`), which could move money",
    ),
    th.Property(
        "access_token",
        th.StringType,
        secret=True,
        title="OAuth access token",
        description="Access token of a Stripe App. Without a refresh token it is used for as long "
        "as it is valid, which is an hour",
    ),
    th.Property(
        "refresh_token",
        th.StringType,
        secret=True,
        title="OAuth refresh token",
        description="Refresh token of a Stripe App, for machines where `stripe-apex connect` "
        "cannot be used. It is exchanged once; then `token_file` holds the tokens that Stripe gave "
        "for it",
    ),
    th.Property(
        "token_file",
        th.StringType,
        title="Token file",
        description="Where the tokens of a Stripe App are kept, by default "
        "`.secrets/stripe-tokens.json` in the project. It must be writable, since the refresh "
        "token changes at every use",
    ),
    th.Property(
        "date_range",
        th.ObjectType(
            th.Property("start", th.StringType, description="First moment, included"),
            th.Property("end", th.StringType, description="Last moment, excluded"),
            th.Property("last_days", th.IntegerType, description="Days back from now"),
            additional_properties=False,
        ),
        title="Date range",
        description='Which charges are read, by their creation: `{"start": "2026-01-01", "end": '
        '"2026-02-01"}` (dates or times in ISO 8601, UTC if they name no zone; the end is excluded '
        f'and may be left out) or `{{"last_days": {DEFAULT_DAYS}}}`, which is the default',
    ),
    th.Property(
        "dateRange",
        th.ObjectType(additional_properties=True),
        title="Date range (alias)",
        description="Another spelling of `date_range`",
    ),
    th.Property(
        "account_id",
        th.StringType,
        title="Connected account",
        description="A connected account (`acct_...`) to read instead of the key's own",
    ),
    th.Property(
        "api_base",
        th.StringType,
        default=DEFAULT_API_BASE,
        title="API base",
        description="The address of Stripe's API: https, or http on this machine for the simulated "
        "account",
    ),
    th.Property(
        "max_requests_per_second",
        th.IntegerType,
        default=20,
        title="Requests per second",
        description="At most. Stripe allows 25 for one endpoint and 100 in all, and more where it "
        "has raised the limit of an account",
    ),
    th.Property(
        "max_concurrency",
        th.IntegerType,
        default=16,
        title="Requests in flight",
        description="At most; fewer are used where the pace does not need so many",
    ),
    th.Property(
        "expand_balance_transactions",
        th.BooleanType,
        default=False,
        title="Settled amounts",
        description="Read settled amount, fee and exchange rate with each charge; the key "
        "then needs read permission for balance transactions",
    ),
    th.Property(
        "hash_emails",
        th.StringType,
        secret=True,
        title="Secret for hashed emails",
        description="A secret of 64 hexadecimal digits. Where it is set, each email address is "
        "replaced by its hash with this secret",
    ),
    additional_properties=False,
).to_dict()


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, see `SCHEMA`; None where there is neither a value nor a default.

    The code that uses a value also checks it. `api_base` has no default here, since the environment
    of the Stripe App may set it.
    """

    api_key: str | None = field(repr=False)
    allow_secret_key: bool
    access_token: str | None = field(repr=False)
    refresh_token: str | None = field(repr=False)
    token_file: str | None
    date_range: Mapping[str, Any] | None
    date_range_alias: Mapping[str, Any] | None
    account_id: str | None
    api_base: str | None
    max_requests_per_second: int
    max_concurrency: int
    expand_balance_transactions: bool
    hash_emails: str | None = field(repr=False)

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Settings:
        """The settings of a configuration; null means the default."""
        given = {name: each for name, each in config.items() if each is not None}
        defaults = {name: each.get("default") for name, each in SCHEMA["properties"].items()}
        config = defaults | given
        return cls(
            api_key=config["api_key"],
            allow_secret_key=config["allow_secret_key"],
            access_token=config["access_token"],
            refresh_token=config["refresh_token"],
            token_file=config["token_file"],
            date_range=config["date_range"],
            date_range_alias=config["dateRange"],
            account_id=config["account_id"],
            api_base=given.get("api_base"),
            max_requests_per_second=config["max_requests_per_second"],
            max_concurrency=config["max_concurrency"],
            expand_balance_transactions=config["expand_balance_transactions"],
            hash_emails=config["hash_emails"],
        )
