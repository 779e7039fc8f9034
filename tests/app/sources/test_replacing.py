"""Importing again replaces, and what was replaced comes back with `--undo`."""

from decimal import Decimal

import pytest

from tests.app.sources.conftest import as_csv

HEADER = ["Day", "Account ID", "Campaign", "Platform", "Currency", "Cost"]


def spend(*rows):
    return as_csv([HEADER, *rows])


OLD = spend(
    ["2026-11-03", "1", "A", "Meta", "EUR", "10.00"],
    ["2026-11-04", "1", "A", "Meta", "EUR", "20.00"],
)
NEW = spend(
    ["2026-11-04", "1", "A", "Meta", "EUR", "25.00"],
    ["2026-11-05", "1", "A", "Meta", "EUR", "30.00"],
)


def test_an_open_day_that_is_imported_again_is_replaced(imports_anywhere):
    imports = imports_anywhere
    imports.load(imports.file("old.csv", OLD))
    said = imports.load(imports.file("new.csv", NEW))
    assert imports.sums() == {"eur": Decimal(65)}
    assert "replaces       1 row of old.csv (20.00 EUR)" in said
    listed = imports.run("--list").output
    assert "new.csv: 2026-11-04 to 2026-11-05, 2 rows, 55.00 EUR" in listed
    assert "1 row of 2, the others were replaced" in listed


@pytest.mark.slow
def test_the_last_import_is_taken_back_and_what_it_replaced_is_there_again(imports_anywhere):
    imports = imports_anywhere
    imports.load(imports.file("old.csv", OLD))
    before = imports.everything()
    imports.load(imports.file("new.csv", NEW))
    assert "1 row that it replaced is there again" in imports.run("--undo").output
    assert imports.everything() == before
    assert imports.run("--undo").exit_code == 0
    assert imports.rows("ad_spend") == []
    done = imports.run("--undo")
    assert done.exit_code == 1
    assert "no import to undo" in done.stderr


def test_an_earlier_import_is_taken_back_by_its_number(imports):
    imports.load(imports.file("old.csv", OLD))
    imports.load(imports.file("new.csv", NEW))
    assert imports.run("--undo", "1").exit_code == 0
    assert imports.sums() == {"eur": Decimal(55)}
    assert imports.run("--undo", "7").exit_code == 1


def test_other_accounts_and_platforms_stay(imports):
    imports.load(imports.file("old.csv", OLD))
    imports.load(imports.file("b.csv", spend(["2026-11-03", "2", "B", "Meta", "EUR", "1.00"])))
    imports.load(imports.file("c.csv", spend(["2026-11-03", "1", "A", "Google", "EUR", "1.00"])))
    assert imports.sums() == {"eur": Decimal(32)}


def test_a_part_of_the_campaigns_does_not_push_out_the_others_unasked(imports):
    imports.load(imports.file("a.csv", spend(["2026-11-03", "1", "A", "Meta", "EUR", "10.00"])))
    other = imports.file("b.csv", spend(["2026-11-03", "1", "B", "Meta", "EUR", "5.00"]))
    line = imports.refused(other)
    assert "a.csv brought campaigns of which this file has none" in line
    assert "--set account_id=" in line
    imports.load(other, options=("--set", "overlap=replace"))
    assert imports.sums() == {"eur": Decimal(5)}


def test_a_campaign_that_a_later_export_lacks_is_not_deleted_unasked(imports_anywhere):
    imports, days = imports_anywhere, ("2026-11-01", "2026-11-02", "2026-11-03")
    both = [
        [day, "1", campaign, "Meta", "EUR", cost]
        for day in days[:2]
        for campaign, cost in (("a", "10.00"), ("b", "500.00"))
    ]
    imports.load(imports.file("a1.csv", spend(*both)))
    file = imports.file("a2.csv", spend(*([day, "1", "a", "Meta", "EUR", "10.00"] for day in days)))
    line = imports.refused(file)
    assert "a1.csv brought campaigns of which this file has none (b: 1,000.00 EUR)" in line
    assert "--set overlap=replace" in line
    imports.load(file, options=("--set", "overlap=replace"))
    assert imports.sums() == {"eur": Decimal(30)}


