"""What people pay, and what happens to each charge later: its fate."""

from enum import Enum
from operator import attrgetter

from msgspec import Struct

from stripe_simulator.funds import DAY
from stripe_simulator.records import ChargeStatus, Metadata
from stripe_simulator.story.dice import Dice, Odds
from stripe_simulator.story.people import Payer
from stripe_simulator.story.span import busy_second

# Minor units per dollar of the price list: $29 becomes 29.00 euros, 4,350 yen or 8.700 dinars.
_PRICE_UNITS = {"jpy": 150, "kwd": 300}

_PLANS = (("starter", 29), ("team", 79), ("business", 199))
_PLAN_OF = Odds({0: 60, 1: 32, 2: 8})
_PLAN_METADATA: tuple[Metadata, ...] = tuple({"plan": name} for name, _ in _PLANS)
_PRODUCTS = (("Template pack", 19), ("Workshop", 49), ("Audit", 149), ("Annual pass", 290))
_PRODUCT_OF = Odds({0: 40, 1: 33, 2: 19, 3: 8})
_BATCH_PERCENT = 8
_GREAT_PERCENT = 45  # of payers who know the company by the great day
LUCK = 1_000_000
"""The upper bound, exclusive, of a charge's luck."""
_MONTH = 30 * DAY + 37_800  # a twelfth of a year and a little less


class Fate(Enum):
    """What happens to a charge, with its first status and whether it is captured at once."""

    def __init__(self, _: str, status: ChargeStatus = "succeeded", *uncaptured: str) -> None:
        self.status: ChargeStatus = status
        self.capture = not uncaptured

    PLAIN = ("plain",)
    POSTED_LATE = ("posted late",)
    DECLINED = "declined", "failed"
    CAPTURED = "captured", "succeeded", "uncaptured"
    CAPTURED_PARTLY = "captured partly", "succeeded", "uncaptured"
    EXPIRED = "expired", "succeeded", "uncaptured"
    REFUNDED = ("refunded",)
    REFUNDED_PARTLY = ("refunded partly",)
    REFUNDED_SLOWLY = ("refunded slowly",)
    REFUND_FAILED = ("refund failed",)
    DISPUTE_WON = ("dispute won",)
    DISPUTE_LOST = ("dispute lost",)
    INQUIRY_CLOSED = ("inquiry closed",)
    INQUIRY_ESCALATED = ("inquiry escalated",)
    SETTLED = "settled", "pending"
    SETTLED_REFUNDED = "settled, then refunded", "pending"
    SETTLED_REVERSED = "settled, then reversed", "pending"
    FAILED = "failed", "pending"


_CARD_FATES = Odds(
    {
        Fate.PLAIN: 8_560,
        Fate.POSTED_LATE: 60,
        Fate.DECLINED: 260,
        Fate.CAPTURED: 220,
        Fate.CAPTURED_PARTLY: 110,
        Fate.EXPIRED: 60,
        Fate.REFUNDED: 330,
        Fate.REFUNDED_PARTLY: 210,
        Fate.REFUNDED_SLOWLY: 60,
        Fate.REFUND_FAILED: 30,
        Fate.DISPUTE_WON: 25,
        Fate.DISPUTE_LOST: 45,
        Fate.INQUIRY_CLOSED: 20,
        Fate.INQUIRY_ESCALATED: 10,
    }
)
_BANK_FATES = Odds(
    {
        Fate.SETTLED: 8_900,
        Fate.SETTLED_REFUNDED: 250,
        Fate.SETTLED_REVERSED: 200,
        Fate.FAILED: 650,
    }
)


class PlannedCharge(Struct, gc=False):
    """A charge that will be made at epoch second `at`; `luck` decides the details of its fate.

    `renews` says that it is the next month of a plan. `session` is the checkout session that it
    pays, known once that is open.
    """

    at: int
    payer: Payer
    amount: int
    description: str
    metadata: Metadata
    fate: Fate
    luck: int
    renews: bool = False
    session: str | None = None


class Planner:
    """Plans what payers buy in the span of a story.

    Args:
        end: the epoch second from which no charges are planned.
        billing_days: the epoch seconds at which the batch biller charges all its subscribers.
        great_day: the epoch second at which the great day begins.
    """

    def __init__(self, end: int, billing_days: list[int], great_day: int) -> None:
        self._end = end
        self._billing_days = billing_days
        self._great_day = great_day

    def plan(self, payer: Payer, joined: int, *, premium: bool, dice: Dice) -> list[PlannedCharge]:
        """The charges of a payer, the first of them at `joined`, in order of time."""
        if dice.chance(payer.campaign.loyal):
            charges = self._subscription(payer, joined, dice, premium=premium)
        else:
            charges = self._orders(payer, joined, dice, premium=premium)
        if joined < self._great_day and dice.chance(_GREAT_PERCENT):
            charges += self.bargains(payer, dice)
            charges.sort(key=attrgetter("at"))
        return charges

    def bargains(self, payer: Payer, dice: Dice) -> list[PlannedCharge]:
        """What a payer buys on the great day, at a fifth off, in order of time."""
        charges = []
        for _ in range(dice.between(1, 2)):
            order = self._order(busy_second(dice, self._great_day), payer, dice)
            order.amount = order.amount * 8 // 10
            charges.append(order)
        return sorted(charges, key=attrgetter("at"))

    def _subscription(
        self, payer: Payer, joined: int, dice: Dice, *, premium: bool
    ) -> list[PlannedCharge]:
        level = min(dice.pick(_PLAN_OF) + premium, 2)
        name, price = _PLANS[level]
        amount = price * _PRICE_UNITS.get(payer.currency, 100)
        months = 1
        while not dice.chance(payer.campaign.churn):
            months += 1
        moments = [joined + month * _MONTH for month in range(months)]
        if dice.chance(_BATCH_PERCENT):
            moments[1:] = [day for day in self._billing_days if day > joined][: months - 1]
        return [
            PlannedCharge(
                at,
                payer,
                amount,
                f"Plan {name}",
                _PLAN_METADATA[level],
                *_drawn(payer, dice),
                renews=True,
            )
            for at in moments
            if at < self._end
        ]

    def _orders(
        self, payer: Payer, joined: int, dice: Dice, *, premium: bool
    ) -> list[PlannedCharge]:
        charges, at = [], joined
        while at < self._end:
            charges.append(self._order(at, payer, dice, extra=int(premium)))
            if not dice.chance(52):
                break
            at += dice.between(3, 110) * DAY + dice.below(DAY)
        return charges

    def _order(self, at: int, payer: Payer, dice: Dice, extra: int = 0) -> PlannedCharge:
        product, price = _PRODUCTS[min(dice.pick(_PRODUCT_OF) + extra, 3)]
        quantity = 1 if dice.chance(80) else dice.between(2, 4)
        amount = quantity * price * _PRICE_UNITS.get(payer.currency, 100)
        metadata = {"order_id": f"A-{payer.index}-{at % DAY}"} if dice.chance(50) else {}
        return PlannedCharge(at, payer, amount, product, metadata, *_drawn(payer, dice))


def _drawn(payer: Payer, dice: Dice) -> tuple[Fate, int]:
    fates = _CARD_FATES if payer.method.type == "card" else _BANK_FATES
    return dice.pick(fates), dice.below(LUCK)
