"""Leads and visits where trackers and CRMs keep them: rows and marts are those by hand."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from tests.transform.asking import built
from tests.transform.loaded_ads import VARIANTS, literal, statements
from tests.transform.warehouse import PROJECT
from tests.transform.web_leads import FORMS, airbyte_hubspot
from tests.transform.web_trackers import TRACKERS, posthog
from tests.transform.web_worlds import UTMS, as_text
from tests.transform.worlds import CHARGES, Charge, Lead, Touchpoint, World


def _told(preset, variant, *numbers):
    told = preset(f"{preset.__name__}_{variant}", variant, *numbers)
    return {"text": as_text, "empty": type(told).emptied}.get(variant, lambda each: each)(told)


TRACKED = [
    *(_told(preset, variant) for preset in TRACKERS for variant in VARIANTS[:3]),
    _told(posthog, "empty"),
]
FILLED_IN = [
    *(
        _told(preset, variant, number)
        for number, (preset, variant) in enumerate((p, v) for p in FORMS for v in VARIANTS[:3])
    ),
    _told(airbyte_hubspot, "empty", 99),
]
SOURCES = [*TRACKED, *FILLED_IN]
SIGNED_UP = [told for told in TRACKED if told.leads or told.schema.endswith("_empty")]
CLICKS = ("gclid", "fbclid", "li_fat_id", "msclkid")
OWN = (
    Touchpoint(touchpoint_id="own", visitor_id="own", occurred_at=datetime(2026, 3, 1, tzinfo=UTC)),
    Lead(lead_id="own", email="own@example.com", created_at=datetime(2026, 3, 1, tzinfo=UTC)),
)
"""What stands in the schema `apex` itself."""

PAID = [
    Charge(
        id=f"ch_{number}", customer_email=email, created=datetime(2026, 4, 1, tzinfo=UTC),
        amount=10_007 + number,
    )
    for number, email in enumerate(sorted({lead.email for each in SOURCES for lead in each.leads}))
]  # fmt: skip


CHARGED = [
    (each.id, each.created, each.created, each.amount, each.amount, 0, "usd", "succeeded", True,
     each.customer_email, "{}")
    for each in PAID
]  # fmt: skip
TABLES = f"""
    create schema raw_stripe;
    create table raw_stripe.charges ({CHARGES});
    insert into raw_stripe.charges (id, created, updated_at, amount, amount_captured,
        amount_refunded, currency, status, captured, customer_email, metadata)
    values {", ".join(f"({', '.join(map(literal, row))})" for row in CHARGED)};
    create schema apex;
    create table apex.touchpoints (
        touchpoint_id varchar, visitor_id varchar, occurred_at timestamp
    );
    insert into apex.touchpoints values ('own', 'own', '2026-03-01 00:00:00');
    create table apex.leads (lead_id varchar, email varchar, created_at timestamp);
    insert into apex.leads values ('own', 'own@example.com', '2026-03-01 00:00:00');
    {";".join(line for told in SOURCES for line in statements(told.schema, told.tables))};
