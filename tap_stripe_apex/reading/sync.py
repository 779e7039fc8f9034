"""What all streams share in one run: credential, session, date range, feed and progress."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from tap_stripe_apex.auth.credential import find_credential
from tap_stripe_apex.auth.places import environment
from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.hashing import VARIABLE, Hashing
from tap_stripe_apex.reading.date_range import DateRange, parse_date_range
from tap_stripe_apex.reading.display import Display
from tap_stripe_apex.reading.feed import Feed, read_feed
from tap_stripe_apex.settings import DEFAULT_DAYS
from tap_stripe_apex.wire.api import DEFAULT_API_BASE
from tap_stripe_apex.wire.limiter import Limiter
from tap_stripe_apex.wire.patience import RUN, Patience
from tap_stripe_apex.wire.session import Credential, Session

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Iterable, Mapping

    from tap_stripe_apex.reading.stream import Participant
    from tap_stripe_apex.settings import Settings


_USUAL_LIMIT: Final = 100
"""Requests a second that Stripe allows an account. https://docs.stripe.com/rate-limits"""


class StripeSync:
    """One run of the tap; each part is made when it is first asked for.

    Args:
        settings: of the tap.
        logger: gets warnings and the summary.
        streams: returns the streams to read, once the catalog is known.
        patience: how long failures are retried.
    """

    def __init__(
        self,
        settings: Settings,
        logger: logging.Logger,
        streams: Callable[[], Iterable[Participant]],
        patience: Patience = RUN,
    ) -> None:
        self.settings = settings
        self._logger = logger
        self._streams = streams
        self._patience = patience
        self._summarised = False

    def check(self) -> None:
        """Refuse settings that cannot be right, before any request.

        Raises:
            ConfigurationError: a setting cannot be right.
        """
        _ = self.date_range, self.session, self.hashing

    @cached_property
    def environ(self) -> Mapping[str, str]:
        """The environment of the process, with the variables of the project's .env."""
        return environment()

    @cached_property
    def date_range(self) -> DateRange:
        """The setting `date_range`.

        Raises:
            ConfigurationError: the range has no known form, or is empty.
        """
        setting, alias = self.settings.date_range, self.settings.date_range_alias
        if setting is not None and alias is not None:
            raise ConfigurationError("date_range and dateRange are the same setting: keep one.")
        if setting is None:
            setting = {"last_days": DEFAULT_DAYS} if alias is None else alias
        return parse_date_range(setting)

    @cached_property
    def hashing(self) -> Hashing | None:
        """The hashing of addresses; None if they are not hashed.

        Raises:
            ConfigurationError: the secret has another form.
        """
        return Hashing.of(self.settings.hash_emails or self.environ.get(VARIABLE))

    @cached_property
    def credential(self) -> Credential:
        """The key or tokens, for all streams and threads.

        Raises:
            ConfigurationError: there is no credential, or it cannot be right; nothing was sent.
        """
        return find_credential(self.settings, self.environ, self._patience)

    @cached_property
    def session(self) -> Session:
        """The session with Stripe, for all streams.

        Raises:
            ConfigurationError: a setting cannot be right; nothing was sent.
        """
        settings = self.settings
        if settings.max_requests_per_second <= 0:
            raise ConfigurationError("max_requests_per_second must be more than 0.")
        if settings.max_requests_per_second > _USUAL_LIMIT:
            self._logger.warning(
                "max_requests_per_second is %d. Stripe allows %d in all unless it raised the "
                "limit of this account; where it did not, requests are refused and repeated.",
                settings.max_requests_per_second,
                _USUAL_LIMIT,
            )
        if not 1 <= settings.max_concurrency <= 64:
            raise ConfigurationError("max_concurrency must be between 1 and 64.")
        account_id = settings.account_id
        if account_id is not None and not re.fullmatch(r"acct_\w+", account_id):
            raise ConfigurationError("account_id must be the id of a connected account: acct_...")
        return Session(
            self.credential,
            Limiter(settings.max_requests_per_second, settings.max_concurrency),
            api_base=settings.api_base or DEFAULT_API_BASE,
            account_id=account_id,
            patience=self._patience,
        )

    @cached_property
    def source(self) -> str:
        """The mode and, if it is known, the account of the objects that are read."""
        mode = "live" if self.credential.livemode else "test"
        account_id = self.settings.account_id or self.credential.account_id
        return " ".join(filter(None, (mode, account_id)))

    @cached_property
    def display(self) -> Display:
        """The display of the run's progress."""
        return Display(self.session.usage, self._logger, terminal=self.environ.get("TERM", ""))

    @cached_property
    def feed(self) -> Feed:
        """The events that all streams follow; the first stream to ask begins the run.

        Raises:
            StripeError: Stripe does not answer, or refuses.
        """
        streams = [each for each in self._streams() if each.selected and not each.finished]
        positions = [each.bookmark.position for each in streams]
        known = [position for position in positions if position is not None]
        types = [type_ for each in streams for type_ in each.event_types]
        return read_feed(self.session, types, min(known, default=None))

    def log_summary(self) -> None:
        """Log the requests of the run, once, at its end."""
        if not self._summarised and "session" in self.__dict__:
            self._summarised = True
            session = self.session
            summary = session.usage.summary(self.display.records, session.limiter.per_second)
            self._logger.info("%s", summary)
