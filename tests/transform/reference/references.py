"""References: the fields by which payments name who pays, and the people that they link."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.transform.reference.identity import People
    from tests.transform.worlds import Charge


class Claim(NamedTuple):
    """A field that names who pays; the smallest claim of a payment is the one that counts."""

    carrier: int
    key_rank: int
    key: str
    value: str
    payer: str
    charge: str | None


class Target(NamedTuple):
    """A person whom a claim can name, ignoring references."""

    person: int
    visitor: str | None


def payer(charge: Charge) -> str:
    """The payer's key: the customer, else the charge."""
    return f"customer {charge.customer_id}" if charge.customer_id else f"charge {charge.id}"


@dataclass
class References:
    """The claims of a world, and the people whom they name."""

    people: People

    @cached_property
    def claims(self) -> list[Claim]:
        """All claims."""
        return [claim for claim in {*self._of_charges(), *self._of_sessions()} if claim.value]

    def _of_charges(self) -> Iterator[Claim]:
        for charge in self.people.current_charges():
            yield from self._fields(1, charge.metadata, payer(charge), charge.id)
            if charge.customer_id:
                yield from self._fields(3, charge.customer_metadata, payer(charge), None)

    def _of_sessions(self) -> Iterator[Claim]:
        of_intent = {f"pi_{charge.id}": charge for charge in self.people.current_charges()}
        for session in self.people.world.checkout_sessions:
            if session.deleted_at is not None or session.status != "complete":
                continue
            charge = of_intent.get(session.payment_intent_id or "")
            if charge is None and not session.customer_id:
                continue
            who = payer(charge) if charge else f"customer {session.customer_id}"
            where = charge and charge.id
            yield from self._fields(2, session.metadata, who, where)
            for rank, key, value in (
                (0, "client_reference_id", (session.client_reference_id or "").strip()),
                (1000, "customer_email", self.people.normal(session.customer_email)),
            ):
                if value:
                    yield Claim(2, rank, key, value, who, where)

    def _fields(
        self, carrier: int, metadata: str | None, who: str, where: str | None
    ) -> Iterator[Claim]:
        fields = json.loads(metadata or "{}")
        for rank, key in enumerate(self.people.settings.reference_keys, start=1):
            if value := str(fields.get(key, "")).strip(" "):
                yield Claim(carrier, rank, key, value, who, where)

    @cached_property
    def payers(self) -> dict[str, int]:
        """The person of each payer, ignoring references."""
        return {
            payer(charge): self.people.base_of_charge(charge)
            for charge in self.people.current_charges()
        }

    def targets(self, value: str) -> set[Target]:
        """The people whom a value names."""
        world, base = self.people.world, self.people.base
        found = set()
        if any(value == row.visitor_id for row in (*world.touchpoints, *world.leads)):
            found.add(Target(base(f"visitor {value}"), value))
        for lead in world.leads:
            if lead.lead_id == value:
                if email := self.people.normal(lead.email):
                    found.add(Target(base(f"email {email}"), None))
                elif lead.visitor_id:
                    found.add(Target(base(f"visitor {lead.visitor_id}"), lead.visitor_id))
        email = self.people.normal(value)
        if email and any(
            email == self.people.normal(row.email) for row in (*world.touchpoints, *world.leads)
        ):
            found.add(Target(base(f"email {email}"), None))
        return found

    @cached_property
    def matches(self) -> list[tuple[Claim, Target]]:
        """The claims that name somebody, without values that too many people share."""
        carriers: dict[str, set[int]] = defaultdict(set)
        heard = [claim for claim in self.claims if claim.payer in self.payers]
        for claim in heard:
            carriers[claim.value].add(self.payers[claim.payer])
        most = self.people.settings.max_people_per_reference
        return [
            (claim, target)
            for claim in heard
            if len(carriers[claim.value]) <= most
            for target in self.targets(claim.value)
        ]

    @cached_property
    def named_visitors(self) -> set[str]:
        """Visitors whom payments name, directly or by a lead without an email."""
        return {target.visitor for _, target in self.matches if target.visitor}

    @cached_property
    def joined(self) -> dict[int, int]:
        """The person that each person becomes if references link them to others."""
        links: dict[int, set[int]] = defaultdict(set)
        for claim, target in self.matches:
            links[self.payers[claim.payer]].add(target.person)
            links[target.person].add(self.payers[claim.payer])
        found: dict[int, int] = {}
        for start in sorted(links):
            todo = [start]
            while todo:
                here = todo.pop()
                if here not in found:
                    found[here] = start
                    todo.extend(links[here])
        return found

    def key(self, charge: Charge) -> str | None:
        """The field that names who paid; None if there is none."""
        of_payer = [claim for claim, _ in self.matches if claim.payer == payer(charge)]
        own = [claim for claim in of_payer if claim.charge == charge.id]
        best = min(own or of_payer, key=lambda claim: claim[:4], default=None)
        return best and best.key

    def is_conflict(self, charge: Charge) -> bool:
        """Whether the payer's references and address name people whom nothing else links."""
        named = {target.person for claim, target in self.matches if claim.payer == payer(charge)}
        if not named:
            return False
        world, person = self.people.world, self.payers[payer(charge)]
        forms = (*world.leads, *(touch for touch in world.touchpoints if touch.visitor_id))
        emails = {email for row in forms if (email := self.people.normal(row.email))}
        if any(self.people.base(f"email {email}") == person for email in emails):
            named.add(person)
        return len(named) > 1
