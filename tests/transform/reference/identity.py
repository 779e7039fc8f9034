"""Identities: the addresses, browsers and Stripe customers that belong to one person."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tests.transform.reference.references import References, payer

if TYPE_CHECKING:
    from tests.transform.reference.settings import Settings
    from tests.transform.worlds import Charge, Lead, Touchpoint, World


FORMATS = [0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F)]
BLANKS = dict.fromkeys(
    code
    for code in range(0x10000)
    if unicodedata.category(chr(code)) in {"Cc", "Zs", "Zl", "Zp"}
    or code in {*FORMATS, *range(0x2060, 0x2070), 0xFEFF}
)
"""Characters that addresses cannot have: controls, blanks, and formatting characters."""


def normalize(email: str | None, settings: Settings) -> str | None:
    """An address in the form in which all its spellings are equal."""
    if email is None:
        return None
    plain = unicodedata.normalize("NFC", email.translate(BLANKS)).lower()
    plain = unicodedata.normalize("NFC", plain)
    if "@" in plain:
        name, host = plain.split("@", 1)
        if settings.email_plus_tags == "drop":
            name = name.split("+")[0]
        if settings.email_gmail_dots == "drop" and host in {"gmail.com", "googlemail.com"}:
            name, host = name.replace(".", ""), "gmail.com"
        plain = f"{name}@{host}"
    return plain or None


def number(text: str) -> int:
    """The id of a text."""
    return int(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:15], 16)


@dataclass
class People:
    """People as connected components of addresses, visitors and customers."""

    world: World
    settings: Settings
    links: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for lead in self.world.leads:
            self._link(lead.email, "visitor", lead.visitor_id)
        for touch in self.world.touchpoints:
            self._link(touch.email, "visitor", touch.visitor_id)
        for charge in self.current_charges():
            self._link(charge.customer_email, "customer", charge.customer_id)

    def current_charges(self) -> list[Charge]:
        """The charges that the source still has."""
        return [charge for charge in self.world.charges if charge.deleted_at is None]

    def _link(self, email: str | None, kind: str, name: str | None) -> None:
        address = normalize(email, self.settings)
        if address is None:
            return
        self.links.setdefault(f"email {address}", set())
        if name:
            self.links[f"email {address}"].add(f"{kind} {name}")
            self.links.setdefault(f"{kind} {name}", set()).add(f"email {address}")

    def emails_with(self, node: str) -> list[str]:
        """All addresses of the person behind a node, sorted."""
        seen, todo = set(), [node]
        while todo:
            here = todo.pop()
            if here not in seen:
                seen.add(here)
                todo.extend(self.links.get(here, ()))
        return sorted(name.removeprefix("email ") for name in seen if name.startswith("email "))

    def normal(self, email: str | None) -> str | None:
        """An address in normal form."""
        return normalize(email, self.settings)

    @cached_property
    def references(self) -> References:
        """The references that payments carry."""
        return References(self)

    def _known(self, *nodes: str | None) -> int | None:
        for node in nodes:
            if node is not None and (emails := self.emails_with(node)):
                return number(emails[0])
        return None

    def base(self, node: str) -> int:
        """The person behind a node, ignoring references."""
        known = self._known(node)
        return number(node) if known is None else known

    def _joined(self, person: int) -> int:
        return self.references.joined.get(person, person)

    def person(self, *nodes: str | None) -> int | None:
        """The person behind the first of the nodes that leads to an address."""
        known = self._known(*nodes)
        return None if known is None else self._joined(known)

    def of_lead(self, lead: Lead) -> int | None:
        """The person of a lead; without an address, that of a visitor whom a payment names."""
        if email := self.normal(lead.email):
            return self.person(f"email {email}")
        return self.of_visitor(lead.visitor_id) if self._is_named(lead.visitor_id) else None

    def of_visitor(self, visitor: str | None) -> int | None:
        """The person of a browser that has left an address or that a payment names, else None."""
        if self._is_named(visitor):
            return self._joined(self.base(f"visitor {visitor}"))
        return self.person(f"visitor {visitor}")

    def _is_named(self, visitor: str | None) -> bool:
        return visitor in self.references.named_visitors

    def of_touch(self, touch: Touchpoint) -> int:
        """The person of a touch; a visitor without an address is a person of their own."""
        email = self.normal(touch.email)
        known = self.person(
            touch.visitor_id and f"visitor {touch.visitor_id}", email and f"email {email}"
        )
        if known is None:
            return self._joined(number(f"visitor {touch.visitor_id or touch.touchpoint_id}"))
        return known

    def email_of_charge(self, charge: Charge) -> tuple[str | None, str]:
        """The address of a charge, and where it was found: in the charge or its customer."""
        if email := normalize(charge.customer_email, self.settings):
            return email, "direct"
        of_customer = [
            email
            for other in self.current_charges()
            if charge.customer_id and other.customer_id == charge.customer_id
            if (email := normalize(other.customer_email, self.settings))
        ]
        return (min(of_customer), "via_customer") if of_customer else (None, "none")

    def base_of_charge(self, charge: Charge) -> int:
        """The person who paid, ignoring references."""
        email, _ = self.email_of_charge(charge)
        known = self._known(email and f"email {email}")
        return number(payer(charge)) if known is None else known

    def of_payer(self, who: str) -> int | None:
        """The person of a customer or of a guest's charge; None if they never paid."""
        known = self.references.payers.get(who)
        return None if known is None else self._joined(known)

    def of_charge(self, charge: Charge) -> int:
        """The person who paid; if nothing is known of them, one for the customer or the charge."""
        return self._joined(self.base_of_charge(charge))