@pytest.mark.parametrize("campaigns", [("", "a"), ("a", "")], ids=["by campaign", "by account"])
def test_sums_of_an_account_and_its_campaigns_stand_for_each_other(imports, campaigns):
    for campaign in campaigns:
        row = ["2026-11-03", "1", campaign, "Google", "EUR", "10.00"]
        imports.load(imports.file(f"{campaign}.csv", spend(row)))
    assert imports.sums() == {"eur": Decimal(10)}


@pytest.mark.slow
def test_the_same_spend_without_its_account_is_not_counted_twice(imports):
    imports.load(imports.file("a.csv", spend(["2026-11-03", "1", "A", "Meta", "EUR", "10.00"])))
    again = imports.file("b.csv", spend(["2026-11-03", "", "A", "Meta", "EUR", "12.00"]))
    assert "would count twice" in imports.refused(again)
    imports.load(again, options=("--set", "overlap=keep"))
    assert imports.sums() == {"eur": Decimal(22)}


def test_both_questions_about_an_overlap_have_one_answer(imports):
    """Campaign B is not in the new file, and A stands under another account, too."""
    old = [["2026-11-03", "1", name, "Meta", "EUR", "10.00"] for name in "AB"]
    imports.load(imports.file("a.csv", spend(*old)))
    kept = imports.file("kept.csv", spend(["2026-11-03", "", "A", "Meta", "EUR", "7.00"]))
    imports.load(kept, options=("--set", "overlap=keep"))
    rows = [
        ["2026-11-03", "1", "A", "Meta", "EUR", "12.00"],
        ["2026-11-04", "2", "C", "Meta", "EUR", "1.00"],
    ]
    imports.load(imports.file("c.csv", spend(["2026-11-04", "3", "C", "Meta", "EUR", "2.00"])))
    both = imports.file("both.csv", spend(*rows))
    assert "--set overlap=replace" in imports.refused(both, options=("--set", "overlap=keep"))
    assert "--set overlap=replace-and-keep" in imports.refused(
        both, options=("--set", "overlap=keep")
    )
    assert "--set overlap=replace-and-keep" in imports.refused(
        both, options=("--set", "overlap=replace")
    )
    imports.load(both, options=("--set", "overlap=replace-and-keep"))
    assert imports.sums() == {"eur": Decimal(7 + 2 + 12 + 1)}


def test_an_undo_says_what_does_not_come_back(imports):
    for number in "123":
        row = ["2026-11-03", "1", "A", "Meta", "EUR", f"{number}.00"]
        imports.load(imports.file(f"{number}.csv", spend(row)))
    assert "1 row that it replaced is there again" in imports.run("--undo").output
    said = imports.run("--undo").output
    assert "do not come back: 1.csv has 0 of its 1. Import it again" in said
    assert imports.sums() == {}


def test_an_account_is_the_same_however_its_number_is_written(imports_anywhere):
    imports = imports_anywhere
    for name, account in {"a": "111-222-3333", "b": "1112223333"}.items():
        row = ["2026-11-03", account, "A", "Google", "EUR", "4.00"]
        imports.load(imports.file(f"{name}.csv", spend(row)))
    assert imports.sums() == {"eur": Decimal(4)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [(("111-222-3333", "A"), ("Acme", "A")), (("", ""), ("1", "A")), (("1", "A"), ("2", ""))],
    ids=["another name", "neither named before", "no campaign"],
)
def test_spend_that_may_be_there_under_another_account_is_asked(imports_anywhere, old, new):
    imports = imports_anywhere
    imports.load(imports.file("a.csv", spend(["2026-11-03", *old, "Google", "EUR", "4.00"])))
    file = imports.file("b.csv", spend(["2026-11-03", *new, "Google", "EUR", "9.00"]))
    assert "would count twice" in imports.refused(file)
    imports.load(file, options=("--set", "overlap=keep"))
    assert imports.sums() == {"eur": Decimal(13)}
    imports.load(imports.file("c.csv", spend(["2026-11-03", *new, "Google", "EUR", "9.50"])))
    assert imports.sums() == {"eur": Decimal("13.50")}, "it is not asked again"


