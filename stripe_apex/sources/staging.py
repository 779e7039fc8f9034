"""A file's rows in a temporary DuckDB, typed: days, instants and exact numbers.

The pure modules decide how a column is read; DuckDB applies that to all rows.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, Final

import duckdb

from stripe_apex.sources import cells, dates, numbers
from stripe_apex.sources.endings import NUMERIC, vouched
from stripe_apex.sources.headers import currency_of
from stripe_apex.sources.questions import FileError, UnclearError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal
    from pathlib import Path

    from stripe_apex.sources.fields import Field
    from stripe_apex.sources.headers import Layout
    from stripe_apex.sources.questions import Answers
    from stripe_apex.sources.spend import Stated

MEMORY: Final = "256MB"
"""DuckDB keeps the rest in its temporary file."""

_MONEY_DECIMALS: Final = 6
_MEND: Final = "Mend it in the file, or export it again."


class Staged:
    """The rows of one file, in the table `raw` as text, and typed by the expressions of `typed`.

    Args:
        folder: where the temporary database lies.
        layout: how the file is read.
        answers: what the user said about it.
        name: what messages call the file.
    """

    def __init__(self, folder: Path, layout: Layout, answers: Answers, name: str) -> None:
        self.layout = layout
        self.name = name
        self._answers = answers
        self._folder = folder
        self.path = folder / "staged.duckdb"
        self.connection = duckdb.connect(str(self.path))
        self.connection.execute("set timezone = 'UTC'")
        self.connection.execute(f"set memory_limit = '{MEMORY}'")
        self.connection.execute("set threads = 2")
        self.notes: list[str] = []
        self._expressions: dict[str, str] = {}

    def fill(self, rows: Iterable[tuple[int, list[str]]]) -> None:
        """Write the data rows into `raw`: `row_number`, and a text for each field."""
        path = self._folder / "rows.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            for number, values in rows:
                writer.writerow([number, *values])
        types = {"row_number": "bigint", **dict.fromkeys(self.layout.columns, "varchar")}
        self.connection.execute(
            "create table raw as select * from read_csv($path, auto_detect = false, "
            "header = false, delim = ',', quote = '\"', escape = '\"', new_line = '\\n', "
            "nullstr = '', max_line_size = 20000000, columns = $types)",
            {"path": str(path), "types": types},
        )
        path.unlink()

    def close(self) -> None:
        """Let go of the temporary database, which others may then read at `path`."""
        self.connection.close()

    def one(self, sql: str, *parameters: object) -> Any:
        """The first row of a query, if there is one."""
        return self.connection.execute(sql, parameters).fetchone()

    def all(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(sql, parameters).fetchall()

    def typed(self) -> dict[str, str]:
        """The SQL expression of each field that has a column, over the table `typed_raw`.

        Raises:
            FileError: a value is not what its column needs.
            UnclearError: a column can be read in more than one way.
        """
        fields = [self.layout.kind.field(name) for name in self.layout.columns]
        style = self._style([field for field in fields if field.type in NUMERIC])
        self._expressions = {field.name: self._expression(field, style) for field in fields}
        return dict(self._expressions)

    def _expression(self, field: Field, style: numbers.Style) -> str:
        if field.type in NUMERIC:
            return self._number(field, style)
        if field.type in {"day", "time"}:
            return self._instant(field)
        if field.type == "currency":
            return self._currency(field)
        return field.name

    # Numbers

    def _style(self, fields: list[Field]) -> numbers.Style:
        shapes = {}
        for field in fields:
            found = self.all(
                f"select shape, arg_min({field.name}, row_number), min(row_number) from ("
                f"select *, regexp_replace({cells.bare(field)}, '[1-9]', '1', 'g') as shape "
                "from raw) where shape is not null group by shape"
            )
            for shape, value, row in found:
                read = numbers.readings(shape).values()
                if not read:
                    raise self._wrong(field, row, value, "no number")
                if field.type == "integer" and not any(n == n.to_integral_value() for n in read):
                    raise self._wrong(field, row, value, "no whole number")
            shapes[self._header(field)] = {shape: value for shape, value, _ in found}
        whole = {self._header(field) for field in fields if field.type == "integer"}
        return numbers.style_of(shapes, whole, self._answers.of("decimal"))

    def _number(self, field: Field, style: numbers.Style) -> str:
        plain = f"translate({cells.bare(field)}, '{numbers.GROUPS[style]}', '')"
        if style == "comma":
            plain = f"replace({plain}, ',', '.')"
        plain = f"replace({plain}, '{numbers.POINT}', '.')"
        heading = self.layout.heading(field.name)
        if heading is not None and heading.plain.endswith("micros"):
            value = f"cast(try_cast({plain} as decimal(24, 0)) * 0.000001 as decimal(18, 6))"
        else:
            value = f"try_cast({plain} as {field.sql_type})"
        if field.type == "money":
            fraction = f"length(rtrim(split_part({plain}, '.', 2), '0')) > {_MONEY_DECIMALS}"
            self._refuse(
                field,
                fraction,
                f"has more than {_MONEY_DECIMALS} decimals",
                f"Round the column to {_MONEY_DECIMALS} decimals, and save the file again.",
            )
        self._refuse(
            field, f"{plain} is not null and {value} is null", f"no {field.type} of this size"
        )
        return value

    # Days and instants

    def _instant(self, field: Field) -> str:
        day, clock, zone = self._divided(field)
        self._refuse(
            field,
            f"{day} is null and try_cast({field.name} as decimal(18, 9)) between "
            f"{dates.SERIALS[0]} and {dates.SERIALS[1]}",
            "a count of days, as spreadsheets keep dates",
            "Format the column as a date, so that it shows as 2026-11-03, and save the file again.",
        )
        self._refuse(field, f"{field.name} is not null and {day} is null", "no date")
        found = self.all(
            "select shape, arg_min(value, row_number) from ("
            f"select row_number, {field.name} as value, regexp_replace(regexp_replace({day}, "
            "'[0-9]', '9', 'g'), '[A-Za-z]+', 'a', 'g') as shape from raw) "
            "where shape is not null group by shape order by min(row_number)"
        )
        dates.refuse_turned(self.name, self._header(field), dict(found))
        by_order = {
            order: f"try_strptime({day}, {cells.listed(formats)})"
            for order, formats in dates.formats([shape for shape, _ in found]).items()
        }
        chosen = self._order(field, day, by_order, [value for _, value in found])
        if chosen is None:
            return f"cast(null as {'date' if field.type == 'day' else 'timestamptz'})"
        if field.type == "day":
            return f"cast({by_order[chosen]} as date)"
        return self._with_clock(field, by_order[chosen], clock, zone)

    def _divided(self, field: Field) -> tuple[str, str, str]:
        """The columns of `raw` that hold the date, the time of day and the zone of a field."""
        names = [f"{field.name}_{part}" for part in ("day", "clock", "zone")]
        listed = ", ".join(
            f"nullif(parts.{part}, '') as {name}"
            for part, name in zip(("date", "time", "zone"), names, strict=True)
        )
        self.connection.execute(
            f"create or replace table raw as select * exclude (parts), {listed} from (select *, "
            f"regexp_extract({field.name}, '{dates.PARTS}', ['date', 'time', 'zone']) as parts "
            "from raw)"
        )
        return names[0], names[1], names[2]

    def _order(
        self, field: Field, day: str, by_order: dict[dates.Order, str], examples: list[str]
    ) -> dates.Order | None:
        if not examples:
            return None
        first, last = dates.YEARS
        fits, example = {}, f"`{examples[-1]}`"
        for order, parsed in by_order.items():
            bad = self.one(
                f"select row_number, {field.name} from raw where {day} is not null and coalesce("
                f"year({parsed}) not between {first} and {last}, true) order by row_number limit 1"
            )
            fits[order] = bad is None
            if bad is not None:
                example = f"`{bad[1]}` in row {bad[0]}"
        possible = [by_order[order] for order, fit in fits.items() if fit]
        different = None
        if len(possible) > 1:
            unlike = " or ".join(f"{possible[0]} <> {other}" for other in possible[1:])
            different = self.one(
                f"select row_number, {field.name} from raw where {unlike} order by row_number "
                "limit 1"
            )
            if different is not None:
                example = f"`{different[1]}` in row {different[0]}"
        heading = self.layout.heading(field.name)
        return dates.order_of(
            heading.text if heading else field.name,
            fits,
            differ=different is not None,
            example=example,
            said=self._answers.of("dates"),
        )

    def _with_clock(self, field: Field, day: str, clock: str, zone: str) -> str:
        tidy = (
            f"regexp_replace(regexp_replace(replace(upper({clock}), ',', '.'), "
            r"' ?([AP])\.?M\.?$', ' \1M'), '(\.[0-9]{6})[0-9]+', '\1')"
        )
        time = f"try_strptime({tidy}, {cells.listed(dates.TIMES)})"
        self._refuse(field, f"{clock} is not null and {time} is null", "no time of day")
        naive = f"({day} + coalesce({time} - timestamp '1900-01-01', interval 0 second))"
        offset = (
            f"coalesce(try_cast(regexp_extract({zone}, '^([+-][0-9]{{2}})', 1) as integer) * 60 + "
            f"try_cast(concat(left({zone}, 1), coalesce(nullif(regexp_extract({zone}, "
            "'^[+-][0-9]{2}:?([0-9]{2})', 1), ''), '0')) as integer), 0)"
        )
        local = self._zone(field, f"{field.name} is not null and {zone} is null")
        return (
            f"case when {zone} is null then timezone('{local}', {naive}) "
            f"else timezone('UTC', {naive} - to_minutes({offset})) end"
        )

    def _zone(self, field: Field, naive: str) -> str:
        said = self._answers.of("timezone")
        if said is not None:
            return dates.zone(said)
        if self.one(f"select 1 from raw where {naive} limit 1"):
            self.notes.append(
                f"`{self._header(field)}` names no time zone and is read as UTC; "
                "--set timezone=Europe/Berlin reads it otherwise"
            )
        return "UTC"

    # Currencies

    def _currency(self, field: Field) -> str:
        value = f"lower({field.name})"
        for text, row in self.all(
            f"select {field.name}, min(row_number) from raw where {field.name} is not null "
            f"group by {field.name}"
        ):
            if currency_of(text) != text.lower():
                raise self._wrong(field, row, text, "no code of a currency, such as USD")
        return value

    def amounts(self, field: str, totals: list[Stated]) -> list[tuple[Stated, Decimal]]:
        """Totals with their amounts; those without a number are left out."""
        sql = f"select {self._expressions[field]} from (select $1 as {field})"
        read = [(stated, self.one(sql, stated.spend)[0]) for stated in totals]
        return [(stated, number) for stated, number in read if number is not None]

    def signs(self, field: str) -> list[tuple[str, int]]:
        """The signs of currencies that stand in the cells of a column, and where first."""
        return self.all(
            f"select sign, min(row_number) from (select row_number, nullif(regexp_extract({field}, "
            f"'{cells.SIGN}'), '') as sign from raw where {cells.bare_money(field)} is not null) "
            "where sign is not null group by sign order by 2"
        )

    # Messages

    def _refuse(self, field: Field, condition: str, why: str, remedy: str = _MEND) -> None:
        bad = self.one(
            f"select row_number, {field.name} from raw where {condition} "
            "order by row_number limit 1"
        )
        if bad is not None:
            raise self._wrong(field, bad[0], bad[1], why, remedy)

    def _wrong(
        self, field: Field, row: int, value: str, why: str, remedy: str = _MEND
    ) -> FileError:
        verb = "" if why.startswith("has ") else "is "
        shown = value[:60].replace(numbers.POINT, ".")
        return FileError(
            f"{self.name}, row {row}: `{shown}` in the column `{self._header(field)}` "
            f"{verb}{why}. {remedy}"
        )

    def _header(self, field: Field) -> str:
        heading = self.layout.heading(field.name)
        return heading.text if heading else field.name

    def refuse_nulls(self, field: str) -> None:
        """Refuse rows that lack a value that they need.

        Raises:
            FileError: there is such a row.
        """
        bad = self.one(f"select min(row_number) from raw where {field} is null")
        if bad is not None and bad[0] is not None:
            header = self._header(self.layout.kind.field(field))
            raise FileError(
                f"{self.name}, row {bad[0]}: the column `{header}` is empty. Fill it, or remove "
                "the row."
            )

    def refuse_open_end(self) -> None:
        """Ask whether the last value of a file is whole, where its line has no end.

        Raises:
            UnclearError: nothing vouches for the value.
        """
        # Trailing separators make columns without a header.
        end = max(n for n, heading in enumerate(self.layout.headings) if heading.text)
        last = next((name for name, n in self.layout.columns.items() if n == end), None)
        if last is None or self._answers.of("end") is not None:
            return
        row, value = self.one(
            f"select row_number, coalesce({last}, '') from raw order by row_number desc limit 1"
        )
        others = [
            other
            for (other,) in self.all(
                f"select distinct coalesce({last}, '') from raw where row_number <> ?",
                row,
            )
        ]
        if not vouched(self.layout.kind.field(last).type, value, others):
            raise UnclearError(
                f"{self.name}, row {row}: the file ends in `{value[:60]}` without the end of a "
                "line, "
                "so it may be cut there. Export it again if it is.",
                "end",
                ["complete"],
            )
