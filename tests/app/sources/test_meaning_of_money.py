"""What money is in, and who was paid, is what the file says; what it leaves open is asked."""

from decimal import Decimal

import pytest

from tests.app.sources.conftest import as_csv
from tests.app.sources.workbook import workbook

HEADER = ["Day", "Campaign", "Platform", "Currency", "Cost"]


def spend(*rows, header=HEADER):
    return as_csv([header, *rows])


CASES = {
    "what stands in brackets behind the money": (
        spend(["2026-11-03", "A", "Meta", "EUR", "1.00"], header=[*HEADER[:4], "Cost (modelled)"]),
        ["`Cost (modelled)`", '--column spend="Cost (modelled)"'],
        ("--column", "spend=Cost (modelled)"),
    ),
    "what converted money is in": (
        spend(
            ["2026-11-03", "A", "Meta", "JPY", "USD", "30.00"],
            header=[
                *("Day", "Campaign", "Platform", "Currency code", "Converted currency code"),
                "Cost (Converted currency)",
            ],
        ),
        ["are converted", '--column currency="Converted currency code"'],
        ("--column", "currency=Converted currency code"),
    ),
    "what a channel is that is no platform, beside some that are": (
        as_csv(
            [
                ["Date", "Channel", "Campaign", "Impr.", "Clicks", "Cost", "Currency"],
                ["2026-11-03", "Google", "A", "1", "1", "10.00", "EUR"],
                ["2026-11-03", "Podcast", "B", "1", "1", "90.00", "EUR"],
            ]
        ),
        ["row 3", "`Podcast` is no ad platform"],
        ("--set", "platform Podcast=podcasts"),
    ),
    "which platform has periods of time": (
        as_csv(
            [
                ["Time period", "Campaign name", "Spend", "Currency", "Impressions", "Results"],
                ["2026-11-03", "A", "10.00", "EUR", "1", "1"],
                ["2026-11-04", "A", "10.00", "EUR", "1", "1"],
            ]
        ),
        ["nothing says which ad platform was paid"],
        ("--set", "platform=meta_ads"),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_is_asked_and_an_answer_settles_it(imports, case):
    content, words, answer = case
    imports.asks_and_takes("spend.csv", content, words, answer)


WRONG = {
    "the total of a day without that name": (
        spend(
            ["2026-11-02", "", "Meta", "EUR", "30.00"],
            ["2026-11-02", "A", "Meta", "EUR", "10.00"],
            ["2026-11-02", "B", "Meta", "EUR", "20.00"],
        ),
        ["row 2", "30.00 EUR", "names no campaign", "Remove the row"],
    ),
    "cents in place of euros": (
        spend(["2026-11-02", "A", "Meta", "EUR", "100"], header=[*HEADER[:4], "Spend (cents)"]),
        ["`Spend (cents)`", "whole units"],
    ),
    "thousands in place of euros": (
        spend(
            ["2026-11-02", "A", "Meta", "EUR", "100"],
            header=[*HEADER[:4], "Spend (in thousands)"],
        ),
        ["`Spend (in thousands)`", "whole units"],
    ),
    "several signs of currencies": (
        spend(
            ["2026-11-02", "A", "Meta", "€10.00"],
            ["2026-11-03", "A", "Meta", "$90.00"],
            header=["Day", "Campaign", "Platform", "Cost"],
        ),
        ["row 3", "`$90.00`"],
    ),
    "several signs that mean several currencies": (
        spend(
            ["2026-11-02", "A", "Meta", "¥10.00"],
            ["2026-11-03", "A", "Meta", "$90.00"],
            header=["Day", "Campaign", "Platform", "Cost"],
        ),
        ["row 3", "`$90.00`", "several currencies"],
    ),
    "dollars under a header of euros": (
        spend(
            ["2026-11-02", "A", "Meta", "10.00"],
            ["2026-11-03", "A", "Meta", "$90.00"],
            header=["Day", "Campaign", "Platform", "Cost (EUR)"],
        ),
        ["row 3", "`$90.00`"],
    ),
    "dollars in a row of euros": (
        spend(
            ["2026-11-02", "A", "Meta", "USD", "$1.00"], ["2026-11-03", "A", "Meta", "EUR", "$9.00"]
        ),
        ["row 3", "`$9.00`"],
    ),
    "a code that is of no currency": (
        spend(
            ["2026-11-02", "A", "Meta", "10.00 EUR"],
            ["2026-11-03", "A", "Meta", "90.00 ABC"],
            header=["Day", "Campaign", "Platform", "Cost"],
        ),
        ["row 3", "`90.00 ABC`"],
    ),
    "millions in letters": (
        spend(["2026-11-02", "A", "Meta", "EUR", "1.5 mio"]),
        ["row 2", "`1.5 mio`", "plain number"],
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_it_is_refused_with_the_row_and_the_remedy(imports, case):
    content, words = case
    line = imports.refused(imports.file("file.csv", content))
    assert all(word in line for word in words), line


def test_a_sign_that_fits_the_currency_of_its_row_is_accepted(imports):
    imports.load(
        imports.file(
            "spend.csv",
            spend(
                ["2026-11-02", "A", "Meta", "USD", "$1.00"],
                ["2026-11-03", "A", "Meta", "CAD", "$2.00"],
            ),
        )
    )
    assert imports.sums() == {"usd": Decimal(1), "cad": Decimal(2)}


@pytest.mark.parametrize("options", [(), ("--set", "platform=meta_ads")], ids=["", "platform"])
def test_metas_total_is_left_out_also_where_the_platform_is_said(imports, options):
    content = as_csv(
        [
            [
                *("Reporting starts", "Reporting ends", "Campaign name", "Amount spent (USD)"),
                *("Impressions", "Link clicks"),
            ],
            ["2026-11-03", "2026-11-03", "", "30.00", "300", "3"],
            ["2026-11-03", "2026-11-03", "a", "10.00", "100", "1"],
            ["2026-11-03", "2026-11-03", "b", "20.00", "200", "2"],
        ]
    )
    imports.load(imports.file("meta.csv", content), options=options)
    assert imports.sums() == {"usd": Decimal(30)}


def test_micros_in_brackets_are_read_exactly(imports):
    imports.load(
        imports.file(
            "spend.csv",
            spend(
                ["2026-11-03", "A", "Google", "EUR", "1500000"],
                ["2026-11-04", "A", "Google", "EUR", "9000000"],
                header=[*HEADER[:4], "Cost (micros)"],
            ),
        )
    )
    assert imports.sums() == {"eur": Decimal("10.5")}


@pytest.mark.parametrize(
    ("channels", "platforms"),
    [
        (["Google", "Facebook", "LinkedIn"], ["google_ads", "meta_ads", "linkedin_ads"]),
        (["Search", "Display", "Search"], ["google_ads"] * 3),
    ],
    ids=["platforms", "else"],
)
def test_a_column_of_platforms_is_known_by_its_values(imports, channels, platforms):
    rows = [["2026-11-03", name, "A", "1", "1", "10.00", "EUR"] for name in channels]
    header = ["Date", "Channel", "Campaign", "Impr.", "Clicks", "Cost", "Currency"]
    imports.load(imports.file("spend.csv", spend(*rows, header=header)))
    assert [row["platform"] for row in imports.rows("ad_spend")] == platforms


def test_an_id_that_a_spreadsheet_has_rounded_is_refused(imports):
    header = ["Lead ID", "Email", "Create Date"]
    rows = [[120210000000000001, "a@example.com", "2026-11-13"]]
    line = imports.refused(imports.file("leads.xlsx", workbook(Sheet1=[header, *rows])))
    assert all(word in line for word in ["row 2", "15 digits", "as text"]), line
