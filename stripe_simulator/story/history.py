"""The story of a company in its Stripe account: a pure function of seed and size."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from operator import attrgetter

from stripe_simulator.account import Account
from stripe_simulator.book import EVENT_RETENTION, epoch
from stripe_simulator.funds import DAY
from stripe_simulator.story.campaigns import OF_PAYERS
from stripe_simulator.story.checkouts import create_promotion_codes, open_session, refer
from stripe_simulator.story.dice import Dice
from stripe_simulator.story.experiments import PRICING_PAGE
from stripe_simulator.story.fates import happen
from stripe_simulator.story.payments import PlannedCharge, Planner
from stripe_simulator.story.people import Payer, make_payer, visitor_id
from stripe_simulator.story.rates import DailyRates
from stripe_simulator.story.span import (
    AFTERMATH,
    GREAT_DAY,
    NOW,
    START,
    Rhythm,
    first_of_months,
    midnight,
)

_PAYERS = 1  # the purpose of the dice that decide who pays what
_SWAYED_PERCENT = 55  # payers who take a more expensive plan after seeing the better page
_NATURAL_SHARE = 5  # percent of all charges that lie in the great day without bargain hunters
_CHARGES_PER_PAYER = 3.7
_CHARGES_PER_HUNTER = 1.5
_LOST_PERCENT = 30  # people who saw the old page and therefore do not buy


@dataclass(frozen=True, slots=True)
class Engagement:
    """A payer, when they first came to pay, and their charges in order of time."""

    payer: Payer
    visitor: str
    joined: int
    charges: list[PlannedCharge]


@dataclass(frozen=True, slots=True)
class Story:
    """Eighteen months of a company, and what is scheduled for the month after.

    Args:
        seed: determines the company and its history.
        charges: the number of charges, of any status, up to the end of the story.
        great_share: the approximate percentage of all charges on the great day. By default,
            only people who know the company buy on it; a higher share adds bargain hunters, who
            buy on that day and never again.
    """

    seed: int = 7
    charges: int = 20_000
    great_share: int = _NATURAL_SHARE

    @property
    def start(self) -> int:
        """The epoch second at which it begins."""
        return epoch(START)

    @property
    def now(self) -> int:
        """The epoch second at which the account's clock stands still."""
        return epoch(NOW)

    def rates(self) -> DailyRates:
        """The exchange rates of its days."""
        return DailyRates(self.seed, self.start, epoch(NOW + AFTERMATH))

    def engagements(self) -> Iterator[Engagement]:
        """Payers with their charges, until there are enough charges."""
        end = epoch(NOW + AFTERMATH)
        rhythm = Rhythm(self.start, end)
        billing_days = first_of_months(self.start, end)
        planner = Planner(end, billing_days, midnight(GREAT_DAY))
        now, left, index = self.now, self.charges, 0
        while left > 0:
            engagement = self._engagement(index, rhythm, planner)
            past = sum(charge.at < now for charge in engagement.charges)
            if past > left:
                del engagement.charges[left:]
            left -= past
            index += 1
            yield engagement

    def account(self, account: Account | None = None) -> Account:
        """The account with its history; the clock is at its end, and later events are scheduled."""
        account = account or self._empty_account()
        with _collector_paused():
            self._replay(account)
        return account

    def _replay(self, account: Account) -> None:
        now = self.now
        account.tell_nothing_before(NOW - timedelta(seconds=EVENT_RETENTION))
        create_promotion_codes(account)
        planned: list[PlannedCharge] = []
        for engagement in self.engagements():
            planned += engagement.charges
            for session in refer(
                self.seed, engagement.payer, engagement.visitor, engagement.charges
            ):
                account.schedule_epoch(session.at, partial(open_session, account, session))
            if engagement.payer.leaves and engagement.charges:
                leaves_at = engagement.charges[-1].at + (10 + engagement.payer.index % 40) * DAY
                account.schedule_epoch(leaves_at, partial(_leave, account, engagement.payer))
        planned.sort(key=attrgetter("at"), reverse=True)
        # Plans are popped one by one, so that their memory is reused for the records.
        while planned and planned[-1].at < now:
            account.advance_to_epoch(planned[-1].at)
            happen(account, planned.pop())
        while planned:
            account.schedule_epoch(planned[-1].at, partial(happen, account, planned.pop()))
        account.advance_to(NOW)

    def _empty_account(self) -> Account:
        return Account(START, seed=self.seed, rates=self.rates().on)

    def _engagement(self, index: int, rhythm: Rhythm, planner: Planner) -> Engagement:
        dice = Dice(self.seed, _PAYERS, index)
        payer = make_payer(self.seed, index, dice.pick(OF_PAYERS), dice)
        visitor = visitor_id(self.seed, "payer", index)
        if self.great_share > _NATURAL_SHARE and dice.share() < self._hunters():
            bargains = planner.bargains(payer, dice)
            return Engagement(payer, visitor, bargains[0].at, bargains)
        joined = rhythm.moment(dice)
        premium = dice.chance(payer.campaign.premium)
        lost = False
        if PRICING_PAGE.runs(joined):
            if PRICING_PAGE.variant(visitor) == "variant_b":
                premium = premium or dice.chance(_SWAYED_PERCENT)
            else:
                lost = dice.chance(_LOST_PERCENT)
        charges = [] if lost else planner.plan(payer, joined, premium=premium, dice=dice)
        return Engagement(payer, visitor, joined, charges)

    def _hunters(self) -> float:
        """The part of all payers who come for the great day alone."""
        more = (self.great_share - _NATURAL_SHARE) * _CHARGES_PER_PAYER
        return more / (more + (100 - self.great_share) * _CHARGES_PER_HUNTER)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the garbage collector, which would take a third of the time: records have no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _leave(account: Account, payer: Payer) -> None:
    if payer.customer is not None:
        account.delete_customer(payer.customer)
