"""Writes the story's tables as CSV: `python -m stripe_simulator.seeds FOLDER`.

They hold the company's data from other sources than Stripe, in the form that the models read: empty
for null, times in UTC, money in major units.
"""

import csv
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from io import StringIO
from itertools import chain, count
from operator import attrgetter
from pathlib import Path

from stripe_simulator.funds import DAY, unit
from stripe_simulator.story.checkouts import PROMOTIONS
from stripe_simulator.story.experiments import EXPERIMENTS
from stripe_simulator.story.exposures import Exposure, exposures
from stripe_simulator.story.history import Story
from stripe_simulator.story.journeys import Lead, Touchpoint, lead, page_views, visits
from stripe_simulator.story.rates import CURRENCIES, DailyRates
from stripe_simulator.story.spend import Spend, ad_spend

REPORTING = ("usd", "eur")
_RATE_SCALE = 10**8


def tables(story: Story) -> dict[str, str]:
    """The CSV text of each table, by the table's name."""
    engagements = list(story.engagements())
    seen = sorted(visits(story), key=attrgetter("at", "visitor"))
    pages = chain.from_iterable(page_views(visit, story.now) for visit in seen)
    viewed = sorted(pages, key=attrgetter("occurred_at", "visitor_id"))
    shown = exposures(story.seed, engagements, seen)
    return {
        "leads": _csv(
            ("lead_id", "email", "visitor_id", "created_at", *Lead._fields[3:]),
            (
                (f"lead_{number:05}", it.email, it.visitor_id, _time(it.created_at), *it[3:])
                for number, it in zip(
                    count(1), (lead(visit) for visit in seen if visit.email), strict=False
                )
            ),
        ),
        "touchpoints": _csv(
            ("touchpoint_id", "visitor_id", "email", "occurred_at", *Touchpoint._fields[3:]),
            (
                (f"tp_{number:06}", it.visitor_id, it.email, _time(it.occurred_at), *it[3:])
                for number, it in enumerate(viewed, 1)
            ),
        ),
        "experiments": _csv(
            ("experiment_id", "name", "started_at", "ended_at", "cost", "cost_currency"),
            (
                (
                    it.id,
                    it.name,
                    _time(it.started_at.timestamp()),
                    _time(it.ended_at.timestamp()),
                    it.cost,
                    it.cost_currency,
                )
                for it in EXPERIMENTS
            ),
        ),
        "experiment_exposures": _csv(
            ("experiment_id", "variant", "visitor_id", "exposed_at"),
            (_exposure_row(it) for it in shown),
        ),
        "ad_spend": _csv(Spend._fields, (_spend_row(it) for it in ad_spend(story))),
        "fx_rates": _csv(
            ("rate_date", "from_currency", "to_currency", "rate"),
            _rate_rows(story, story.rates()),
        ),
        "campaign_map": _csv(("platform", "campaign", "utm_campaign"), ()),
        "promotion_codes": _csv(
            ("code", "channel", "campaign", "partner"),
            ((it.code, *it[2:]) for it in PROMOTIONS if it.channel is not None),
        ),
    }


def write(folder: Path, story: Story) -> None:
    """Write each table to `folder` as `<table>.csv`; existing files are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in tables(story).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")


def _exposure_row(exposure: Exposure) -> Sequence[object]:
    return (
        exposure.experiment_id,
        exposure.variant,
        exposure.visitor_id,
        _time(exposure.exposed_at),
    )


def _spend_row(spend: Spend) -> Sequence[object]:
    return (
        _date(spend.spend_date),
        *spend[1:6],
        _decimal(spend.spend, unit(spend.currency), 2),
        *spend[7:],
    )


def _rate_rows(story: Story, rates: DailyRates) -> Iterable[Sequence[object]]:
    for at in range(story.start, story.now + DAY, DAY):
        for source in CURRENCIES:
            for target in REPORTING:
                dollars, price = rates.on(source, at), rates.on(target, at)
                if source != target and dollars is not None and price is not None:
                    rate = (dollars * _RATE_SCALE * 2 + price) // (price * 2)
                    yield _date(at), source, target, _decimal(rate, _RATE_SCALE, 8)


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _decimal(amount: int, scale: int, digits: int) -> str:
    return f"{amount // scale}.{amount % scale:0{digits}}"


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _date(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m stripe_simulator.seeds FOLDER")
    write(Path(sys.argv[1]), Story())
