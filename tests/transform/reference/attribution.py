"""The touches that a charge is credited to, and the amounts."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tests.transform.reference import channels, visits
from tests.transform.reference.carried import Carried
from tests.transform.reference.customers import Customers
from tests.transform.reference.identity import People
from tests.transform.reference.money import Rates, local_date
from tests.transform.reference.settings import MODELS, SINGLE_TOUCH
from tests.transform.reference.shares import conversion_probability, decay, shared_out
from tests.transform.reference.visits import Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.transform.reference.channels import Visit
    from tests.transform.reference.settings import Settings
    from tests.transform.worlds import Charge, Lead, World

MILLION = 1_000_000


@dataclass(frozen=True)
class Payment:
    """A row of `fct_revenue`, with the columns that the reference computes."""

    charge: Charge
    person: int
    number: int
    previous_day: date | None
    is_new: bool | None
    day: date
    email: str | None
    match_status: str
    matched_by: str | None
    match_conflict: bool
    unmatched_reason: str | None
    lead: Lead | None
    gross_reporting: int | None
    net_reporting: int | None
    kept: int
    kept_reporting: int | None
    basis: int | None
    basis_reporting: int | None

    @property
    def is_conversion(self) -> bool:
        """Whether the payment counts as a conversion, and so has a number."""
        return self.number > 0


@dataclass(frozen=True)
class Credit:
    """A row of `fct_attribution`."""

    payment: Payment
    model: str
    position: int
    touchpoint_id: str | None
    visit: Visit
    reason: str | None
    minor: int
    reporting: int | None
    micros: int
    kept: int
    kept_reporting: int | None
    basis: int | None
    basis_reporting: int | None


@dataclass
class Attribution:
    """All credits of a world."""

    world: World
    settings: Settings

    @cached_property
    def people(self) -> People:
        """The identities of people."""
        return People(self.world, self.settings)

    @cached_property
    def rates(self) -> Rates:
        """The exchange rates."""
        return Rates(self.world, self.settings)

    @cached_property
    def first_leads(self) -> dict[int, Lead]:
        """The first lead of each person."""
        first: dict[int, Lead] = {}
        for lead in sorted(self.world.leads, key=lambda lead: (lead.created_at, lead.lead_id)):
            person = self.people.of_lead(lead)
            if person is not None:
                first.setdefault(person, lead)
        return first

    @cached_property
    def payments(self) -> list[Payment]:
        """Charges in the order of each person's payments."""
        of_person: dict[int, list[Charge]] = defaultdict(list)
        for charge in sorted(self.people.current_charges(), key=lambda c: (c.created, c.id)):
            of_person[self.people.of_charge(charge)].append(charge)
        rows = []
        for person, charges in of_person.items():
            previous = None
            conversions = [charge for charge in charges if self._counts_as_conversion(charge)]
            others = [charge for charge in charges if not self._counts_as_conversion(charge)]
            for number, charge in enumerate(conversions, start=1):
                is_new = self.customers.is_new(charges, charge) if number == 1 else False
                rows.append(self._payment(charge, person, number, previous, is_new=is_new))
                previous = rows[-1].day
            for number, charge in enumerate(others, start=1 + len(conversions)):
                rows.append(self._payment(charge, person, -number, None, is_new=False))
        return rows

    def _counts_as_conversion(self, charge: Charge) -> bool:
        return charge.net_of_refunds > 0 or self.settings.count_charges_of_zero

    @cached_property
    def customers(self) -> Customers:
        """Which customers are new."""
        return Customers(self.people.current_charges(), self.settings)

    def _payment(
        self,
        charge: Charge,
        person: int,
        number: int,
        previous: date | None,
        *,
        is_new: bool | None,
    ) -> Payment:
        email, route = self.people.email_of_charge(charge)
        lead = self.first_leads.get(person)
        key = self.people.references.key(charge)
        told = self.carried.first(person)
        reason = None
        if key is not None:
            route = "by_reference"
        elif lead is not None and lead.created_at <= charge.created and email is not None:
            key = {"direct": "email", "via_customer": "customer"}[route]
        elif told is not None and told.step.touch.occurred_at <= charge.created:
            route, key = "by_touch", told.field
        elif email is None:
            reason = "no_email"
        elif lead is None:
            reason = "no_lead"
        else:
            reason = "lead_after_charge"
        is_early = lead is not None and lead.created_at <= charge.created
        net, kept = charge.net_of_refunds, self.rates.kept(charge)
        net_reporting = self.rates.charge_part(net, charge)
        kept_reporting = self.rates.charge_part(kept, charge)
        return Payment(
            charge=charge,
            person=person,
            number=number,
            previous_day=previous,
            is_new=is_new,
            day=local_date(charge.created, self.settings),
            email=email,
            match_status=route if reason is None else "none",
            matched_by=key,
            match_conflict=self.people.references.is_conflict(charge),
            unmatched_reason=reason,
            lead=lead if is_early else None,
            gross_reporting=self.rates.charge_part(charge.gross, charge),
            net_reporting=net_reporting,
            kept=kept,
            kept_reporting=kept_reporting,
            basis=self.rates.basis(net, kept, charge.currency),
            basis_reporting=self.rates.basis(net_reporting, kept_reporting, charge.currency),
        )

    def lacks_a_rate(self) -> bool:
        """Whether some money cannot be converted into the reporting currency."""
        bills = (
            self.rates.convert(1, bill.currency, bill.spend_date) for bill in self.world.ad_spend
        )
        return None in [
            *bills,
            *(payment.net_reporting for payment in self.payments),
            *(payment.gross_reporting for payment in self.payments),
        ]

    @cached_property
    def steps(self) -> dict[int, list[Step]]:
        """All touches of each person in order, including those of excluded channels."""
        seen: dict[int, list[Step]] = defaultdict(list)
        own_hosts = visits.own_hosts(self.world, self.settings)
        first = visits.first_page_views(self.world, self.settings)
        for touch in sorted(first, key=lambda t: (t.occurred_at, t.touchpoint_id)):
            visit = channels.of_touch(touch, own_hosts, self.world.channel_rules)
            seen[self.people.of_touch(touch)].append(Step(touch, visit))
        return self.carried.steps(seen)

    @cached_property
    def carried(self) -> Carried:
        """The touches that payments carry."""
        return Carried(self.people)

    def is_shared(self, person: int) -> bool:
        """Whether the person has more visits than a single person makes."""
        return len(self.steps.get(person, ())) > self.settings.max_touches_per_email

    def _counts(self, step: Step) -> bool:
        return step.visit.channel not in self.settings.excluded_channels

    def converted_at(self, payment: Payment) -> datetime:
        """The moment whose touches the payment is credited to."""
        if self.settings.recurring_credit == "first_conversion" and payment.is_conversion:
            return min(
                other.charge.created
                for other in self.payments
                if other.person == payment.person and other.is_conversion
            )
        return payment.charge.created

    def path(self, payment: Payment) -> list[Step]:
        """The touches that led to a payment."""
        end = self.converted_at(payment)
        window = timedelta(days=self.settings.attribution_window_days)
        before = [
            step
            for step in self.steps.get(payment.person, ())
            if self._counts(step) and step.touch.occurred_at <= end
        ]
        if self.is_shared(payment.person):
            before = before[-1:]
        return [step for step in before if end - step.touch.occurred_at < window]

    @cached_property
    def credits_(self) -> list[Credit]:
        """Every row of `fct_attribution`."""
        return [row for payment in self.payments for row in self._credit(payment)]

    def _credit(self, payment: Payment) -> Iterator[Credit]:
        path = self.path(payment)
        for model in MODELS:
            if not path:
                yield self._without_touch(payment, model)
                continue
            weights = self._weights(model, path)
            amounts = self._amounts(payment)
            shares = zip(
                *(
                    [None] * len(path) if amount is None else shared_out(amount, weights)
                    for amount in amounts
                ),
                strict=True,
            )
            for position, (step, weight, share) in enumerate(
                zip(path, weights, shares, strict=True), start=1
            ):
                if weight or model not in SINGLE_TOUCH:
                    reason = "shared_mailbox" if self.is_shared(payment.person) else None
                    touch_id = step.touch.touchpoint_id
                    yield Credit(payment, model, position, touch_id, step.visit, reason, *share)

    def _without_touch(self, payment: Payment, model: str) -> Credit:
        visit = channels.Visit("unattributed", None, None)
        reason = payment.unmatched_reason or "no_visit"
        if payment.lead is not None:
            of_lead = channels.of_lead(payment.lead, self.world.channel_rules)
            reason = "excluded_channel"
            if of_lead.channel not in self.settings.excluded_channels:
                reason = "lead_too_old"
                if self._is_recent(payment.lead, self.converted_at(payment)):
                    visit, reason = of_lead, "lead_channel"
        return Credit(payment, model, 0, None, visit, reason, *self._amounts(payment))

    def _amounts(self, payment: Payment) -> tuple[Any, ...]:
        """The amounts of a payment that are divided, in the order of a credit's fields."""
        return (
            payment.charge.net_of_refunds,
            payment.net_reporting,
            MILLION,
            payment.kept,
            payment.kept_reporting,
            payment.basis,
            payment.basis_reporting,
        )

    def _is_recent(self, lead: Lead, end: datetime) -> bool:
        days = self.settings.lead_window_days
        if days is None:
            days = self.settings.attribution_window_days
        return days == 0 or end - lead.created_at < timedelta(days=days)

    def _weights(self, model: str, path: Sequence[Step]) -> list[int]:
        """The weight of each touch, a whole number."""
        length = len(path)
        last = length - 1
        if model == "first_touch":
            return [int(place == 0) for place in range(length)]
        if model == "last_touch":
            return [int(place == last) for place in range(length)]
        if model == "last_non_direct":
            places = [p for p, step in enumerate(path) if step.visit.channel != "direct"]
            return [int(place == max(places, default=last)) for place in range(length)]
        if model == "position_based" and length > 2:
            middle = length - 2
            return [2 * middle if place in {0, last} else 1 for place in range(length)]
        if model == "time_decay":
            end = path[-1].touch.occurred_at
            return [decay(end - step.touch.occurred_at, self.settings) for step in path]
        if model == "markov":
            return [self.markov_weights.get(step.visit.channel, 1) for step in path]
        return [1] * length

    @cached_property
    def markov_weights(self) -> dict[str, int]:
        """The removal effect of each channel in ten-thousandths, at least one."""
        walks: list[list[str]] = []
        conversions = [payment for payment in self.payments if payment.is_conversion]
        payers = {payment.person for payment in conversions}
        for payment in conversions:
            if not self.is_shared(payment.person) and (path := self.path(payment)):
                walks.append(["(start)", *(s.visit.channel for s in path), "(conversion)"])
        for person, steps in self.steps.items():
            walked = [step.visit.channel for step in steps if self._counts(step)]
            if person not in payers and walked:
                walks.append(["(start)", *walked, "(nothing)"])
        moves = Counter(move for walk in walks for move in pairwise(walk))
        whole = conversion_probability(moves, removed=None)
        states = {here for here, _ in moves} - {"(start)"}
        return {
            channel: max(
                1,
                math.floor(
                    10_000 * (1 - conversion_probability(moves, removed=channel) / whole)
                    + Fraction(5001, 10_000)
                )
                if whole
                else 1,
            )
            for channel in states
        }
