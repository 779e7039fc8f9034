"""What a file is and what would be loaded, for people to agree to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_apex.saying import counted
from stripe_apex.sources.spend import money
from tap_stripe_apex.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from stripe_apex.sources.fields import Field
    from stripe_apex.sources.reading import Reading
    from stripe_apex.sources.store import Import

_WIDTH = 14


def preview(reading: Reading, replaced: Iterable[tuple[str, int, str]]) -> str:
    """What would be loaded, one line for each thing to see.

    Args:
        reading: the file.
        replaced: files of which rows would be replaced, how many, and their spend.
    """
    lines = [f"{reading.name}: {reading.kind.title} ({reading.source.format})"]
    lines += [_line(name, said) for name, said in columns(reading)]
    lines += [_line(name, said) for name, said in facts(reading, replaced)]
    return "\n".join(printable(line) for line in lines)


def columns(reading: Reading) -> list[tuple[str, str]]:
    """The fields that the file fills, and how each is read."""
    return [
        (column.name, _column(reading, column))
        for column in reading.kind.fields
        if column.name in reading.layout.columns or column.name in reading.values
    ]


def facts(reading: Reading, replaced: Iterable[tuple[str, int, str]]) -> Iterator[tuple[str, str]]:
    """What is true of the file as a whole, each with a word for what it is."""
    yield "rows", f"{reading.rows:,}"
    for currency, total in reading.totals.items():
        yield "total", money(total, currency)
    for reason, numbers in reading.left_out.items():
        yield "left out", f"{reason}: {_numbers(numbers)}"
    if reading.layout.unread:
        yield "not read", ", ".join(reading.layout.unread)
    for name, rows, spent in replaced:
        yield "replaces", f"{counted(rows, 'row')} of {name}{f' ({spent})' if spent else ''}"
    for note in reading.notes:
        yield "note", note


def listing(imports: Iterable[Import]) -> str:
    """The imports of the past, one line each."""
    lines = []
    for item in imports:
        rows = counted(item.rows, "row")
        if item.rows != item.of_rows:
            rows += f" of {item.of_rows:,}, the others were replaced"
        when = f"{item.imported_at:%Y-%m-%d %H:%M}"
        parts = [
            *([f"{item.first_day} to {item.last_day}"] if item.first_day else []),
            rows,
            *([item.totals] if item.totals else []),
        ]
        lines.append(
            f"{item.import_id:>4}  {when}  {item.kind}  {item.file_name}: {', '.join(parts)}"
        )
    return "\n".join(printable(line) for line in lines)


def _line(name: str, said: str) -> str:
    return f"  {name:<{_WIDTH}} {said}"


def _column(reading: Reading, column: Field) -> str:
    heading = reading.layout.heading(column.name)
    parts = [heading.text] if heading else [reading.values[column.name]]
    if heading and column.name in reading.values:
        parts.append(reading.values[column.name])
    if column.name in reading.facts and heading:
        count, least, greatest = reading.facts[column.name]
        if count == 1:
            parts.append(least)
        elif count:
            unit = "days" if column.type in {"day", "time"} else "different"
            parts.append(f"{least} to {greatest}, {count:,} {unit}")
    return ": ".join([parts[0], "; ".join(parts[1:])]) if len(parts) > 1 else parts[0]


def _numbers(rows: list[int]) -> str:
    shown = ", ".join(map(str, rows[:5]))
    more = f" and {len(rows) - 5:,} more" if len(rows) > 5 else ""
    return f"{'row' if len(rows) == 1 else 'rows'} {shown}{more}"
