"""Evidence for the kind of a partial capture besides its charge; read only where that is unclear.

A balance transaction that came with the charge costs no request. Without it, refunds are listed by
windows of creation, not by charge. If the first refund is of exactly the rest, it stands for the
part that was not captured if it was created in the second of the capture, which the balance
transaction or the event charge.captured tells.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from tap_stripe_apex import money
from tap_stripe_apex.errors import (
    KEYS_URL,
    InvalidRequestError,
    PermissionDeniedError,
    UnknownCurrencyError,
)
from tap_stripe_apex.reading.events import KEPT_SECONDS, OVERLAP_SECONDS
from tap_stripe_apex.reading.listing import Endpoint
from tap_stripe_apex.reading.windows import Window
from tap_stripe_apex.streams.lookup import Lookup
from tap_stripe_apex.streams.partial_captures import (
    LONGEST_AUTHORISATION,
    MadeRefund,
    PartialCharge,
    Rest,
    refund_of_the_rest,
    told_by_charge,
    told_by_settlement,
)

if TYPE_CHECKING:
    import logging
    from collections.abc import Sequence

    from tap_stripe_apex.wire.session import Session

_FEW: Final = 3
"""Up to so many charges are looked up one by one; for more, lists cost fewer requests."""

_MANY: Final = 20
"""After so many look-ups of refunds outside of a short window, all later refunds are listed."""

_GIVEN_BACK: Final = {"failed", "canceled"}


class Capture(PartialCharge, Protocol):
    """A charge that was captured in part."""

    @property
    def id(self) -> str:
        """ch_..."""

    @property
    def currency(self) -> str:
        """Lower case."""


class Settlement(Protocol):
    """A balance transaction of a charge."""

    @property
    def created(self) -> int | None:
        """The second of the capture."""

    @property
    def amount(self) -> int:
        """In minor units of its currency."""

    @property
    def currency(self) -> str:
        """Lower case."""

    @property
    def exchange_rate(self) -> Decimal | None:
        """From the charge's currency to its own."""


class _Refund(msgspec.Struct, frozen=True, gc=False):
    id: str
    created: int
    amount: int
    charge: str | None = None
    status: str | None = None


class _Transaction(msgspec.Struct, frozen=True, gc=False):
    id: str
    created: int
    amount: int
    currency: str
    source: str | None = None
    exchange_rate: Decimal | None = None


class _CapturedCharge(msgspec.Struct, frozen=True, gc=False):
    id: str


class _CapturedData(msgspec.Struct, frozen=True, gc=False):
    object: _CapturedCharge


class _CapturedEvent(msgspec.Struct, frozen=True, gc=False):
    id: str
    created: int
    data: _CapturedData


