"""Exports as people make them are understood, and load what they say."""

from decimal import Decimal

import duckdb
import pytest

from tests.app.sources import exports


def name(export):
    return export.name


@pytest.mark.parametrize("export", exports.ALL, ids=name)
def test_an_export_is_recognised_and_loads_what_it_says(imports, export):
    said = imports.load(imports.file(export.name, export.content), options=export.options)
    loaded = imports.rows(export.kind)
    assert len(loaded) == export.rows, said
    first = loaded[0]
    assert {column: first[column] for column in export.first} == export.first
    assert first["file_name"] == export.name
    if export.totals:
        assert imports.sums() == export.totals


@pytest.mark.parametrize("export", exports.ALL, ids=name)
def test_what_is_left_out_is_said_with_its_rows(imports, export):
    said = imports.run(
        "--dry-run", *export.options, imports.file(export.name, export.content)
    ).output
    lines = [line for line in said.splitlines() if line.strip().startswith("left out")]
    numbers = [word for line in lines for word in line.split(": ")[1].replace(",", "").split()[1:]]
    assert len(numbers) == export.left_out, said


@pytest.mark.parametrize("export", exports.ALL, ids=name)
def test_a_file_twice_changes_nothing(imports_anywhere, export):
    file = imports_anywhere.file(export.name, export.content)
    imports_anywhere.load(file, options=export.options)
    before = imports_anywhere.everything()
    assert "nothing changes" in imports_anywhere.load(file, options=export.options)
    assert imports_anywhere.everything() == before


def test_both_warehouses_load_the_same_rows(imports, postgres, tmp_path, monkeypatch):
    from tests.app.sources.conftest import Imports

    for variable, value in postgres.items():
        monkeypatch.setenv(variable, value)
    postgres = Imports(tmp_path, "postgresql://")
    postgres.query("drop schema if exists apex_import cascade")
    for export in exports.ALL:
        file = imports.file(export.name, export.content)
        for into in (imports, postgres):
            into.load(file, options=(*export.options, "--set", "overlap=keep"))
    for kind in {export.kind for export in exports.ALL}:
        rows = [
            [{k: v for k, v in row.items() if k != "imported_at"} for row in into.rows(kind)]
            for into in (imports, postgres)
        ]
        assert rows[0] == rows[1]


def test_parquet_is_read_with_its_types(imports, tmp_path):
    path = tmp_path / "spend.parquet"
    duckdb.sql(
        "copy (select date '2026-11-03' as date, 'Facebook' as platform, 'A' as campaign, "
        "'usd' as currency, cast(0.1 as double) + 0.2 as spend union all "
        "select date '2026-11-04', 'Facebook', 'A', 'usd', 1.234) "
        f"to '{path}' (format parquet)"
    )
    imports.load(path)
    assert [str(row["spend"]) for row in imports.rows("ad_spend")] == ["0.300000", "1.230000"]


def test_fractions_of_a_cent_add_up_to_what_the_file_says(imports):
    rows = "".join(f"2026-11-{day:02},A,Meta,EUR,0.0049\n" for day in range(1, 11))
    imports.load(imports.file("s.csv", f"Day,Campaign,Platform,Currency,Cost\n{rows}"))
    assert imports.sums() == {"eur": Decimal("0.05")}
    assert {row["spend"] for row in imports.rows("ad_spend")} == {Decimal(0), Decimal("0.01")}


def test_nothing_in_a_file_is_executed(imports):
    """A formula is the text that it is, and a command of the terminal is not passed on."""
    text = '=HYPERLINK(""http://evil.example"",""x"")'
    content = f'Day,Campaign,Platform,Currency,Cost\n2026-11-03,"{text}",Meta,USD,1.00\n'
    said = imports.load(imports.file("\x1b[31mx.csv", content))
    (row,) = imports.rows("ad_spend")
    assert row["campaign"] == text.replace('""', '"')
    assert "\x1b" not in said


@pytest.mark.parametrize("kind", sorted({export.kind for export in exports.ALL}))
def test_a_template_is_a_file_that_can_be_imported(imports, kind):
    template = imports.run("--template", kind)
    assert template.exit_code == 0
    imports.load(imports.file("template.csv", template.output))
    assert len(imports.rows(kind)) == 1
