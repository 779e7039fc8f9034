"""docs/your-data.md says what is so."""

import re
from pathlib import Path

import pytest

from stripe_apex.commands.imports import KIND_NAMES, import_
from stripe_apex.sources.headers import heading
from stripe_apex.sources.kinds import KINDS
from stripe_apex.sources.questions import CHOICES, FREE
from tests.app.sources import exports

DOCUMENT = (Path(__file__).parents[3] / "docs" / "your-data.md").read_text()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_column_and_every_word_is_in_its_table(kind):
    section = DOCUMENT.split(f"\n### {kind.name}\n")[1].split("\n### ")[0]
    rows = dict(re.findall(r"^\| `(\w+)`[^|]*\| (.+) \|$", section, flags=re.MULTILINE))
    assert rows.keys() == {field.name for field in kind.fields}
    for field in kind.fields:
        assert set(rows[field.name].split(", ")) == {field.name.replace("_", " "), *field.words}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_word_is_in_the_form_that_headers_are_compared_in(kind):
    for field in kind.fields:
        assert [heading(word).plain for word in field.words] == list(field.words)


def test_every_option_and_every_answer_is_explained():
    for option in import_.params:
        for name in option.opts:
            assert not name.startswith("--") or f"`{name}" in DOCUMENT, name
    for name in (*CHOICES, *FREE):
        assert f"--set {name}=" in DOCUMENT.replace("\n", " "), name
    assert tuple(KINDS) == KIND_NAMES


def test_the_export_of_google_that_is_asked_for_is_known_as_such(imports):
    for asked in ("with the columns ([^(]*)\\n", "a report with the columns ([^(]*) "):
        (listed,) = re.findall(asked, DOCUMENT)
        columns = re.split(", | and ", listed.strip())
        cells = {"Day": "2026-11-01", "Campaign": "Brand", "Currency code": "EUR"}
        row = ",".join(cells.get(name, "12") for name in columns)
        file = imports.file("report.csv", f"{','.join(columns)}\n{row}\n".encode())
        assert "google_ads" in imports.run("--dry-run", file).output


def test_the_preview_that_is_shown_is_the_one_of_that_file(imports):
    export = exports.GOOGLE_CSV
    said = imports.run("--dry-run", imports.file(export.name, export.content)).output
    assert said in DOCUMENT