class CaptureEvidence:
    """Finds the kinds of partial captures, for one run.

    Args:
        session: with Stripe.
        now: Stripe's time when the run began; later refunds are looked up charge by charge.
        logger: gets the warning.
    """

    def __init__(self, session: Session, now: int, logger: logging.Logger) -> None:
        self._now = now
        self._logger = logger
        self._asked = 0
        self._late = 0
        self._unclear = 0
        self._refused: set[str] = set()
        self._refunds = Endpoint(session, "/v1/refunds", _Refund, what="refunds")
        self._transactions = Endpoint(
            session, "/v1/balance_transactions", _Transaction, what="balance transactions"
        )
        events: Endpoint[_CapturedEvent] = Endpoint(
            session,
            "/v1/events",
            _CapturedEvent,
            what="events",
            params=[("type", "charge.captured")],
        )
        self._refund_lists = Lookup(self._refunds, lambda each: each.charge, now)
        self._transaction_lists = Lookup(self._transactions, lambda each: each.source, now)
        self._event_lists = Lookup(events, lambda each: each.data.object.id, now)

    def rest_of(
        self, charge: Capture, transaction_id: str | None, settlement: Settlement | None
    ) -> Rest | None:
        """The kind of a partial capture; None if nothing that the key may read tells it.

        Args:
            charge: the partial capture.
            transaction_id: the id of its balance transaction, if it has one by now.
            settlement: its balance transaction, if it came with the charge.
        """
        if (rest := told_by_charge(charge) or told_by_transaction(charge, settlement)) is not None:
            return rest
        self._asked += 1
        made = self._made_refunds(charge)
        if made is None:
            rest = told_by_transaction(charge, settlement or self._transaction(transaction_id))
            self._unclear += rest is None
            return rest
        candidate = refund_of_the_rest(charge, made)
        if candidate is None:
            return Rest.NOTHING
        if settlement is not None:
            return _by_time(settlement, candidate.created)
        if (rest := self._told_by_transaction(charge, transaction_id, candidate)) is not None:
            return rest
        captured = self._was_captured_at(candidate.created, charge)
        # A refund that equals the rest by chance is much rarer than one that stands for it.
        return Rest.NOTHING if captured is False else Rest.REFUND

    def warn(self) -> None:
        """Warn once how many charges stayed unclear, and which permission would help."""
        if self._unclear:
            self._logger.warning(
                "Of %d partially captured charges this key cannot read whether money went back; "
                "their refunded_amount and net_revenue assume that it did. Grant 'Refunds: Read' "
                "or 'Balance Transactions: Read' to it in the Dashboard (%s), and read all charges "
                "again once.",
                self._unclear,
                KEYS_URL,
            )
            self._unclear = 0

    def _made_refunds(self, charge: Capture) -> list[MadeRefund] | None:
        """The first refunds of a charge, or all of them; None if the key may not read refunds."""
        if "refunds" in self._refused:
            return None
        try:
            found: Sequence[_Refund] = ()
            if self._asked > _FEW:
                window = Window(charge.created, charge.created + LONGEST_AUTHORISATION)
                found = self._refund_lists.find(charge.id, window)
            if not found:
                found = self._late_refunds(charge)
        except PermissionDeniedError:
            self._refused.add("refunds")
            return None
        return [
            MadeRefund(each.created, each.amount)
            for each in found
            if each.status not in _GIVEN_BACK
        ]

    def _late_refunds(self, charge: Capture) -> Sequence[_Refund]:
        """Refunds that were created long after the charge, or while the lists were read."""
        self._late += 1
        found: Sequence[_Refund] = ()
        if self._late > _MANY:
            found = self._refund_lists.find(charge.id, Window(charge.created, self._now))
        return found or self._refunds_of(charge.id)

    def _refunds_of(self, charge: str) -> list[_Refund]:
        try:
            return [each for page in self._refunds.pages([("charge", charge)]) for each in page]
        except InvalidRequestError as error:
            if error.code != "resource_missing":
                raise
            return []

    def _transaction(self, transaction_id: str | None) -> _Transaction | None:
        if transaction_id is None or "transactions" in self._refused:
            return None
        try:
            return self._transactions.one(transaction_id)
        except PermissionDeniedError:
            self._refused.add("transactions")
            return None

    def _told_by_transaction(
        self, charge: Capture, transaction_id: str | None, candidate: MadeRefund
    ) -> Rest | None:
        """The kind by the balance transaction, if it can be read and was not read before."""
        if self._asked <= _FEW or self._is_recent(candidate.created):
            found = self._transaction(transaction_id)
        elif transaction_id is None or "transactions" in self._refused:
            return None
        else:
            window = Window(candidate.created, candidate.created + 1)
            try:
                listed = self._transaction_lists.find(charge.id, window)
            except PermissionDeniedError:
                self._refused.add("transactions")
                return None
            if not listed:  # then it was captured in another second
                return Rest.NOTHING
            found = listed[0]
        if found is None:
            return None
        return told_by_transaction(charge, found) or _by_time(found, candidate.created)

    def _was_captured_at(self, second: int, charge: Capture) -> bool | None:
        """Whether it was captured in that second, by the events; None if they cannot tell."""
        if second == charge.created:
            return True
        if self._is_recent(second) or second <= self._now - KEPT_SECONDS:
            return None
        if "events" in self._refused:
            return None
        try:
            found = self._event_lists.find(charge.id, Window(second, second + 1))
        except PermissionDeniedError:
            self._refused.add("events")
            return None
        return any(each.created == second for each in found)

    def _is_recent(self, second: int) -> bool:
        """Whether a list may still lack refunds of that second."""
        return second >= self._now - OVERLAP_SECONDS


def _by_time(settlement: Settlement, refunded: int) -> Rest:
    return Rest.REFUND if settlement.created == refunded else Rest.NOTHING


def told_by_transaction(charge: Capture, settlement: Settlement | None) -> Rest | None:
    """The kind of a partial capture by its balance transaction; None if that is unclear."""
    if settlement is None:
        return None
    rate = settlement.exchange_rate
    if settlement.currency != charge.currency:
        if rate is None:
            return None
        try:
            shift = money.decimals(settlement.currency) - money.decimals(charge.currency)
        except UnknownCurrencyError:
            return None
        rate = rate.scaleb(shift)
    return told_by_settlement(charge, settlement.amount, rate)
