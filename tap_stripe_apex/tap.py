"""The tap: settings and streams."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn

from singer_sdk import Tap
from singer_sdk import typing as th
from typing_extensions import override

from tap_stripe_apex.auth import credential as auth
from tap_stripe_apex.auth.places import environment
from tap_stripe_apex.client import StripeStream
from tap_stripe_apex.command import ApexCommand, Terminated
from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.reading.date_range import DEFAULT_DAYS, DateRange, parse_date_range
from tap_stripe_apex.reading.display import Display
from tap_stripe_apex.reading.run import Run
from tap_stripe_apex.streams import STREAMS
from tap_stripe_apex.wire.api import DEFAULT_API_BASE
from tap_stripe_apex.wire.limiter import Limiter
from tap_stripe_apex.wire.patience import RUN, Patience
from tap_stripe_apex.wire.session import Session
from tap_stripe_apex.writer import BufferedWriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    import click

    from tap_stripe_apex.wire.session import Credential

_USUAL_LIMIT: Final = 100
"""Requests a second that Stripe allows an account. https://docs.stripe.com/rate-limits"""


class TapStripeApex(Tap):
    """Reads Stripe completely: every charge, every later change, to the cent."""

    name = "tap-stripe-apex"
    message_writer_class = BufferedWriter
    patience: ClassVar[Patience] = RUN
    """How long a run waits for Stripe."""

    config_jsonschema: ClassVar = th.PropertiesList(
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
            description="Accept a live secret key (sk_live_), which could move money",
        ),
        th.Property(
            "access_token",
            th.StringType,
            secret=True,
            title="OAuth access token",
            description="Of a Stripe App; alone, it is used for the hour that it lives",
        ),
        th.Property(
            "refresh_token",
            th.StringType,
            secret=True,
            title="OAuth refresh token",
            description="Of a Stripe App; used once, then token_file holds what Stripe gave for it",
        ),
        th.Property(
            "token_file",
            th.StringType,
            title="Token file",
            description="Where connect keeps the tokens of a Stripe App, by default "
            ".secrets/stripe-tokens.json in the project; must be writable",
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
            description="Which charges, by creation: start and perhaps end (ISO 8601 dates or "
            f"times, UTC if they name no zone), or last_days. Default: last_days {DEFAULT_DAYS}",
        ),
        th.Property(
            "dateRange",
            th.ObjectType(additional_properties=True),
            title="Date range (alias)",
            description="Another spelling of date_range",
        ),
        th.Property(
            "account_id",
            th.StringType,
            title="Connected account",
            description="Read this connected account (acct_...) instead of the key's own",
        ),
        th.Property(
            "api_base",
            th.StringType,
            default=DEFAULT_API_BASE,
            title="API base",
            description="Where Stripe is; https, or http on this machine for the simulated account",
        ),
        th.Property(
            "max_requests_per_second",
            th.IntegerType,
            default=20,
            title="Requests per second",
            description="At most; Stripe allows 25 for one endpoint and 100 in all, or more "
            "where it raised the limit of an account",
        ),
        th.Property(
            "max_concurrency",
            th.IntegerType,
            default=16,
            title="Requests in flight",
            description="At most; fewer where the pace does not need them",
        ),
        th.Property(
            "expand_balance_transactions",
            th.BooleanType,
            default=False,
            title="Settled amounts",
            description="Read settled amount, fee and exchange rate with each charge; the key "
            "then needs read permission for balance transactions",
        ),
        additional_properties=False,
    ).to_dict()

    def __init__(self, *, validate_config: bool = True, **kwargs: Any) -> None:
        super().__init__(validate_config=validate_config, **kwargs)
        self._summarised = False
        if validate_config:  # discovery needs no key
            _ = self.date_range, self.session

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> NoReturn:
        # The SDK would write the state from within the handler, perhaps in the middle of a record
        # or of the state's own change, and call it a success.
        raise Terminated(signum)

    @override
    def discover_streams(self) -> Sequence[StripeStream[Any]]:
        return [stream(self) for stream in STREAMS]

    @classmethod
    @override
    def get_singer_command(cls) -> click.Command:
        return ApexCommand.of(super().get_singer_command(), cls.logger)

    @cached_property
    def date_range(self) -> DateRange:
        """Which charges are wanted.

        Raises:
            ConfigurationError: in no known form, or empty.
        """
        setting, alias = self.config.get("date_range"), self.config.get("dateRange")
        if setting is not None and alias is not None:
            raise ConfigurationError("date_range and dateRange are the same setting: keep one.")
        return parse_date_range(alias if setting is None else setting)

    @cached_property
    def source(self) -> str:
        """Whose objects are read, as far as can be told: the mode and perhaps the account."""
        mode = "live" if self.credential.livemode else "test"
        account_id = self.config.get("account_id") or self.credential.account_id
        return " ".join(filter(None, (mode, account_id)))

    @cached_property
    def credential(self) -> Credential:
        """The key or tokens, for all streams and threads.

        Raises:
            ConfigurationError: there is none, or it cannot be right; nothing was sent.
        """
        return auth.credential(self.config, environment(), self.patience)

    @cached_property
    def session(self) -> Session:
        """How Stripe is reached, by all streams.

        Raises:
            ConfigurationError: a setting cannot be right; nothing was sent.
        """
        rate = self.config["max_requests_per_second"]
        concurrency = self.config["max_concurrency"]
        if rate <= 0:
            raise ConfigurationError("max_requests_per_second must be more than 0.")
        if rate > _USUAL_LIMIT:
            self.logger.warning(
                "max_requests_per_second is %d. Stripe allows %d in all unless it raised the "
                "limit of this account; where it did not, requests are refused and repeated.",
                rate,
                _USUAL_LIMIT,
            )
        if not 1 <= concurrency <= 64:
            raise ConfigurationError("max_concurrency must be between 1 and 64.")
        account_id = self.config.get("account_id")
        if account_id is not None and not re.fullmatch(r"acct_\w+", account_id):
            raise ConfigurationError("account_id must be the id of a connected account: acct_...")
        return Session(
            self.credential,
            Limiter(rate, concurrency),
            api_base=self.config["api_base"],
            account_id=account_id,
            patience=self.patience,
        )

    @cached_property
    def display(self) -> Display:
        """What people see of the run."""
        return Display(self.session.usage, self.logger)

    @cached_property
    def run(self) -> Run:
        """What all streams of this run share; the first to ask begins it."""
        streams = [
            stream
            for stream in self.streams.values()
            if isinstance(stream, StripeStream) and stream.selected and not stream.finished
        ]
        positions = [
            stream.bookmark.position for stream in streams if stream.bookmark.position is not None
        ]
        types = [type_ for stream in streams for type_ in stream.event_types]
        return Run(self.session, types, min(positions, default=None))

    def log_summary(self) -> None:
        """Say once, at the end, what the run asked of Stripe."""
        if not self._summarised and "session" in self.__dict__:
            self._summarised = True
            session = self.session
            summary = session.usage.summary(self.display.records, session.limiter.per_second)
            self.logger.info("%s", summary)


if __name__ == "__main__":
    TapStripeApex.cli()
