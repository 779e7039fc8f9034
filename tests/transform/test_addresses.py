"""Which spellings of an address are one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.transform.worlds import ANN, NOON, Charge, Lead, World, days


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param("ANN@EXAMPLE.COM", id="upper case"),
        pytest.param("  ann@example.com ", id="blanks around"),
        pytest.param("\tann@example.com\r\n", id="tabs and line ends around"),
        pytest.param("\u00a0ann@example.com\u00a0", id="no-break spaces around"),
        pytest.param("\u200bann@example.com\ufeff", id="invisible characters around"),
        pytest.param("\u202fann@example.com\u3000", id="blanks of other scripts around"),
        pytest.param("ann@exam\u00adple.com\u200e", id="soft hyphen and mark of direction"),
    ],
)
def test_a_lead_is_found_however_its_address_was_typed(default_project, spelling):
    lead = Lead(lead_id="l1", email=spelling, created_at=NOON - days(1))
    results = default_project.run(World(charges=[ANN], leads=[lead]))
    assert results.rows("select match_status, lead_id from marts.fct_revenue") == [("direct", "l1")]


BLANKS = [
    *(chr(code) for code in range(0x10000) if chr(code).isspace()),  # 29 of them
    *"\x00\x01\x08\x7f\x80\x9f\u00ad\u061c\u180e",
    *"\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2064\u2069\ufeff",
]


def test_no_blank_and_no_control_character_is_part_of_an_address(default_project):
    """One charge and one lead for each, in front of the address, within it and behind it."""
    names = [f"person{number}" for number in range(len(BLANKS))]
    results = default_project.run(
        World(
            charges=[
                Charge(id=name, customer_email=f"{blank}{name}@exam{blank}ple.com{blank}")
                for name, blank in zip(names, BLANKS, strict=True)
            ],
            leads=[
                Lead(lead_id=name, email=f"{name}@example.com", created_at=NOON - days(1))
                for name in names
            ],
        )
    )
    found = results.rows("select charge_id, lead_id from marts.fct_revenue")
    assert sorted(found) == sorted((name, name) for name in names)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("zo\u00eb@example.com", "zoe\u0308@example.com", id="composed and decomposed"),
        pytest.param("\u00c5sa@example.com", "\u212bsa@example.com", id="Angstrom sign"),
        pytest.param("J\u030cohn@example.com", "\u01f0ohn@example.com", id="only lowered composed"),
        pytest.param("STRASSE@example.com", "strasse@example.com", id="plain letters"),
    ],
)
def test_two_spellings_in_unicode_are_one_person(default_project, one, other):
    lead = Lead(lead_id="l1", email=one, created_at=NOON - days(1))
    results = default_project.run(World(charges=[replace(ANN, customer_email=other)], leads=[lead]))
    assert results.rows("select match_status from marts.fct_revenue") == [("direct",)]
