"""The visitors that count for an experiment, and their revenue."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.transform.reference.economics import plus
from tests.transform.reference.money import local_date

if TYPE_CHECKING:
    from datetime import datetime

    from tests.transform.reference.attribution import Attribution
    from tests.transform.worlds import Experiment


@dataclass(frozen=True)
class Visitor:
    """A visitor who saw one variant, with revenue in, after and before the window, in minor units.

    Each amount is None if a part of it has no rate.
    """

    variant: str
    within: int | None
    later: int | None
    before: int | None

    @property
    def is_payer(self) -> bool:
        """Whether there is revenue in the window, of whatever amount."""
        return self.within is None or self.within > 0


@dataclass(frozen=True)
class Exposed:
    """The times at which a visitor first saw each variant while the experiment ran."""

    experiment_id: str
    visitor_id: str
    first: dict[str, datetime]

    @property
    def at(self) -> datetime:
        """The time of the first exposure."""
        return min(self.first.values())


def exposed(attribution: Attribution) -> list[Exposed]:
    """The exposures, one for each experiment and visitor."""
    world, settings = attribution.world, attribution.settings
    runs = {run.experiment_id: run for run in world.experiments}
    seen: dict[tuple[str, str], dict[str, datetime]] = defaultdict(dict)
    for row in world.experiment_exposures:
        run = runs.get(row.experiment_id)
        if run is None or not row.visitor_id or row.exposed_at < run.started_at:
            continue
        if run.ended_at is not None and row.exposed_at >= run.ended_at:
            continue
        if local_date(row.exposed_at, settings) > (settings.as_of_date or date.max):
            continue
        first = seen[row.experiment_id, row.visitor_id]
        first[row.variant] = min(row.exposed_at, first.get(row.variant, row.exposed_at))
    return [Exposed(*key, first) for key, first in seen.items()]


def visitors(attribution: Attribution) -> dict[tuple[str, str], Visitor]:
    """Visitors by experiment and visitor id, without those who saw several variants."""
    settings, people = attribution.settings, attribution.people
    runs = {run.experiment_id: run for run in attribution.world.experiments}
    known = [
        payment
        for payment in attribution.payments
        if payment.day <= (settings.as_of_date or date.max)
    ]
    rows: dict[tuple[str, str], Visitor] = {}
    devices: dict[tuple[str, int], list[Exposed]] = defaultdict(list)
    for one in exposed(attribution):
        if len(one.first) == 1:
            rows[one.experiment_id, one.visitor_id] = Visitor(*one.first, 0, 0, 0)
            person = people.of_visitor(one.visitor_id)
            if person is not None:
                devices[one.experiment_id, person].append(one)
    for (experiment, person), theirs in devices.items():
        payer = min(theirs, key=lambda one: (one.at, one.visitor_id))
        end = runs[experiment].ended_at
        if settings.conversion_window_days is not None:
            end = payer.at + timedelta(days=settings.conversion_window_days)
        start = payer.at - timedelta(days=settings.experiment_cuped_days)
        within: int | None = 0
        later: int | None = 0
        before: int | None = 0
        for payment in known:
            if payment.person != person or payment.charge.created < start:
                continue
            amount = payment.net_reporting
            if payment.charge.created < payer.at:
                before = plus(before, amount)
            elif end is None or payment.charge.created < end:
                within = plus(within, amount)
            else:
                later = plus(later, amount)
        rows[experiment, payer.visitor_id] = Visitor(*payer.first, within, later, before)
    return rows


def is_running(run: Experiment, attribution: Attribution) -> bool:
    """Whether the experiment, or the window after its end, may still go on."""
    if run.ended_at is None:
        return True
    settings = attribution.settings
    window = timedelta(days=settings.conversion_window_days or 0)
    last_second = run.ended_at + window - timedelta(seconds=1)
    last_day = max((payment.day for payment in attribution.payments), default=date.max)
    return local_date(last_second, settings) > (settings.as_of_date or last_day)


@dataclass(frozen=True)
class Arm:
    """A variant's revenue in the window (capped) and before it, one entry for each visitor."""

    within: list[int]
    before: list[int]

    @property
    def n(self) -> int:
        """The number of visitors."""
        return len(self.within)


def arms(of_experiment: list[Visitor], percentile: float | None) -> dict[str, Arm]:
    """The arm of each variant; revenue is capped at a percentile of all variants' payers.

    It is empty if revenue of any visitor has no rate.
    """
    if any(None in {visitor.within, visitor.before} for visitor in of_experiment):
        return {}
    payers = sorted(visitor.within for visitor in of_experiment if visitor.within > 0)
    limit = math.inf
    if percentile is not None and payers:
        limit = payers[max(0, math.ceil(percentile * len(payers)) - 1)]
    found: dict[str, Arm] = defaultdict(lambda: Arm([], []))
    for visitor in of_experiment:
        within = visitor.within if visitor.within <= limit else int(limit)
        found[visitor.variant].within.append(within)
        found[visitor.variant].before.append(visitor.before)
    return dict(found)
