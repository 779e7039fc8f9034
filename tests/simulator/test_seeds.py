"""The committed seeds are the story's, and hang together."""

import csv
from io import StringIO
from pathlib import Path

import pytest

from stripe_simulator.seeds import tables, write
from stripe_simulator.story.history import Story

COMMITTED = Path(__file__).parents[2] / "transform" / "seeds" / "apex"


@pytest.fixture(scope="module")
def made():
    return tables(Story())


@pytest.fixture(scope="module")
def rows(made):
    return {name: list(csv.DictReader(StringIO(text))) for name, text in made.items()}


@pytest.mark.slow
def test_the_committed_seeds_are_what_the_story_tells(made):
    remedy = "run: python -m stripe_simulator.seeds transform/seeds/apex"
    assert {path.stem for path in COMMITTED.glob("*.csv")} == set(made), remedy
    for name, text in made.items():
        assert (COMMITTED / f"{name}.csv").read_text(encoding="utf-8") == text, remedy


def test_seeds_are_written_to_a_folder_that_may_not_be_there(tmp_path):
    write(tmp_path / "new", Story(1, 20))
    assert len(list((tmp_path / "new").glob("*.csv"))) == 8


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("leads", ("lead_id",)),
        ("touchpoints", ("touchpoint_id",)),
        ("experiments", ("experiment_id",)),
        ("experiment_exposures", ("experiment_id", "visitor_id")),
        ("ad_spend", ("spend_date", "platform", "account_id", "campaign")),
        ("fx_rates", ("rate_date", "from_currency", "to_currency")),
        ("promotion_codes", ("code",)),
    ],
)
def test_each_table_has_a_key(rows, table, key):
    keys = [tuple(row[column] for column in key) for row in rows[table]]
    assert len(keys) == len(set(keys)) > 0


def test_every_form_is_a_lead_and_a_touchpoint(rows):
    forms = {(t["visitor_id"], t["occurred_at"]) for t in rows["touchpoints"] if t["email"]}
    leads = {(lead["visitor_id"], lead["created_at"]) for lead in rows["leads"]}
    assert forms == leads


def test_every_charge_s_currency_has_a_rate_on_every_day(rows):
    pairs = {(r["rate_date"], r["from_currency"], r["to_currency"]) for r in rows["fx_rates"]}
    days = {row["rate_date"] for row in rows["fx_rates"]}
    assert (min(days), max(days)) == ("2025-05-01", "2026-11-01")
    for day in days:
        for target in ("usd", "eur"):
            for source in {"usd", "eur", "gbp", "jpy", "kwd"} - {target}:
                assert (day, source, target) in pairs


def test_most_revenue_belongs_to_a_lead_once_emails_are_tidied_and_some_never_does(rows):
    def tidy(email):
        return email.strip().lower()

    ledger = Story().account().ledger().charges.values()
    leads = {lead["email"] for lead in rows["leads"]}
    tidied = {tidy(email) for email in leads}
    gross = sum(charge.gross for charge in ledger if charge.currency == "usd")
    as_written, matched, nameless = (
        sum(charge.gross for charge in ledger if charge.currency == "usd" and test(charge.email))
        for test in (
            leads.__contains__,
            lambda email: email is not None and tidy(email) in tidied,
            lambda email: email is None,
        )
    )
    assert 0 < nameless < gross / 10
    assert as_written < matched - gross / 20
    assert gross * 6 / 10 < matched < gross * 9 / 10


def test_utm_values_come_in_every_spelling(rows):
    sources = {row["utm_source"] for row in rows["touchpoints"]}
    assert {"google", "Google", "GOOGLE", "facebook", "Facebook", "fb", ""} <= sources


def test_each_kind_of_click_id_is_there(rows):
    for click_id in ("gclid", "fbclid", "li_fat_id", "msclkid"):
        assert any(row[click_id] for row in rows["touchpoints"])


def test_some_people_use_several_devices(rows):
    visitors = {}
    for lead in rows["leads"]:
        visitors.setdefault(lead["email"].strip().lower(), set()).add(lead["visitor_id"])
    assert max(len(devices) for devices in visitors.values()) >= 2