"""
SELECTED = (
    *("--select", "+fct_attribution", "+mart_channels", "base_web__loaded_columns"),
    *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
)


@pytest.fixture(
    scope="module", params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def ask(request, tmp_path_factory):
    """Ask a warehouse that was built on all presets at once."""
    return built(
        request.param, TABLES, SELECTED,
        {
            "touchpoint_sources": [told.entry for told in TRACKED],
            "lead_sources": [told.entry for told in [*SIGNED_UP, *FILLED_IN]],
        },
        folder=tmp_path_factory.mktemp("web"), running=request.getfixturevalue("running"),
    )  # fmt: skip


def _at(column):
    """A time as text, alike on all engines."""
    return f"cast({column} at time zone 'UTC' as varchar) as at"


def _shown(row):
    """A row as staging shows it."""
    label = {name: getattr(row, name) and getattr(row, name).lower() for name in UTMS[:3]}
    if isinstance(row, Lead):
        channel = row.channel and row.channel.lower().replace(" ", "_")
        return (
            row.lead_id, row.visitor_id, row.email, f"{row.created_at:%F %T}", channel,
            *label.values(), row.landing_page,
        )  # fmt: skip
    more = (row.utm_term, row.utm_content, *(getattr(row, name) for name in CLICKS))
    return (
        row.touchpoint_id, row.visitor_id, row.email, f"{row.occurred_at:%F %T}", row.landing_page,
        row.referrer, *label.values(), *more,
    )  # fmt: skip


def test_each_visit_is_there_once_with_what_it_came_with(ask):
    """Whatever the loader wrote twice, whichever column or address has the campaign."""
    found = ask(
        f"select touchpoint_id, visitor_id, email, {_at('occurred_at')}, landing_page, referrer, "
        f"{', '.join((*UTMS, *CLICKS))} from staging.stg_web__touchpoints"
    )
    by_hand = [_shown(page) for told in TRACKED for page in told.pages]
    assert len(by_hand) > 500
    assert sorted(found, key=str) == sorted([_shown(OWN[0]), *by_hand], key=str)


def test_each_visitor_has_the_address_that_it_left_on_any_device(ask):
    found = ask("select visitor_id, email from staging.base_web__loaded_links")
    by_hand = {link for told in TRACKED for link in told.links}
    assert len(by_hand) > 80
    assert set(found) == by_hand
    assert len(found) == len(by_hand)


def test_each_lead_is_there_once_with_its_newest_version(ask):
    """Of trackers, when it left the address first; of CRMs, unless it was deleted or merged."""
    found = ask(
        f"select lead_id, visitor_id, email, {_at('created_at')}, channel, "
        f"{', '.join(UTMS[:3])}, landing_page from staging.stg_web__leads"
    )
    by_hand = [_shown(lead) for told in SOURCES for lead in told.leads]
    assert len(by_hand) > 150
    assert sorted(found, key=str) == sorted([_shown(OWN[1]), *by_hand], key=str)


def test_dbt_says_which_columns_hold_people(ask):
    """None that stands within JSON, nor one that holds all kinds of values."""
    found = ask("select table_label, column_name, role from staging.base_web__loaded_columns")
    assert len(found) > 50
    assert {row for row in found if row[0].split(".")[0] in {"umami_text", "posthog_typed"}} == {
        ("umami_text.WEBSITE_EVENT", "SESSION_ID", "visitor"),
        ("umami_text.SESSION", "SESSION_ID", "visitor"),
        ("umami_text.SESSION", "DISTINCT_ID", "user"),
        ("umami_text.SESSION_DATA", "SESSION_ID", "visitor"),
        ("umami_text.SESSION_DATA", "DISTINCT_ID", "user"),
        ("posthog_typed.events", "distinct_id", "user"),
    }
    assert {row for row in found if row[0] == "fivetran_hubspot_typed.contact"} == {
        ("fivetran_hubspot_typed.contact", "id", "lead"),
        ("fivetran_hubspot_typed.contact", "property_email", "email"),
    }


def test_the_marts_are_those_of_the_same_world_in_own_tables(ask, default_project):
    emails = dict(link for told in TRACKED for link in told.links)
    world = World(
        charges=PAID,
        leads=[OWN[1], *(lead for told in SOURCES for lead in told.leads)],
        touchpoints=[
            OWN[0],
            *(
                Touchpoint(**{**vars(page), "email": emails.get(page.visitor_id or "")})
                for told in TRACKED
                for page in told.pages
            ),
        ],
    )
    own = default_project.run(world)
    credited = (
        "select charge_id, attribution_model, touchpoint_id, channel, campaign, reason, "
        "credit_minor from marts.fct_attribution"
    )
    channels = (
        "select cast(activity_date as varchar), channel, campaign, attribution_model, leads, "
        "revenue_minor from marts.mart_channels"
    )
    for sql in (credited, channels):
        expected = sorted(own.rows(sql), key=str)
        assert len(expected) > 500
        assert sorted(ask(sql), key=str) == expected
    assert own.rows("select count(*) from marts.fct_attribution where touchpoint_id is not null")[
        0
    ][0]


def test_each_preset_is_tested_and_in_the_table_of_the_docs():
    text = "".join(
        (PROJECT / f"macros/web_sources/{file}.sql")
        .read_text()
        .split("return({")[1]
        .split("}) }}")[0]
        for file in ("trackers", "leads")
    )
    presets = set(re.findall(r"^        '(\w+)': (?:\{|segment|stripe_apex)", text, re.MULTILINE))
    page = (PROJECT.parent / "docs/sources.md").read_text()
    table = page.split("\n## All sources of leads and visits")[1].split("\n## ")[0]
    assert presets == {preset.__name__ for preset in (*TRACKERS, *FORMS)}
    assert presets == set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE))
    assert "GA4" in table
