"""The account's books: its clock, its schedule, its objects and the events about them."""

import heapq
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeAlias, TypeVar

from stripe_simulator.funds import DAY, Funds, Rates, standing_rates
from stripe_simulator.ids import bucket, identifier
from stripe_simulator.records import (
    BalanceTransactionRecord,
    ChargeRecord,
    CheckoutSessionRecord,
    CustomerRecord,
    DisputeRecord,
    EventRecord,
    EventSubject,
    PromotionCodeRecord,
    RefundRecord,
)
from stripe_simulator.store import Collection, Stored

EVENT_RETENTION = 30 * DAY

_CHECKOUT_EVENTS = ("checkout.", "promotion_code.")

Operation: TypeAlias = Callable[[], object]
R = TypeVar("R", bound=Stored)


class InvalidOperationError(ValueError):
    """Something that Stripe would not do, such as capturing a charge twice."""


class Book:
    """A clock that only its owner moves, and the account's objects and events at that time.

    Args:
        now: the clock's first time; aware.
        seed: determines the ids, so that two accounts can have different ones.
        livemode: the `livemode` of its objects.
        currency: the currency that balance transactions settle in if `rates` knows a rate.
        rates: a function of a currency and an epoch second: millionths of `currency` per unit.
        account_id: the id of the account.
        old_events: whether events have the form of an account whose default API version is years
            old: `charge.refunded` is the only event of a new refund, and disputes have no id.
        listing_delay: the longest time from an object's or event's timestamp until it is listed;
            each has its own delay, as Stripe's sometimes have.
    """

    def __init__(
        self,
        now: datetime,
        *,
        seed: int = 0,
        livemode: bool = False,
        currency: str = "usd",
        rates: Rates = standing_rates,
        account_id: str = "acct_1SimulatedApex0",
        old_events: bool = False,
        listing_delay: timedelta = timedelta(0),
    ) -> None:
        self.customers: Collection[CustomerRecord] = Collection()
        self.charges: Collection[ChargeRecord] = Collection()
        self.refunds: Collection[RefundRecord] = Collection()
        self.disputes: Collection[DisputeRecord] = Collection()
        self.balance_transactions: Collection[BalanceTransactionRecord] = Collection()
        self.checkout_sessions: Collection[CheckoutSessionRecord] = Collection()
        self.promotion_codes: Collection[PromotionCodeRecord] = Collection()
        self.events: Collection[EventRecord] = Collection()
        self.livemode = livemode
        self.account_id = account_id
        self._funds = Funds(currency, rates)
        self.old_events = old_events
        self._listing_delay = int(listing_delay.total_seconds())
        self._seed = seed
        self._serials: Counter[str] = Counter()
        self._unpaid_sessions: dict[str, str] = {}  # by the pending charge that will pay it
        self._now = epoch(now)
        self._events_from = self._now - EVENT_RETENTION
        self._schedule: list[tuple[int, int, Operation]] = []

    @property
    def now(self) -> datetime:
        """The account's time, in whole seconds."""
        return datetime.fromtimestamp(self._now, UTC)

    @property
    def now_epoch(self) -> int:
        """The account's time as Stripe writes it: seconds since 1970."""
        return self._now

    @property
    def oldest_event(self) -> int:
        """The epoch second before which events are forgotten: Stripe keeps 30 days."""
        return self._now - EVENT_RETENTION

    @property
    def has_listing_delay(self) -> bool:
        """Whether there may be objects that are not listed yet."""
        return self._listing_delay > 0

    def is_listed(self, record: Stored) -> bool:
        """Whether lists include the record by now; it can be retrieved by its id at once."""
        age = self._now - record.created
        return age >= self._listing_delay or age >= bucket(record.id, self._listing_delay + 1)

    def schedule(self, at: datetime, operation: Operation) -> None:
        """Run `operation` when the clock reaches `at`, or at once if that is past."""
        self.schedule_epoch(epoch(at), operation)

    def schedule_epoch(self, at: int, operation: Operation) -> None:
        """The same as `schedule`, for an epoch second."""
        self._serials["schedule"] += 1
        heapq.heappush(self._schedule, (at, self._serials["schedule"], operation))

    def advance(self, delta: timedelta) -> None:
        """Move the clock forward by `delta`."""
        self.advance_to(self.now + delta)

    def advance_to(self, when: datetime) -> None:
        """Move the clock forward to `when`; runs the operations that are due, in order of time."""
        self.advance_to_epoch(epoch(when))

    def advance_to_epoch(self, when: int) -> None:
        """The same as `advance_to`, for an epoch second."""
        if when < self._now:
            raise InvalidOperationError("A clock cannot go back.")
        schedule = self._schedule
        while schedule and schedule[0][0] <= when:
            at, _, operation = heapq.heappop(schedule)
            self._now = max(self._now, at)
            operation()
        self._now = when

    def tell_nothing_before(self, when: datetime) -> None:
        """Record no events before `when`: a long history is made faster without old events."""
        self._events_from = epoch(when)

    def _new_id(self, prefix: str) -> str:
        serial = self._serials[prefix] = self._serials[prefix] + 1
        return identifier(prefix, self._seed, serial)

    def _emit(
        self,
        type_: str,
        about: EventSubject,
        previous: Mapping[str, object] | None = None,
    ) -> None:
        # The serial also counts events that are not kept: ids must not depend on that.
        # Checkout has its own serials, so that the ids of all other events do not depend on it.
        series = "evt_checkout_" if type_.startswith(_CHECKOUT_EVENTS) else "evt_"
        serial = self._serials[series] = self._serials[series] + 1
        untold = type_.startswith("refund.") and self.old_events
        if self._now >= self._events_from and not untold:
            event_id = "evt_" + identifier(series, self._seed, serial).removeprefix(series)
            self.events.add(EventRecord(event_id, self._now, type_, about, previous))

    def _change(self, event: str, charge: ChargeRecord) -> str:
        """Replace a charge by its new version and record the event; returns the charge's id."""
        self.charges.replace(charge)
        self._emit(event, charge)
        return charge.id

    def _post_charge(self, charge: ChargeRecord, amount: int | None = None) -> str:
        # Stripe, too, gives a charge and its balance transaction similar ids.
        transaction = self._funds.charged(
            f"txn_{charge.id[15:]}{charge.id[3:15]}",
            charge,
            charge.amount_captured if amount is None else amount,
            self._now,
        )
        self.balance_transactions.add(transaction)
        return transaction.id

    def _post(self, kind: str, *, source: str, amount: int, currency: str, fee: int = 0) -> str:
        transaction = self._funds.moved(
            self._new_id("txn_"),
            kind,
            source=source,
            amount=amount,
            currency=currency,
            at=self._now,
            fee=fee,
        )
        self.balance_transactions.add(transaction)
        return transaction.id


def epoch(when: datetime) -> int:
    """An aware time in whole seconds since 1970."""
    if when.tzinfo is None:
        raise ValueError("The account's times are aware: give the datetime a time zone.")
    return int(when.timestamp())


def require(condition: object, message: str) -> None:
    """Raise InvalidOperationError with `message` unless the condition holds."""
    if not condition:
        raise InvalidOperationError(message)
