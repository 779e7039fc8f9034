"""Tables can be taken away: as files, and from the page itself."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_apex.report import as_csv
from stripe_apex.report.formats import Formats
from stripe_apex.report.tables import Table
from tests.app.report.conftest import run_report
from tests.app.report.golden import report_as_json
from tests.app.report.test_page import Visit

FORMULAS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")


def read(text):
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.fixture(scope="module")
def folder(warehouse_of, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "tables"
    done = run_report(
        *("--warehouse", warehouse_of("small"), "--format", "csv", "--output", folder),
        *("--locale", "de_DE"),
    )
    assert done.exit_code == 0, done.output
    return folder


def test_each_table_is_a_file(folder):
    assert {path.stem for path in folder.iterdir()} == {
        "economics", "models", "months", "revenue", "cohorts", "experiments", "unmatched", "weeks",
        "again", "methods", "countries", "largest", "customers", "checks", "marts", "matching",
        "audit", "audit-details",
    }  # fmt: skip


def test_figures_are_plain_numbers_in_any_locale(folder, warehouse_of):
    report = report_as_json(warehouse_of("small"))
    header, *lines = read((folder / "economics.csv").read_text())
    channels = {line["channel"].replace("_", " "): line for line in report["channels"]}
    found = [dict(zip(header, line, strict=True)) for line in lines]
    found = [line for line in found if not line["platform"]]
    assert len(found) == 3
    for line in found:
        expected = channels[line["channel"]]
        assert Decimal(line["revenue (USD)"]) * 100 == expected["revenue_minor"]
        assert line["ROAS"] == (expected["roas"] or "")
    header, *lines = read((folder / "weeks.csv").read_text())
    for line, week in zip(lines, report["payments"]["weeks"], strict=True):
        assert line[0] == week["week"]
        assert Decimal(line[header.index("net (USD)")]) * 100 == week["net_minor"]


def test_without_a_folder_each_warehouse_has_its_own(warehouse_of, tmp_path, monkeypatch):
    copy = tmp_path / "shop.duckdb"
    copy.write_bytes(warehouse_of("one_currency").read_bytes())
    done = run_report("--warehouse", copy, "--format", "csv")
    assert done.exit_code == 0, done.output
    folder = tmp_path / "shop-report-tables"
    assert (folder / "revenue.csv").exists()
    assert folder.as_uri() in done.output


def test_a_file_in_place_of_the_folder_is_said_in_one_line(warehouse_of, tmp_path):
    file = tmp_path / "tables"
    file.touch()
    arguments = ("--warehouse", warehouse_of("small"), "--output")
    done = run_report(*arguments, file, "--format", "csv")
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "is a file. Name a folder." in done.output
    done = run_report(*arguments, tmp_path, "--format", "html")
    assert (done.exit_code, done.output.count("\n")) == (1, 1)
    assert "is a folder. Name a file." in done.output


@given(st.sampled_from(FORMULAS), st.text(max_size=20))
def test_a_name_that_a_spreadsheet_would_run_is_a_text(begins, rest):
    name = begins + rest
    ((_,), (cell,)) = read(as_csv.render(Table("Names", ("name",), ((name,),))))
    assert cell == f"'{name}"
    assert not cell.startswith(FORMULAS)


@given(
    st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=9), min_size=1, max_size=4)
)
def test_every_text_comes_back_from_its_file(cells):
    table = Table("Names", tuple(f"c{number}" for number in range(len(cells))), (tuple(cells),))
    _, found = read(as_csv.render(table))
    for cell, back in zip(cells, found, strict=True):
        assert back in {cell, f"'{cell}"} or (cell == "–" and not back)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_a_negative_amount_stays_a_number(amount):
    cell = Formats("de_DE").money(int(amount * 100), "usd")
    (header,), (found,) = read(as_csv.render(Table("Sums", ("sum",), ((cell,),))))
    assert header == "sum (USD)"
    assert Decimal(found) == amount


def test_the_page_hands_out_each_table_without_asking_anybody(browser, page_of, folder):
    file = page_of("hostile")
    with Visit(browser, file) as visit:
        page = visit.page
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.locator("table").count() == page.locator("a[download]").count() > 8
        with page.expect_download() as started:
            page.locator("#models a[download]").click()
        download = started.value
        assert download.suggested_filename == "models.csv"
        names = [row[0] for row in read(download.path().read_text("utf-8"))]
        assert "<script>fetch('https://evil.example')</script>" in names
        assert visit.complaints == []
        assert [url for url in visit.requests if not url.startswith("data:")] == [file.as_uri()]


def test_the_page_gives_what_the_folder_holds(browser, page_of, folder):
    with Visit(browser, page_of("small", "--locale=de_DE")) as visit:
        page = visit.page
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        for name in ("economics", "weeks"):
            with page.expect_download() as started:
                page.locator(f"#{name} a[download]").first.click()
            assert started.value.path().read_bytes() == (folder / f"{name}.csv").read_bytes()
