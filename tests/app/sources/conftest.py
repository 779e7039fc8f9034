"""Runs `stripe-apex import` in this process, into new warehouses."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from stripe_apex.cli import main
from tests.ducks import reading


class Imports:
    """A folder with files, and a warehouse to import them into."""

    def __init__(self, folder, address):
        self.folder = folder
        self.address = str(address)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(self, *arguments, stdin=None):
        options = ["import", "--warehouse", self.address, *map(str, arguments)]
        return CliRunner().invoke(main, options, input=stdin)

    def load(self, *files, options=()):
        """Import files, which must succeed; returns the output."""
        done = self.run("--yes", *options, *files)
        assert done.exit_code == 0, done.output
        return done.output

    def refused(self, *files, options=()):
        """Import files, which must be refused in one line; returns that line."""
        before = self.everything()
        done = self.run("--yes", *options, *files)
        assert done.exit_code == 1, done.output
        assert self.everything() == before, "what was there stays as it was"
        (line,) = done.stderr.splitlines()
        return line

    def asks_and_takes(self, name, content, words, answer):
        """Check that a file is refused with `words`, and imported with `answer` as options."""
        file = self.file(name, content)
        line = self.refused(file)
        assert all(word in line for word in words), line
        self.load(file, options=answer)

    def rows(self, table, where="true"):
        return [
            {name: value for name, value in row.items() if name != "import_id"}
            for row in self.query(
                f"select * from apex_import.{table} where {where} order by import_id, row_number"
            )
        ]

    def sums(self):
        found = self.query(
            "select currency, sum(spend) as total from apex_import.ad_spend group by currency"
        )
        return {row["currency"]: row["total"] for row in found}

    def everything(self):
        """All tables of the imports with all their rows."""
        found = self.query(
            "select table_name as name from information_schema.tables "
            "where table_schema = 'apex_import' order by 1"
        )
        return {
            row["name"]: sorted(map(repr, self.query(f"select * from apex_import.{row['name']}")))
            for row in found
        }

    def query(self, sql):
        if self.address.startswith("postgres"):
            with psycopg.connect(self.address) as connection:
                done = connection.execute(sql)
                return named(done)
        if not Path(self.address).exists():
            return []
        with reading(self.address) as connection:
            return named(connection.execute(sql))


def named(done):
    """The rows of a result as dictionaries by column name."""
    names = [column[0] for column in done.description or ()]
    return [dict(zip(names, row, strict=True)) for row in done.fetchall()] if names else []


def as_csv(rows):
    """A CSV file with these rows."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


@pytest.fixture
def imports(tmp_path):
    """Imports into a DuckDB file."""
    return Imports(tmp_path, tmp_path / "warehouse.duckdb")


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)])
def imports_anywhere(request, tmp_path):
    """Imports into each kind of warehouse."""
    if request.param == "duckdb":
        yield Imports(tmp_path, tmp_path / "warehouse.duckdb")
        return
    environment = request.getfixturevalue("postgres")
    monkeypatch = request.getfixturevalue("monkeypatch")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with psycopg.connect("postgresql://", autocommit=True) as connection:
        connection.execute("drop schema if exists apex_import cascade")
    yield Imports(tmp_path, "postgresql://")
