"""With the secret of the tap, imports hold no address, and people are told apart as before."""

from __future__ import annotations

import pytest

from tap_stripe_apex.hashing import Hashing

SECRET = "0123456789abcdef" * 4
ANN = Hashing(SECRET).address("ann@example.com")

LEADS = """Email,Create Date,Landing page
Ann@Example.com ,2026-11-13,https://shop.example/?utm_source=x&utm_term=ann%40example.com
"ann@example.com; bob@example.com",2026-11-14,https://shop.example/
"""
VISITS = """touchpoint_id,visitor_id,email,occurred_at,landing_page
t1,ann@example.com,,2026-11-13T10:00:00Z,https://shop.example/?mail=ann@example.com
t2,v_2,ANN@example.com,2026-11-13T10:00:00Z,https://shop.example/
"""
EXPOSURES = """experiment_id,variant,visitor_id,exposed_at
x,control,ann@example.com,2026-11-13T10:00:00Z
"""


@pytest.fixture
def hashed(imports, monkeypatch):
    monkeypatch.setenv("TAP_STRIPE_APEX_HASH_EMAILS", SECRET)
    said = imports.load(
        imports.file("ann@example.com (1).csv", LEADS),
        imports.file("visits.csv", VISITS),
        imports.file("exposures.csv", EXPOSURES),
    )
    assert "addresses are loaded as hashes only" in said
    assert "1 row with several emails" in said
    return imports


def test_no_table_has_an_address(hashed):
    everything = str(hashed.everything())
    assert "@" not in everything
    assert "%40" not in everything


def test_spellings_of_an_address_have_one_hash(hashed):
    leads = hashed.rows("leads")
    assert [row["email"] for row in leads] == [ANN, ANN]
    assert leads[0]["file_name"] == f"{ANN} (1).csv"
    first, second = hashed.rows("touchpoints")
    assert (first["visitor_id"], second["email"]) == (ANN, ANN)
    assert first["landing_page"] == f"https://shop.example/?mail={ANN}"
    assert [row["visitor_id"] for row in hashed.rows("experiment_exposures")] == [ANN]


def test_the_same_file_again_changes_nothing(hashed):
    again = hashed.load(hashed.file("again.csv", VISITS))
    assert "imported already" in again


def test_a_secret_that_is_none_stops_the_import(imports, monkeypatch):
    monkeypatch.setenv("TAP_STRIPE_APEX_HASH_EMAILS", "true")
    assert "openssl rand -hex 32" in imports.refused(imports.file("visits.csv", VISITS))