def test_an_account_that_is_known_from_other_days_only_is_asked_about(imports):
    for name, day, account in (("a", "2026-11-01", "Acme"), ("b", "2026-11-02", "ID 1")):
        imports.load(imports.file(name, spend([day, account, "A", "Google", "EUR", "4.00"])))
    rows = [[day, "ID 1", "A", "Google", "EUR", "4.00"] for day in ("2026-11-01", "2026-11-02")]
    assert "would count twice" in imports.refused(imports.file("c.csv", spend(*rows)))


def test_accounts_of_one_file_are_not_taken_for_each_other(imports):
    """Accounts may have campaigns of the same name."""
    for cost in ("1.00", "2.00"):
        rows = [["2026-11-03", account, "Brand", "Meta", "EUR", cost] for account in "12"]
        imports.load(imports.file(f"{cost}.csv", spend(*rows)))
    assert imports.sums() == {"eur": Decimal(4)}


def test_two_files_of_one_command_do_not_push_each_other_out(imports):
    a = imports.file("a.csv", spend(["2026-11-03", "1", "A", "Meta", "EUR", "10.00"]))
    b = imports.file("b.csv", spend(["2026-11-03", "1", "B", "Meta", "EUR", "5.00"]))
    assert "a.csv brought campaigns" in imports.refused(a, b)


@pytest.mark.parametrize(
    "column", [["Record ID"], []], ids=["with ids", "ids made of email and time"]
)
def test_a_lead_that_is_exported_again_is_one_lead(imports, column):
    def leads(source):
        return as_csv(
            [
                [*column, "Email", "Create Date", "Original Source"],
                [*(["7"] if column else []), "a@example.com", "2026-11-13 14:05", source],
            ]
        )

    imports.load(imports.file("a.csv", leads("Direct Traffic")))
    imports.load(imports.file("b.csv", leads("Paid Search")))
    (lead,) = imports.rows("leads")
    assert lead["channel"] == "paid_search"


def test_the_last_of_two_rows_with_one_id_is_taken(imports):
    content = (
        "Record ID,Email,Create Date\n7,a@example.com,2026-11-13\n7,b@example.com,2026-11-13\n"
    )
    assert "1 row repeats the lead_id" in imports.load(imports.file("a.csv", content))
    (lead,) = imports.rows("leads")
    assert lead["email"] == "b@example.com"


def test_what_an_address_encodes_is_decoded_where_it_can_be(imports):
    """Whatever stands in an address, it does not keep a file of visits out."""
    addresses = ["/?utm_source=a%20b", "/?utm_source=%E4x", "/?utm_source=%00y", "/?utm_source=%zz"]
    rows = [[f"tp_{n}", "v", "2026-11-13T00:00:00Z", url] for n, url in enumerate(addresses)]
    header = ["touchpoint_id", "visitor_id", "occurred_at", "landing_page"]
    imports.load(imports.file("visits.csv", as_csv([header, *rows])))
    assert [row["utm_source"] for row in imports.rows("touchpoints")] == ["a b", "%E4x", "y", "%zz"]


def test_a_time_without_a_zone_is_read_in_the_one_that_is_named(imports):
    content = "Record ID,Email,Create Date\n7,a@example.com,2026-11-13 14:05\n"
    file = imports.file("a.csv", content)
    assert "names no time zone" in imports.run("--dry-run", file).output
    imports.load(file, options=("--set", "timezone=Europe/Berlin"))
    (lead,) = imports.rows("leads")
    assert lead["created_at"].isoformat() == "2026-11-13T13:05:00+00:00"


@pytest.mark.slow
def test_what_an_import_that_fails_late_wrote_is_gone(imports, monkeypatch):
    """The second file of a command is refused when the first is loaded already."""
    imports.load(imports.file("old.csv", OLD))
    before = imports.everything()
    a = imports.file("a.csv", spend(["2026-11-09", "1", "A", "Meta", "EUR", "10.00"]))
    b = imports.file("b.csv", spend(["2026-11-09", "1", "B", "Meta", "EUR", "5.00"]))
    imports.refused(a, b)
    assert imports.everything() == before
