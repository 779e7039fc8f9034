"""The amount that was really refunded, if only a part of an authorisation was captured. Pure.

Before API version 2025-03-31.basil, Stripe called the part that was not captured a refund: it
counts in `amount_refunded`, a Refund was created in the second of the capture, and the charge's
balance transaction is of the whole authorised amount. Since then the rest is recorded nowhere. The
API version of the request that captured decides, so an account may have charges of both kinds.

Source: https://docs.stripe.com/changelog/basil/2025-03-31/
    remove-refund-from-partial-capture-and-payment-cancellation-flow
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

BASIL: Final = 1_743_379_200
"""2025-03-31 UTC: a charge that was created before cannot be of the new kind."""

LONGEST_AUTHORISATION: Final = 32 * 86_400
"""Seconds after its creation within which a charge is usually captured, if ever."""


class Rest(Enum):
    """The kinds of partial captures: how Stripe records the part that was not captured."""

    REFUND = "before 2025-03-31.basil"
    NOTHING = "since 2025-03-31.basil"


class PartialCharge(Protocol):
    """The amounts of a charge, in minor units, and when it was created."""

    @property
    def created(self) -> int:
        """In seconds since 1970."""

    @property
    def amount(self) -> int:
        """The authorised amount."""

    @property
    def amount_captured(self) -> int:
        """The captured amount."""

    @property
    def amount_refunded(self) -> int:
        """By Stripe's own count."""

    @property
    def refunded(self) -> bool:
        """Whether all of it was refunded, by Stripe's own count."""


class MadeRefund(NamedTuple):
    """A refund that neither failed nor was cancelled: when it was made, and its minor units."""

    created: int
    amount: int


class Settled(NamedTuple):
    """The amounts of a charge's balance transaction, in minor units of its own currency."""

    amount: int
    fee: int

    @property
    def net(self) -> int:
        """What is left after the fee."""
        return self.amount - self.fee


def is_partial(charge: PartialCharge) -> bool:
    """Whether some but not all of the authorised amount was captured."""
    return 0 < charge.amount_captured < charge.amount


def told_by_charge(charge: PartialCharge) -> Rest | None:
    """The kind of a partial capture by its charge alone; None if that cannot tell."""
    rest = charge.amount - charge.amount_captured
    if charge.amount_refunded < rest:
        return Rest.NOTHING
    if charge.created < BASIL or charge.amount_refunded > charge.amount_captured:
        return Rest.REFUND
    return Rest.NOTHING if charge.refunded else None


def told_by_settlement(charge: PartialCharge, settled: int, rate: Decimal | None) -> Rest | None:
    """The kind of a partial capture by the settled amount; None if it fits neither kind.

    Args:
        charge: the partial capture.
        settled: amount of its balance transaction, in minor units.
        rate: minor units of the settled currency per minor unit of the charge's; None if they are
            the same currency.
    """
    factor = Decimal(1) if rate is None else rate
    authorised, captured = charge.amount * factor, charge.amount_captured * factor
    off_authorised, off_captured = abs(settled - authorised), abs(settled - captured)
    apart = authorised - captured
    # Rates and converted amounts are rounded, so only an amount that is clearly nearer counts.
    if min(off_authorised, off_captured) > apart / 4 or (rate is not None and apart < 2):
        return None
    return Rest.REFUND if off_authorised < off_captured else Rest.NOTHING


def refund_of_the_rest(charge: PartialCharge, made: Iterable[MadeRefund]) -> MadeRefund | None:
    """The refund that may stand for the part that was not captured; None if there is none.

    Nothing can be refunded before the capture, so it can only be one of the first refunds.

    Args:
        charge: the partial capture.
        made: all refunds of the charge, or at least the first ones.
    """
    made = list(made)
    first = min((refund.created for refund in made), default=0)
    rest = charge.amount - charge.amount_captured
    candidates = (each for each in made if each.created == first and each.amount == rest)
    return next(candidates, None)


def refunded_amount(charge: PartialCharge, rest: Rest | None) -> int:
    """Minor units that were really refunded to the payer, without what was never captured.

    Args:
        charge: any charge.
        rest: the kind of a partial capture; if None, the kind that leaves less revenue.
    """
    if rest is Rest.REFUND and is_partial(charge):
        return charge.amount_refunded - (charge.amount - charge.amount_captured)
    return min(charge.amount_refunded, charge.amount_captured)


def settled_part(charge: PartialCharge, settled: Settled) -> Settled:
    """The captured part of the amount that was settled for the whole authorisation.

    A second balance transaction reverses the rest, with its share of the fee.
    """
    return Settled(_share(charge, settled.amount), _share(charge, settled.fee))


def _share(charge: PartialCharge, whole: int) -> int:
    part = Decimal(whole * charge.amount_captured) / charge.amount
    return int(part.to_integral_value(ROUND_HALF_EVEN))
