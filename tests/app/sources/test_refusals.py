"""What would change money is never guessed: it is refused in one line, with the remedy."""

from datetime import date
from decimal import Decimal

import pytest

from tests.app.sources.conftest import as_csv
from tests.app.sources.workbook import workbook

HEADER = ["Day", "Campaign", "Platform", "Currency", "Cost"]


def spend(*rows, header=HEADER):
    return as_csv([header, *rows])


CASES = {
    "whether the day or the month stands first": (
        spend(
            ["03/11/2026", "A", "Meta", "EUR", "1.00"], ["04/11/2026", "A", "Meta", "EUR", "2.00"]
        ),
        ["`03/11/2026` in row 2", "--set dates=day-first or --set dates=month-first"],
        ("--set", "dates=day-first"),
    ),
    "what a comma is": (
        spend(["2026-11-03", "A", "Meta", "EUR", "1,100"]),
        ["spend.csv: In `1,100` in `Cost`", "--set decimal=point or --set decimal=comma"],
        ("--set", "decimal=comma"),
    ),
    "which currency it is": (
        spend(["2026-11-03", "A", "Meta", "1.00"], header=["Day", "Campaign", "Platform", "Cost"]),
        ["`Cost` is not clear; nothing names one", "--set currency="],
        ("--set", "currency=EUR"),
    ),
    "which dollars they are": (
        spend(["2026-11-03", "A", "Meta", "$1.00"], header=["Day", "Campaign", "Platform", "Cost"]),
        ["`$` may be of several currencies", "--set currency="],
        ("--set", "currency=CAD"),
    ),
    "which platform was paid": (
        spend(["2026-11-03", "A", "EUR", "1.00"], header=["Day", "Campaign", "Currency", "Cost"]),
        ["nothing says which ad platform was paid", "--set platform=google_ads"],
        ("--set", "platform=Facebook Ads"),
    ),
    "what an unknown platform is": (
        spend(
            ["2026-11-03", "A", "Fazebook", "EUR", "1.00"],
            ["2026-11-03", "A", "Google", "EUR", "1.00"],
        ),
        ["row 2: `Fazebook` is no ad platform", '--set "platform Fazebook=meta_ads"'],
        ("--set", "platform Fazebook=meta_ads"),
    ),
    "whether rows are weeks": (
        spend(
            ["2026-11-02", "A", "Meta", "EUR", "1.00"],
            ["2026-11-09", "A", "Meta", "EUR", "1.00"],
            ["2026-11-23", "A", "Meta", "EUR", "1.00"],
        ),
        ["days lie weeks apart", "--set rows=daily"],
        ("--set", "rows=daily"),
    ),
    "whether rows are months": (
        spend(
            ["2026-10-01", "A", "Meta", "EUR", "1.00"], ["2026-11-01", "A", "Meta", "EUR", "1.00"]
        ),
        ["days lie months apart", "--set rows=daily"],
        ("--set", "rows=daily"),
    ),
    "whether the rows of one platform are weeks": (
        spend(
            ["2026-11-02", "A", "Meta", "EUR", "1.00"],
            ["2026-11-09", "A", "Meta", "EUR", "1.00"],
            ["2026-11-02", "A", "Google", "EUR", "1.00"],
            ["2026-11-03", "A", "Google", "EUR", "1.00"],
        ),
        ["days lie weeks apart", "--set rows=daily"],
        ("--set", "rows=daily"),
    ),
    "whether a start is a day": (
        as_csv(
            [
                ["Date Range: 11/1/2026 - 11/30/2026"],
                ["Start Date", "Campaign", "Currency", "Total Spent"],
                ["11/30/2026", "A", "EUR", "1500.00"],
                ["11/30/2026", "B", "EUR", "2000.00"],
            ]
        ),
        ["`Start Date` is 2026-11-30 in all rows", "Daily", "--set rows=daily"],
        ("--set", "rows=daily"),
    ),
    "whether a day with an end is a period": (
        spend(
            ["02.11.2026", "08.11.2026", "Meta", "EUR", "1.00"],
            ["10.11.2026", "15.11.2026", "Meta", "EUR", "1.00"],
            header=["Datum", "Bis", "Plattform", "Währung", "Kosten"],
        ),
        ["row 2", "2026-11-02 to 2026-11-08", "--set rows=daily"],
        ("--set", "rows=daily"),
    ),
    "which of two columns is the money": (
        spend(
            ["2026-11-03", "A", "Meta", "EUR", "1.00", "2.00"],
            header=["Day", "Campaign", "Platform", "Currency", "Cost", "Spend"],
        ),
        ["`Spend`, `Cost` may be `spend`", '--column spend="Cost"'],
        ("--column", "spend=Cost"),
    ),
    "why a total differs": (
        spend(
            ["2026-11-03", "A", "Meta", "EUR", "1.00"],
            ["2026-11-04", "A", "Meta", "EUR", "1.00"],
            ["Total", "", "", "", "5.00"],
        ),
        ["row 4", "total is 5.00 EUR", "add up to 2.00 EUR", "--set totals=ignore"],
        ("--set", "totals=ignore"),
    ),
    "whether the last number before trailing separators is whole": (
        "Day;Campaign;Platform;Currency;Cost;\n2026-11-02;A;Meta;EUR;12.34;\n2026-11-03;A;Meta;EUR;1",
        ["row 3", "`1`", "may be cut", "--set end=complete"],
        ("--set", "end=complete"),
    ),
    "whether the last number is whole": (
        spend(
            ["2026-11-03", "A", "Meta", "EUR", "12.50"], ["2026-11-04", "A", "Meta", "EUR", "12.5"]
        ).rstrip("\n"),
        ["row 3", "`12.5`", "may be cut", "--set end=complete"],
        ("--set", "end=complete"),
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_is_asked_and_an_answer_settles_it(imports, case):
    content, words, answer = case
    imports.asks_and_takes("spend.csv", content, words, answer)


WRONG = {
    "a period in place of a day": (
        as_csv(
            [
                [
                    "Campaign name",
                    "Amount spent (USD)",
                    "Link clicks",
                    "Reporting starts",
                    "Reporting ends",
                ],
                ["A", "10.00", "1", "2026-11-01", "2026-11-30"],
            ]
        ),
        ["row 2", "2026-11-01 to 2026-11-30", "By time, Day"],
    ),
    "weeks by their header": (
        spend(["2026-11-02", "A", "Meta", "EUR", "1.00"], header=["Week", *HEADER[1:]]),
        ["`Week`", "one row for each day"],
    ),
    "subtotals": (
        spend(
            ["2026-11-02", "A", "Meta", "EUR", "1.00"],
            ["2026-11-02", "Total", "Meta", "EUR", "1.00"],
        ),
        ["row 3", "called a total", "without subtotals"],
    ),
    "exports that are pasted together and overlap": (
        spend(
            ["2026-11-02", "A", "Meta", "EUR", "1.00"],
            ["2026-11-03", "A", "Meta", "EUR", "2.00"],
            HEADER,
            ["2026-11-03", "A", "Meta", "EUR", "2.00"],
            ["2026-11-04", "A", "Meta", "EUR", "3.00"],
        ),
        ["row 5", "row 3 again", "Import them one by one"],
    ),
    "a row without a day": (
        spend(["", "A", "Meta", "EUR", "1.00"], ["2026-11-02", "A", "Meta", "EUR", "1.00"]),
        ["row 2", "no day"],
    ),
    "a row that is cut": (
        "Day,Campaign,Platform,Currency,Cost\n2026-11-02,A,Meta,EUR,1.00\n2026-11-03,A,Me",
        ["row 3", "3 values where the header has 5", "cut"],
    ),
    "thousands that are not quoted": (
        "Day,Campaign,Platform,Currency,Cost\n2026-11-02,A,Meta,EUR,1,100.20\n",
        ["row 2", "6 values", "quotation marks"],
    ),
    "an open quotation mark": (
        'Day,Campaign,Platform,Currency,Cost\n2026-11-02,"A,Meta,EUR,1.00\n',
        ["line 2", "quotation mark"],
    ),
    "text in place of money": (
        spend(["2026-11-02", "A", "Meta", "EUR", "=1+1"]),
        ["row 2", "`=1+1`", "`Cost`", "no number"],
    ),
    "a day that is none": (
        spend(
            ["2026-11-02", "A", "Meta", "EUR", "1.00"], ["2026-02-30", "A", "Meta", "EUR", "1.00"]
        ),
        ["`2026-02-30` in row 3", "`Day`"],
    ),
    "two decimal signs": (
        spend(
            ["2026-11-02", "A", "Meta", "EUR", "1.50"], ["2026-11-03", "A", "Meta", "EUR", "1,5"]
        ),
        ["`1.50`", "`1,5`", "alike"],
    ),
    "a currency that is none": (
        spend(["2026-11-02", "A", "Meta", "EURO", "1.00"]),
        ["row 2", "`EURO`", "no code of a currency"],
    ),
    "a row without a currency": (
        spend(["2026-11-02", "A", "Meta", "EUR", "1.00"], ["2026-11-03", "A", "Meta", "", "1.00"]),
        ["row 3", "no currency is named"],
    ),
    "two currencies for one amount": (
        spend(["2026-11-02", "A", "Meta", "EUR", "1.00"], header=[*HEADER[:4], "Cost (USD)"]),
        ["row 2", "USD", "another"],
    ),
    "more decimals than money has": (
        spend(["2026-11-02", "A", "Meta", "EUR", "1.2345678"]),
        ["row 2", "more than 6 decimals. Round the column to 6 decimals"],
    ),
    "headers of nothing": ("a,b\n1,2\n", ["of no kind that is known", "--as ad_spend"]),
    "no rows": ("Day,Campaign,Platform,Currency,Cost\n", ["header but no rows"]),
    "nothing": ("", ["is empty"]),
    "a packed file": (b"\x1f\x8b\x08rest", ["is packed", "Unpack"]),
    "a zip file that is no spreadsheet": (b"PK\x03\x04rest", ["no spreadsheet", "unpacked"]),
    "UTF-32": ("a,b\n1,2\n".encode("utf-32"), ["is in UTF-32", "Save it as UTF-8"]),
    "UTF-32 that does not say so": ("a,b\n".encode("utf-32-be"), ["is in UTF-32"]),
    "two columns that may be the money": (
        "Day,Campaign,Platform,Currency,Cost,Spend\n2026-11-03,A,Meta,EUR,1,1\n",
        ["file.csv: Each of the columns `Spend`, `Cost` may be `spend`"],
    ),
    "no column of a day": (
        "Campaign,Platform,Currency,Cost\nA,Meta,EUR,1\n",
        ["file.csv: The headers (`Campaign`, `Platform`"],
    ),
    "dates of which a spreadsheet has turned some": (
        spend(
            ["2026-01-11", "A", "Meta", "EUR", "1.00"], ["13/11/2026", "A", "Meta", "EUR", "1.00"]
        ),
        [
            "file.csv: in the column `Day`, 2026-01-11 is a date and `13/11/2026` a text",
            "before a spreadsheet saved it",
        ],
    ),
    "a date as a number": (
        spend(["46327", "A", "Meta", "EUR", "1.00"]),
        ["row 2: `46327` in the column `Day` is a count of days", "Format the column as a date"],
    ),
    "days of several currencies that were merged": (
        (
            "Day,Currency,Platform,Cost\n2026-11-03,EUR,,1.00\n,USD,,2.00\n2026-11-04,EUR,,3.00\n"
            ",USD,,4.00\n"
        ),
        ["row 3: it has neither a day nor a name", "Write the day into each row"],
        ("--set", "platform=meta_ads"),
    ),
    "a total of a currency that the rows do not have": (
        spend(
            ["2026-11-03", "A", "Meta", "EUR", "1.00"],
            ["2026-11-04", "A", "Meta", "USD", "2.00"],
            ["Total", "", "", "EUR", "1.00"],
            ["Total", "", "", "USD", "3.00"],
        ),
        ["row 5: it says that the total is 3.00 USD, but the rows above add up to 2.00 USD"],
    ),
    "a rate of nothing": ("date,from,to,rate\n2026-11-03,EUR,USD,0\n", ["row 2", "greater than 0"]),
    "two rates for a day": (
        "date,from,to,rate\n2026-11-03,EUR,USD,1.0812\n2026-11-03,EUR,USD,1.0822\n",
        ["row 3", "another rate"],
    ),
    "a lead without a time": (
        "Email,Create Date\na@example.com,2026-11-13\nb@example.com,\n",
        ["row 3", "`Create Date` is empty"],
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_it_is_refused_with_the_row_and_the_remedy(imports, case):
    content, words, *options = case
    line = imports.refused(imports.file("file.csv", content), options=sum(options, ()))
    assert all(word in line for word in words), line


def test_which_of_several_sheets_is_meant_is_asked(imports):
    rows = [HEADER, ["2026-11-03", "A", "Meta", "EUR", 1.5]]
    content = workbook(**{"Formatted Report": rows, "Raw Data Report": rows})
    file = imports.file("report.xlsx", content)
    line = imports.refused(file)
    assert '--set sheet="Formatted Report" or --set sheet="Raw Data Report"' in line
    imports.load(file, options=("--set", "sheet=Raw Data Report"))
    assert imports.sums() == {"eur": Decimal("1.5")}


def test_totals_of_several_currencies_are_compared_each_with_its_own(imports):
    rows = [
        ["2026-11-03", "A", "Meta", "EUR", "1.00"],
        ["2026-11-04", "A", "Meta", "USD", "2.00"],
        ["Total", "", "", "EUR", "1.00"],
        ["Total", "", "", "USD", "2.00"],
        ["Total", "", "", "--", "3.00"],
    ]
    assert "totals: rows 4, 5, 6" in imports.load(imports.file("spend.csv", spend(*rows)))
    assert imports.sums() == {"eur": Decimal(1), "usd": Decimal(2)}


def test_a_text_among_the_numbers_of_a_sheet_is_not_read_by_their_point(imports):
    rows = [
        HEADER,
        ["2026-11-03", "A", "Meta", "EUR", 1.5],
        ["2026-11-04", "A", "Meta", "EUR", "1.100"],
    ]
    file = imports.file("sheet.xlsx", workbook(Sheet=rows))
    line = imports.refused(file)
    assert "In `1.100` in `Cost`" in line
    assert "--set decimal=point or --set decimal=comma" in line
    imports.load(file, options=("--set", "decimal=comma"))
    assert imports.sums() == {"eur": Decimal("1101.5")}


def test_a_number_of_a_sheet_with_three_decimals_is_no_thousand(imports):
    rows = [
        HEADER,
        ["2026-11-03", "A", "Meta", "KWD", 1.234],
        ["2026-11-04", "A", "Meta", "KWD", "1,5"],
    ]
    imports.load(imports.file("sheet.xlsx", workbook(Sheet=rows)))
    assert imports.sums() == {"kwd": Decimal("2.734")}


def test_cells_that_are_merged_over_rows_are_refused(imports):
    rows = [
        ["Day", "Platform", "Currency", "Cost"],
        ["2026-11-03", "Meta", "EUR", 1.5],
        [None, None, "EUR", 1.5],
    ]
    content = workbook(Sheet=rows, merged=["A2:A3"])
    line = imports.refused(imports.file("sheet.xlsx", content))
    assert "sheet.xlsx, rows 2 to 3: the cells of the column `Day` are merged" in line
    assert "Unmerge them" in line
    beside = workbook(Sheet=[["A title"], *rows[:2]], merged=["A1:D1"])
    imports.load(imports.file("title.xlsx", beside))


def test_of_several_emails_in_a_cell_the_first_is_taken_and_said(imports):
    content = (
        'Email,Create Date\n"a@example.com; b@example.com",2026-11-13\nc@example.com,2026-11-13\n'
    )
    said = imports.load(imports.file("leads.csv", content))
    assert "1 row with several emails, as row 2: the first of them is taken" in said
    assert [row["email"] for row in imports.rows("leads")] == ["a@example.com", "c@example.com"]


def test_a_file_of_which_one_is_wrong_loads_none(imports):
    right = imports.file("right.csv", spend(["2026-11-02", "A", "Meta", "EUR", "1.00"]))
    wrong = imports.file("wrong.csv", spend(["2026-11-02", "A", "Meta", "EUR", "x"]))
    imports.refused(right, wrong)
    assert imports.everything() == {}


def test_a_day_that_decides_the_column_decides_it_for_all_rows(imports):
    imports.load(
        imports.file(
            "spend.csv",
            spend(
                ["03/11/2026", "A", "Meta", "EUR", "1.00"],
                ["13/11/2026", "A", "Meta", "EUR", "1.00"],
                ["14/11/2026", "A", "Meta", "EUR", "1.00"],
            ),
        )
    )
    assert imports.rows("ad_spend")[0]["spend_date"] == date(2026, 11, 3)


def test_where_day_and_month_are_equal_nothing_is_asked(imports):
    imports.load(imports.file("spend.csv", spend(["11/11/2026", "A", "Meta", "EUR", "1.00"])))
    assert imports.rows("ad_spend")[0]["spend_date"] == date(2026, 11, 11)


def test_a_header_in_no_language_that_is_known_is_named_by_hand(imports):
    content = spend(
        ["2026-11-02", "A", "Meta", "EUR", "1.00"],
        header=["Päivä", "Kampanja", "Alusta", "Valuutta", "Hinta"],
    )
    file = imports.file("spend.csv", content)
    imports.refused(file)
    options = []
    for name, header in {
        "spend_date": "Päivä",
        "campaign": "Kampanja",
        "platform": "Alusta",
        "currency": "Valuutta",
        "spend": "Hinta",
    }.items():
        options += ["--column", f"{name}={header}"]
    imports.load(file, options=("--as", "ad_spend", *options))
    assert imports.sums() == {"eur": Decimal(1)}


def test_without_a_yes_nothing_is_loaded(imports):
    done = imports.run(imports.file("s.csv", spend(["2026-11-02", "A", "Meta", "EUR", "1.00"])))
    assert done.exit_code == 1
    assert "--yes" in done.stderr
    assert imports.everything() == {}


@pytest.mark.parametrize(
    ("option", "words"),
    [
        (("--set", "colour=red"), "--set colour"),
        (("--set", "dates=thursday"), "day-first or month-first"),
        (("--column", "colour=Red"), "--column colour"),
        (("--column", "spend=Red"), "no column of that name"),
        (("--set", "timezone=Mars/Olympus"), "no time zone"),
    ],
    ids=["set", "set to what is no answer", "column", "header", "time zone"],
)
def test_an_option_that_makes_no_sense_is_refused(imports, option, words):
    content = "Email,Create Date\na@example.com,2026-11-13\n"
    if "spend" in option[1]:
        content = spend(["2026-11-02", "A", "Meta", "EUR", "1.00"])
    assert words in imports.refused(imports.file("f.csv", content), options=option)
