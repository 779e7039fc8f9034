"""Which visitors saw which variant of which experiment: payers, prospects and anonymous ones."""

from collections.abc import Iterator
from typing import NamedTuple

from stripe_simulator.book import epoch
from stripe_simulator.story.dice import Dice
from stripe_simulator.story.experiments import EXPERIMENTS, Experiment, Variant
from stripe_simulator.story.history import Engagement
from stripe_simulator.story.journeys import Visit
from stripe_simulator.story.people import visitor_id

_BROWSERS = 4  # a purpose of dice
_PAYERS_PER_BROWSER = 4  # each experiment has one anonymous visitor for this many payers


class Exposure(NamedTuple):
    """A row of `experiment_exposures`: the first time that a visitor saw the experiment."""

    exposed_at: int
    experiment_id: str
    variant: Variant
    visitor_id: str


def exposures(seed: int, engagements: list[Engagement], visits: list[Visit]) -> list[Exposure]:
    """The exposures in order of time, one per visitor and experiment."""
    found = [
        exposure
        for number, experiment in enumerate(EXPERIMENTS)
        for exposure in _of(experiment, number, seed, engagements, visits)
    ]
    return sorted(found)


def _of(
    experiment: Experiment,
    number: int,
    seed: int,
    engagements: list[Engagement],
    visits: list[Visit],
) -> Iterator[Exposure]:
    first: dict[str, int] = {}
    for visit in visits:
        if experiment.runs(visit.at):
            first[visit.visitor] = min(visit.at, first.get(visit.visitor, visit.at))
    for engagement in engagements:
        if experiment.runs(engagement.joined):
            # Everybody who buys has seen the pricing page, at the latest some minutes before.
            seen = max(engagement.joined - 240, epoch(experiment.started_at))
            first[engagement.visitor] = min(seen, first.get(engagement.visitor, seen))
    for index in range(len(engagements) // _PAYERS_PER_BROWSER):
        dice = Dice(seed, _BROWSERS + number, index)
        length = epoch(experiment.ended_at) - epoch(experiment.started_at)
        visitor = visitor_id(seed, f"browser{number}", index)
        first[visitor] = epoch(experiment.started_at) + dice.below(length)
    for visitor, at in first.items():
        yield Exposure(at, experiment.id, experiment.variant(visitor), visitor)
