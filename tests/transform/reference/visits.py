"""Which page views start a visit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.transform.reference import channels
from tests.transform.reference.identity import normalize

if TYPE_CHECKING:
    from tests.transform.reference.channels import Visit
    from tests.transform.reference.settings import Settings
    from tests.transform.worlds import Touchpoint, World


@dataclass(frozen=True)
class Step:
    """A touch in a path: the first page view of a visit, or a touch that a payment carries."""

    touch: Touchpoint
    visit: Visit


def visitor(page_view: Touchpoint, settings: Settings) -> tuple[str, str]:
    """The visitor of a page view: its browser, else its email, else the page view itself."""
    if page_view.visitor_id:
        return "visitor", page_view.visitor_id
    if email := normalize(page_view.email, settings):
        return "email", email
    return "row", page_view.touchpoint_id


def own_hosts(world: World, settings: Settings) -> set[str]:
    """The user's own hosts: those of the var, else those of all landing pages."""
    found = {channels.host(page_view.landing_page) for page_view in world.touchpoints} - {""}
    return set(settings.own_hosts) or found


def first_page_views(world: World, settings: Settings) -> list[Touchpoint]:
    """The first page view of each visit."""
    of_visitor: dict[tuple[str, str], list[Touchpoint]] = defaultdict(list)
    for page_view in sorted(world.touchpoints, key=lambda t: (t.occurred_at, t.touchpoint_id)):
        of_visitor[visitor(page_view, settings)].append(page_view)
    timeout = timedelta(minutes=settings.visit_timeout_minutes)
    own = own_hosts(world, settings)
    found = []
    for page_views in of_visitor.values():
        known: dict[str, object] = {}
        before = None
        for page_view in page_views:
            brought = channels.origin(page_view, own).brought()
            if before is None or page_view.occurred_at - before.occurred_at >= timeout:
                found.append(page_view)
                known = {}
            elif any(known.get(kind) != what for kind, what in brought.items()):
                found.append(page_view)
            known |= brought
            before = page_view
    return found
