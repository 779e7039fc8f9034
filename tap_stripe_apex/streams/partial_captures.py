"""What really went back to the payer, where only a part of an authorisation was captured. Pure.

Up to API version 2025-03-31.basil Stripe called the part that was not captured a refund: it counts
in `amount_refunded`, a Refund was made in the second of the capture, and the charge's balance
transaction is of all that was authorised. Since then the rest is nowhere. What the request that
captured was versioned decides, so that both kinds live in one account.

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
"""Seconds after its creation in which a charge is captured as a rule, or never."""


class Rest(Enum):
    """What the part of an authorisation that was not captured is called."""

    REFUND = "before 2025-03-31.basil"
    NOTHING = "since 2025-03-31.basil"


class PartialCharge(Protocol):
    """The amounts of a charge, in minor units, and when it was created."""

    @property
    def created(self) -> int:
        """In seconds since 1970."""

    @property
    def amount(self) -> int:
        """Authorised."""

    @property
    def amount_captured(self) -> int:
        """Gross."""

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
    """What a balance transaction says of a charge, in minor units of its currency."""

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
    """The kind of a partial capture, as far as its charge alone tells; None where it cannot."""
    rest = charge.amount - charge.amount_captured
    if charge.amount_refunded < rest:
        return Rest.NOTHING
    if charge.created < BASIL or charge.amount_refunded > charge.amount_captured:
        return Rest.REFUND
    return Rest.NOTHING if charge.refunded else None


def told_by_settlement(charge: PartialCharge, settled: int, rate: Decimal | None) -> Rest | None:
    """The kind of a partial capture by what was settled; None where that fits neither.

    Args:
        charge: the partial capture.
        settled: amount of its balance transaction, in minor units.
        rate: minor units of the settled currency for one of the charge's; None for the same.
    """
    factor = Decimal(1) if rate is None else rate
    authorised, captured = charge.amount * factor, charge.amount_captured * factor
    off_authorised, off_captured = abs(settled - authorised), abs(settled - captured)
    apart = authorised - captured
    # Rates are rounded and so is what was converted by them: only what is clearly nearer tells.
    if min(off_authorised, off_captured) > apart / 4 or (rate is not None and apart < 2):
        return None
    return Rest.REFUND if off_authorised < off_captured else Rest.NOTHING


def refund_of_the_rest(charge: PartialCharge, made: Iterable[MadeRefund]) -> MadeRefund | None:
    """The refund that may be what was not captured; None means that the rest was called nothing.

    Nothing can be refunded before the capture, so that it can only be among the first refunds.

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
    """Minor units that really went back to the payer; what was never captured cannot.

    Args:
        charge: any charge.
        rest: the kind, of a partial capture; the safer one, which leaves less revenue, if None.
    """
    if rest is Rest.REFUND and is_partial(charge):
        return charge.amount_refunded - (charge.amount - charge.amount_captured)
    return min(charge.amount_refunded, charge.amount_captured)


def settled_part(charge: PartialCharge, settled: Settled) -> Settled:
    """The captured part of what was settled for all that was authorised.

    A second balance transaction takes the rest back, and its share of the fee with it.
    """
    return Settled(_share(charge, settled.amount), _share(charge, settled.fee))


def _share(charge: PartialCharge, whole: int) -> int:
    part = Decimal(whole * charge.amount_captured) / charge.amount
    return int(part.to_integral_value(ROUND_HALF_EVEN))
