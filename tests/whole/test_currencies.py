"""Every table of minor units says the same."""

import csv
from pathlib import Path

from tap_stripe_apex import money

SEED = Path(__file__).parents[2] / "transform" / "seeds" / "stripe_currencies.csv"


def test_the_models_count_the_minor_units_that_the_tap_counts():
    with SEED.open() as file:
        seeded = {row["currency"]: int(row["minor_units"]) for row in csv.DictReader(file)}
    assert seeded == dict(money.currencies())
