"""The touches that payments carry: in metadata, or by a promotion code with a channel."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tests.transform.reference import channels
from tests.transform.reference.references import payer
from tests.transform.reference.visits import Step
from tests.transform.worlds import Touchpoint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from tests.transform.reference.identity import People
    from tests.transform.worlds import Charge, PromotionCode, Session

FIELDS = ("utm_source", "utm_medium", "utm_campaign", *channels.CLICK_IDS)


class Told(NamedTuple):
    """A touch that a person's payment carries."""

    person: int
    field: str
    step: Step

    def origins(self) -> Iterator[tuple[str, object]]:
        """The campaign and the click ids that the touch names, by kind."""
        return origins(self.step) if self.field != "promotion_code" else iter(())


def origins(step: Step) -> Iterator[tuple[str, object]]:
    """The campaign and the click ids that a visit names, by kind."""
    brought = channels.origin(step.touch, set()).brought()
    return ((kind, what) for kind, what in brought.items() if kind != "referrer")


@dataclass
class Carried:
    """The touches that the payments of a world carry."""

    people: People

    @cached_property
    def codes(self) -> dict[str, PromotionCode]:
        """The row of each code that has a channel; of several, the alphabetically first."""

        def place(row: PromotionCode) -> tuple[str, str, str]:
            channel = channels.snake_case(row.channel) or ""
            return channel, channels.label(row.campaign) or "", channels.label(row.partner) or ""

        rows = sorted(self.people.world.promotion_codes, key=place, reverse=True)
        by_code = {(row.code or "").strip(" ").lower(): row for row in rows if place(row)[0]}
        return {code: row for code, row in by_code.items() if code}

    @cached_property
    def sessions(self) -> list[Session]:
        """The completed sessions, in order of time."""
        found = [
            session
            for session in self.people.world.checkout_sessions
            if session.deleted_at is None and session.status == "complete"
        ]
        return sorted(found, key=lambda session: (session.created, session.id))

    def code(self, session: Session) -> tuple[str | None, PromotionCode | None]:
        """The code that was entered in a session, else its id or the coupon's; and its row."""
        names = (session.promotion_code, session.promotion_code_id, session.coupon_id)
        said = [name.strip(" ") for name in names if name and name.strip(" ")]
        rows = (self.codes.get(name.lower()) for name in said)
        return next(iter(said), None), next((row for row in rows if row), None)

    def code_of(self, charge: Charge) -> tuple[str | None, PromotionCode | None]:
        """The code of the charge's session, else of the last subscription before it."""
        own = [s for s in self.sessions if s.payment_intent_id == f"pi_{charge.id}"]
        subscribed = [
            session
            for session in self.sessions
            if not session.payment_intent_id
            and charge.customer_id
            and session.customer_id == charge.customer_id
            and session.created <= charge.created
        ]
        behind = own or subscribed
        return self.code(behind[-1]) if behind else (None, None)

    @cached_property
    def touches(self) -> list[Told]:
        """All carried touches in order of time, each as often as it is carried."""
        found = [*self._of_charges(), *self._of_sessions(), *self._of_customers()]
        return sorted(found, key=lambda told: _place(told.step))

    def first(self, person: int) -> Told | None:
        """The first carried touch of a person."""
        return next((told for told in self.touches if told.person == person), None)

    def _of_charges(self) -> Iterator[Told]:
        for charge in self.people.current_charges():
            opened = [s.created for s in self.sessions if s.payment_intent_id == f"pi_{charge.id}"]
            at = min(opened, default=charge.created)
            yield from self._read(f"charge {charge.id}", payer(charge), at, charge.metadata)

    def _of_sessions(self) -> Iterator[Told]:
        paid = {f"pi_{charge.id}": payer(charge) for charge in self.people.current_charges()}
        for session in self.sessions:
            who = paid.get(session.payment_intent_id or "", f"customer {session.customer_id}")
            at = session.created
            yield from self._read(f"session {session.id}", who, at, session.metadata)
            _, row = self.code(session)
            person = self.people.of_payer(who)
            if row and person is not None:
                touch = Touchpoint(touchpoint_id=f"code {session.id}", occurred_at=at)
                yield Told(person, "promotion_code", Step(touch, channels.of_code(row)))

    def _of_customers(self) -> Iterator[Told]:
        of_customer: dict[str, list[Charge]] = defaultdict(list)
        for charge in self.people.current_charges():
            if charge.customer_id:
                of_customer[charge.customer_id].append(charge)
        for customer, charges in of_customer.items():
            telling = [c for c in charges if any(f in (c.customer_metadata or "") for f in FIELDS)]
            made = [c.customer_created for c in charges if c.customer_created]
            at = min(made or [c.created for c in charges])
            for charge in sorted(telling, key=lambda c: (c.updated_at or c.created, c.id))[-1:]:
                who = f"customer {customer}"
                yield from self._read(who, who, at, charge.customer_metadata)

    def _read(self, key: str, who: str, at: datetime, metadata: str | None) -> Iterator[Told]:
        said = json.loads(metadata or "{}")
        fields = {name: said[name] for name in FIELDS if channels.label(said.get(name))}
        person = self.people.of_payer(who)
        if fields and person is not None:
            touch = Touchpoint(touchpoint_id=key, occurred_at=at, **fields)
            visit = channels.of_touch(touch, set(), self.people.world.channel_rules)
            yield Told(person, next(iter(fields)), Step(touch, visit))

    def steps(self, visits: Mapping[int, list[Step]]) -> dict[int, list[Step]]:
        """All touches of each person in order, whether recorded or carried."""
        found = defaultdict(list, {person: list(steps) for person, steps in visits.items()})
        before: dict[tuple[int, str, object], datetime] = {}
        for told in self.touches:
            at = told.step.touch.occurred_at
            is_new = True
            for kind, what in told.origins():
                key = (told.person, kind, str(what))
                is_new &= key not in before or self._are_apart(before[key], at)
                before[key] = at
            if is_new and not self._is_seen(told, visits.get(told.person, [])):
                found[told.person].append(told.step)
        return {person: sorted(steps, key=_place) for person, steps in found.items()}

    def _are_apart(self, one: datetime, two: datetime) -> bool:
        return one < two and two - one >= timedelta(
            minutes=self.people.settings.visit_timeout_minutes
        )

    def _is_seen(self, told: Told, visits: list[Step]) -> bool:
        window = timedelta(days=self.people.settings.attribution_window_days)
        at = told.step.touch.occurred_at
        named = list(told.origins())
        return any(
            timedelta(0) <= at - visit.touch.occurred_at < window
            and any(origin in named for origin in origins(visit))
            for visit in visits
        )


def _place(step: Step) -> tuple[datetime, str]:
    return step.touch.occurred_at, step.touch.touchpoint_id
