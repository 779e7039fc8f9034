"""The comparison of each variant with control, from the definitions of the marts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from scipy import stats

if TYPE_CHECKING:
    from tests.transform.reference.experiments import Arm

RHO_SQUARED = (-2 * math.log(0.05) + math.log(-2 * math.log(0.05) + 1)) / 5000
"""The parameter of the mixture whose intervals are narrowest at 5,000 visitors."""


def mean(values: list[int]) -> Fraction:
    """The mean."""
    return Fraction(sum(values), len(values))


def covariance(one: list[int], two: list[int]) -> Fraction:
    """The sample covariance; for a list and itself, its variance."""
    middle_one, middle_two = mean(one), mean(two)
    products = ((a - middle_one) * (b - middle_two) for a, b in zip(one, two, strict=True))
    return sum(products, Fraction(0)) / (len(one) - 1)


@dataclass(frozen=True)
class Comparison:
    """A variant compared with control, in minor units, adjusted by CUPED.

    Attributes:
        base: the unadjusted mean of control, which the lift is relative to.
        base_covariance: the covariance of `base` with the difference.
    """

    difference: Fraction
    variance: Fraction
    degrees_of_freedom: float
    visitors: int
    base: Fraction
    base_variance: Fraction
    base_covariance: Fraction

    @property
    def z(self) -> float:
        """The difference in standard errors."""
        return float(self.difference) / math.sqrt(self.variance)

    @property
    def p_value(self) -> float:
        """The p-value of Welch's test."""
        return float(2 * stats.t.sf(abs(self.z), self.degrees_of_freedom))

    @property
    def always_valid_p_value(self) -> float:
        """The inverse of the mixture likelihood ratio, at most 1."""
        mixture = self.visitors * RHO_SQUARED
        evidence = math.exp(self.z**2 * mixture / (2 * (mixture + 1))) / math.sqrt(mixture + 1)
        return min(1.0, 1 / evidence)

    def critical(self, alpha: float) -> float:
        """Half the width of the interval, in standard errors."""
        return float(stats.t.isf(alpha / 2, self.degrees_of_freedom))

    def always_valid_critical(self, alpha: float) -> float:
        """Half the width of the confidence sequence, in standard errors."""
        mixture = self.visitors * RHO_SQUARED
        half_width = 2 * (mixture + 1) / mixture * math.log(math.sqrt(mixture + 1) / alpha)
        return math.sqrt(half_width)

    def lift_in_errors(self, lift: float) -> float:
        """The distance of difference - lift * base from zero, in its own standard errors."""
        variance = self.variance + Fraction(lift) * (
            Fraction(lift) * self.base_variance - 2 * self.base_covariance
        )
        return abs(float(self.difference - Fraction(lift) * self.base)) / math.sqrt(variance)


def compare(treated: Arm, control: Arm) -> Comparison | None:
    """Welch's comparison with its own theta; None if there is no variance."""
    if min(treated.n, control.n) < 2:
        return None
    within, before = treated.within + control.within, treated.before + control.before
    spread = covariance(before, before)
    theta = covariance(within, before) / spread if spread else Fraction(0)

    def share(arm: Arm) -> Fraction:
        variance = covariance(arm.within, arm.within)
        variance += theta**2 * covariance(arm.before, arm.before)
        return (variance - 2 * theta * covariance(arm.within, arm.before)) / arm.n

    def adjusted(arm: Arm) -> Fraction:
        return mean(arm.within) - theta * mean(arm.before)

    one, two = share(treated), share(control)
    if one + two <= 0:
        return None
    plain = covariance(control.within, control.within)
    return Comparison(
        difference=adjusted(treated) - adjusted(control),
        variance=one + two,
        degrees_of_freedom=float(
            (one + two) ** 2 / (one**2 / (treated.n - 1) + two**2 / (control.n - 1))
        ),
        visitors=treated.n + control.n,
        base=mean(control.within),
        base_variance=plain / control.n,
        base_covariance=(theta * covariance(control.within, control.before) - plain) / control.n,
    )


def holm(p_values: dict[str, float]) -> dict[str, tuple[float, float]]:
    """The corrected p-value and the level of Holm's method, by variant."""
    found: dict[str, tuple[float, float]] = {}
    largest = 0.0
    for place, (p, variant) in enumerate(sorted((p, name) for name, p in p_values.items())):
        largest = max(largest, (len(p_values) - place) * p)
        found[variant] = (min(1.0, largest), 0.05 * p / largest)
    return found
