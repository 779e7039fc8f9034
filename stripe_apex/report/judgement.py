"""Whether spend is earned back, and how sure that is: pure rules over the facts."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stripe_apex.report.economics import Economics

ENOUGH_PAYERS = 30
"""With fewer payers, a mean is too far from normally distributed for a meaningful interval."""


class Verdict(StrEnum):
    """Whether spend is earned back."""

    PAYS = "pays"
    LOSES = "loses"
    UNCLEAR = "unclear"
    TOO_FEW = "too_few"
    NOTHING = "nothing"
    NOT_NAMED = "not_named"
    NO_SPEND = "no_spend"


def verdict(line: Economics, among: int = 1) -> Verdict:
    """The verdict on a return: above or below 1 by its 95 % interval and every model, or unclear.

    It is unclear while some money is left out of the return or no revenue is credited, and
    `NOT_NAMED` while no visit names the campaigns.

    Args:
        line: the channel, platform or campaign to judge.
        among: number of lines that were compared to find this one; the interval is widened for
            it (Bonferroni), since the best of many looks good by chance.
    """
    interval = line.roas_interval
    if line.spend_minor <= 0:
        return Verdict.NO_SPEND
    if not line.is_whole or not line.is_credited:
        return Verdict.UNCLEAR
    if not line.is_named:
        return Verdict.NOT_NAMED
    if line.roas is None or interval is None:
        return Verdict.NOTHING
    if line.payers < ENOUGH_PAYERS:
        return Verdict.TOO_FEW
    wider = _z(1 - 0.05 / among) / _z(0.95)
    low, high = (line.roas + wider * (end - line.roas) for end in interval)
    models = line.roas_by_model.values()
    if low > 1 and min(models, default=low) > 1:
        return Verdict.PAYS
    if high < 1 and max(models, default=high) < 1:
        return Verdict.LOSES
    return Verdict.UNCLEAR


def worst_case(line: Economics) -> Decimal | None:
    """The lower bound of the interval under the attribution model that credits the line least."""
    if line.roas_interval is None or not line.roas:
        return None
    lowest = min(line.roas_by_model.values(), default=line.roas)
    return line.roas_interval[0] * lowest / line.roas


def _z(confidence: float) -> Decimal:
    """Half the width of an interval of that confidence, in standard errors."""
    return Decimal(NormalDist().inv_cdf((1 + confidence) / 2))
