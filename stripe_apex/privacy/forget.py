"""`stripe-apex forget`: removes a person from every place, with all joined identities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stripe_apex.privacy.erasure import change_all, delete_old_touchpoints, erase, random_name
from stripe_apex.privacy.person import NAMES, Person

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from stripe_apex.privacy.erasure import Removed
    from stripe_apex.privacy.person import Search
    from stripe_apex.privacy.places import Place
    from tap_stripe_apex.hashing import Hashing


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A person who was found, and what was removed.

    Attributes:
        person: the person, with all identities.
        removed: what was done to each table.
    """

    person: Person
    removed: tuple[Removed, ...]

    def identities(self) -> str:
        """The joined identities, in one line."""
        here = {role: values for role, values in self.person.known.items() if values}
        return "; ".join(
            f"{NAMES[role]}: {', '.join(sorted(values)[:5])}"
            + (f" and {len(values) - 5} more" if len(values) > 5 else "")
            for role, values in here.items()
        )


def forget(
    places: Sequence[Place], who: str, hashing: Hashing | None, *, keep: bool
) -> Forgotten | None:
    """Remove a person from all places; None if no place knows the person.

    Args:
        places: the places with personal data.
        who: an email address, or the id of a visitor, a lead or a customer.
        hashing: the hashing of addresses, if they are hashed.
        keep: False rolls everything back, to show what would be removed.
    """
    person = Person.named(who, hashing)

    def look(search: Search) -> AbstractSet[str]:
        search.grow(person)
        return frozenset()

    if "@" not in who:
        for place in places:
            place.look(lambda search: person.known_as(who, search.roles_of(who)))
    before = -1
    while before != person.size:
        before = person.size
        for place in places:
            place.look(look)
    name = random_name()
    removed = change_all(places, lambda search: erase(search, person, name), keep=keep)
    return Forgotten(person, tuple(removed)) if removed else None


def forget_touchpoints(places: Sequence[Place], before: datetime, *, keep: bool) -> list[Removed]:
    """Delete the visits before a time from all places."""
    return change_all(places, lambda search: delete_old_touchpoints(search, before), keep=keep)
