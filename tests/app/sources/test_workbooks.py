"""Workbooks that would fill the memory are refused before they are parsed; real ones are read."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stripe_apex.sources.questions import FileError
from stripe_apex.sources.workbooks import Limits, check_workbook
from tests.app.sources.workbook import workbook

ROWS = [
    ["Day", "Campaign", "Platform", "Currency", "Cost"],
    ["2026-11-03", "A", "Meta", "EUR", 1.5],
]
SHEET = "xl/worksheets/sheet1.xml"


def rewritten(change=lambda content: content, *, said_size=None):
    """The workbook with another sheet, or with a sheet that says to be larger."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(Sheet=ROWS))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == SHEET else content)
        if said_size is not None:
            new.getinfo(SHEET).file_size = said_size
    return out.getvalue()


FAR = (b'r="E2"', b'r="XFD1048576"')
BOMBS = {
    "gigabytes": (rewritten(said_size=3 << 30), ["unpack to 3.0 GiB"]),
    "much more than packed": (rewritten(said_size=300 << 20), ["unpack to 0.3 GiB"]),
    "a cell at the end": (
        rewritten(lambda sheet: sheet.replace(*FAR)),
        ["reaches to row 1,048,576 and column 16,384", "Delete the cells beside the data"],
    ),
    "a sheet that is larger than it says": (
        rewritten(said_size=10),
        ["is no spreadsheet that can be read", "exported again"],
    ),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_workbook_that_would_fill_the_memory_is_refused_in_one_line(imports, bomb):
    content, words = bomb
    line = imports.refused(imports.file("report.xlsx", content))
    assert all(word in line for word in ["report.xlsx", *words]), line
    assert "\n" not in line


def test_text_that_looks_like_a_far_cell_is_text(imports):
    rows = [*ROWS[:1], ["2026-11-03", '<c r="XFD1048576">', "Meta", "EUR", 1.5]]
    imports.load(imports.file("report.xlsx", workbook(Sheet=rows)))
    assert imports.sums() == {"eur": Decimal("1.5")}


@pytest.mark.slow
@settings(max_examples=50)
@given(
    before=st.integers(0, 100) | st.integers((1 << 20) - 300, (1 << 20) + 10),
    row=st.integers(1, 1_048_576),
    column=st.sampled_from([("A", 1), ("Z", 26), ("AA", 27), ("XFD", 16_384)]),
    quote=st.sampled_from("\"'"),
)
def test_a_cell_is_found_wherever_it_stands(tmp_path_factory, before, row, column, quote):
    letters, number = column
    path = tmp_path_factory.mktemp("book") / "book.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(SHEET, f"{' ' * before}<x:c s='1' r={quote}{letters}{row}{quote}/>")
    check_workbook(path, "book.xlsx", Limits(cells=row * number))
    with pytest.raises(FileError, match="reaches to row"):
        check_workbook(path, "book.xlsx", Limits(cells=row * number - 1))


def test_an_empty_sheet_is_small_whatever_its_ratio(tmp_path):
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(SHEET, " " * 1_000_000)
    check_workbook(path, "book.xlsx")
