"""Revenue per exposed visitor."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.transform.reference.attribution import Attribution


@dataclass(frozen=True)
class Visitor:
    """An exposed visitor with the revenue after and before the first exposure, minor units."""

    variant: str
    after: int
    before: int


def visitors(attribution: Attribution) -> dict[tuple[str, str], Visitor]:
    """By experiment and visitor."""
    world, people = attribution.world, attribution.people
    runs = {run.experiment_id: run for run in world.experiments}
    first: dict[tuple[str, str], tuple] = {}
    for exposure in sorted(world.experiment_exposures, key=lambda e: (e.exposed_at, e.variant)):
        run = runs.get(exposure.experiment_id)
        if run is None or not exposure.visitor_id or exposure.exposed_at < run.started_at:
            continue
        if run.ended_at is not None and exposure.exposed_at >= run.ended_at:
            continue
        first.setdefault((exposure.experiment_id, exposure.visitor_id), exposure)
    devices: dict[tuple[str, int], list] = defaultdict(list)
    for exposure in first.values():
        person = people.person(f"visitor {exposure.visitor_id}")
        if person is not None:
            devices[exposure.experiment_id, person].append(exposure)
    rows = {key: Visitor(exposure.variant, 0, 0) for key, exposure in first.items()}
    window = timedelta(days=attribution.settings.experiment_cuped_days)
    for (experiment, person), exposures in devices.items():
        payer = min(exposures, key=lambda e: (e.exposed_at, e.visitor_id))
        after = before = 0
        for payment in attribution.payments:
            if payment.person == person:
                paid = payment.charge.created
                if paid >= payer.exposed_at:
                    after += payment.net_reporting or 0
                elif paid >= payer.exposed_at - window:
                    before += payment.net_reporting or 0
        rows[experiment, payer.visitor_id] = Visitor(payer.variant, after, before)
    return rows


@dataclass(frozen=True)
class Arm:
    """A variant's revenue after (capped) and before, one entry for each visitor."""

    after: list[int]
    before: list[int]

    @property
    def n(self) -> int:
        """Visitors."""
        return len(self.after)


def mean(values: list[int]) -> Fraction:
    """The mean."""
    return Fraction(sum(values), len(values))


def covariance(one: list[int], two: list[int]) -> Fraction:
    """Sample covariance; of a list with itself, its variance."""
    middle_one, middle_two = mean(one), mean(two)
    products = ((a - middle_one) * (b - middle_two) for a, b in zip(one, two, strict=True))
    return sum(products, Fraction(0)) / (len(one) - 1)


def cap(arms: dict[str, Arm], percentile: float | None) -> dict[str, Arm]:
    """Revenue counts up to that of a share of the payers of all variants."""
    payers = sorted(value for arm in arms.values() for value in arm.after if value > 0)
    if percentile is None or not payers:
        return arms
    limit = payers[max(0, math.ceil(percentile * len(payers)) - 1)]
    return {
        name: Arm([min(value, limit) for value in arm.after], arm.before)
        for name, arm in arms.items()
    }


@dataclass(frozen=True)
class Comparison:
    """A variant against control, in minor units."""

    difference: float
    standard_error: float
    degrees_of_freedom: float
    lift: float | None
    relative_error: float | None


def compare(arms: dict[str, Arm], variant: str) -> Comparison | None:
    """Welch's comparison, adjusted by CUPED; None where there is no spread."""
    before = [value for arm in arms.values() for value in arm.before]
    after = [value for arm in arms.values() for value in arm.after]
    spread = covariance(before, before) if len(before) > 1 else Fraction(0)
    theta = covariance(after, before) / spread if spread else Fraction(0)
    treated, control = arms[variant], arms["control"]
    if min(treated.n, control.n) < 2:
        return None

    def share(arm: Arm) -> Fraction:
        variance = covariance(arm.after, arm.after) + theta**2 * covariance(arm.before, arm.before)
        return (variance - 2 * theta * covariance(arm.after, arm.before)) / arm.n

    def adjusted(arm: Arm) -> Fraction:
        return mean(arm.after) - theta * mean(arm.before)

    one, two = share(treated), share(control)
    if one + two <= 0:
        return None
    difference = adjusted(treated) - adjusted(control)
    base = mean(control.after)
    relative = one / base**2 + two * mean(treated.after) ** 2 / base**4 if base else None
    return Comparison(
        difference=float(difference),
        standard_error=math.sqrt(one + two),
        degrees_of_freedom=float(
            (one + two) ** 2 / (one**2 / (treated.n - 1) + two**2 / (control.n - 1))
        ),
        lift=float(difference / base) if base else None,
        relative_error=None if relative is None else math.sqrt(relative),
    )
