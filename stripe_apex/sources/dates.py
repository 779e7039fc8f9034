"""Days and times as exports write them: which part is the day, by the whole column.

Only the *shape* of a text matters for which formats may fit (digits as 9, words as a), so a column
of a million times is decided by the few shapes that it has. Formats are those of `strptime`.
"""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from stripe_apex.errors import OptionError
from stripe_apex.sources.questions import FileError, UnclearError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

Order = Literal["day-first", "month-first", "year-first"]

PARTS: Final = (
    r"^(?P<date>[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}|[0-9]{8}"
    r"|[A-Za-z]+\.? [0-9]{1,2},? [0-9]{4}|[0-9]{1,2}[-. ]{1,2}[A-Za-z]+[-. ]{1,2}[0-9]{4})"
    r"(?:(?:T|,? +)(?P<time>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
    r"(?: ?[AaPp]\.?[Mm]\.?)?))?"
    r" ?(?P<zone>Z|UTC|GMT|\(UTC\)|[+-][0-9]{2}(?::?[0-9]{2})?)?$"
)
"""A date, and a time and a zone if there are; RE2 reads it as Python does."""

YEARS: Final = (2000, 2099)
"""Years that are believed; a two-digit year and a wrong format both lead outside."""

SERIALS: Final = (36_526, 73_050)
"""The days of `YEARS` as spreadsheets count them."""

_ISO: Final = re.compile(r"9{4}-9{2}-9{2}")
_DAY_OR_MONTH_FIRST: Final = re.compile(r"9{1,2}[./-]9{1,2}[./-]9{2,4}")

_SHAPES: Final[tuple[tuple[str, dict[Order, tuple[str, ...]]], ...]] = (
    (r"9{4}-9{2}-9{2}", {"year-first": ("%Y-%m-%d",)}),
    (r"9{4}/9{1,2}/9{1,2}", {"year-first": ("%Y/%m/%d",)}),
    (r"9{4}\.9{1,2}\.9{1,2}", {"year-first": ("%Y.%m.%d",)}),
    (r"9{8}", {"year-first": ("%Y%m%d",)}),
    (r"9{1,2}\.9{1,2}\.9{4}", {"day-first": ("%d.%m.%Y",)}),
    (r"9{1,2}\.9{1,2}\.9{2}", {"day-first": ("%d.%m.%y",)}),
    (r"9{1,2}/9{1,2}/9{4}", {"day-first": ("%d/%m/%Y",), "month-first": ("%m/%d/%Y",)}),
    (r"9{1,2}-9{1,2}-9{4}", {"day-first": ("%d-%m-%Y",), "month-first": ("%m-%d-%Y",)}),
    (
        r"9{1,2}/9{1,2}/9{2}",
        {
            "day-first": ("%d/%m/%y",),
            "month-first": ("%m/%d/%y",),
            "year-first": ("%y/%m/%d",),
        },
    ),
    (r"a\.? 9{1,2},? 9{4}", {"month-first": ("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y")}),
    (r"9{1,2}\.? a\.? 9{4}", {"day-first": ("%d %b %Y", "%d %B %Y")}),
    (r"9{1,2}-a-9{4}", {"day-first": ("%d-%b-%Y", "%d-%B-%Y")}),
)

TIMES: Final = ("%H:%M:%S.%f", "%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")


def shape(text: str) -> str:
    """The form of a date: digits as 9, words as a."""
    return re.sub(r"[A-Za-z]+", "a", re.sub(r"[0-9]", "9", text))


def formats(shapes: Collection[str]) -> dict[Order, list[str]]:
    """The formats of each order that fits all of these shapes.

    Shapes with one order only (2026-11-03, 03.11.2026) fit any order of the others. Years of two
    and of four digits do not go together: the shorter ones may have been cut.
    """
    listed = [_orders_of(item) for item in shapes]
    if any(not orders for orders in listed) or _years_differ(shapes):
        return {}
    open_ones = [set(orders) for orders in listed if len(orders) > 1]
    common = set.intersection(*open_ones) if open_ones else {next(iter(o)) for o in listed[:1]}
    found: dict[Order, list[str]] = {}
    for order in sorted(common):
        chosen = [orders.get(order) or next(iter(orders.values())) for orders in listed]
        found[order] = sorted({item for items in chosen for item in items})
    return found


def refuse_turned(file: str, name: str, examples: Mapping[str, str]) -> None:
    """Refuse dates of which a spreadsheet may have turned some and left others as text.

    It makes 1 November of `11/01/2026` or 11 January of `01/11/2026`, as its own language writes
    dates, keeps the result as a date, and leaves `13/11/2026` as it stands.

    Args:
        file: what messages call the file.
        name: the column.
        examples: a value of each shape that occurs.

    Raises:
        FileError: real dates and such texts stand in one column.
    """
    real = next((text for shape, text in examples.items() if _ISO.fullmatch(shape)), None)
    texts = (text for shape, text in examples.items() if _DAY_OR_MONTH_FIRST.fullmatch(shape))
    left = next(texts, None)
    if real is not None and left is not None:
        raise FileError(
            f"{file}: in the column `{name}`, {real[:10]} is a date and `{left}` a text, as a "
            "spreadsheet leaves them where it took the day of other rows for the month. Import the "
            "export as it was before a spreadsheet saved it, or write all days as 2026-11-03."
        )


def order_of(
    name: str, fits: Mapping[Order, bool], *, differ: bool, example: str, said: str | None
) -> Order:
    """The order of day, month and year in a column.

    Args:
        name: the column.
        fits: whether all values are dates in this order.
        differ: whether the orders that fit mean different days.
        example: a value that is open to more than one order, or to none.
        said: the user's answer.

    Raises:
        FileError: none fits.
        UnclearError: more than one fits, and they differ.
    """
    possible = [order for order, fit in fits.items() if fit]
    if said in possible:
        return next(order for order in possible if order == said)
    if not possible:
        raise FileError(
            f"No one format fits all of `{name}`: {example} is not a date like the others. Write "
            "them as 2026-11-03, or export them again."
        )
    if said is not None and len(fits) > 1:
        raise FileError(f"`{name}` is not {said}: with that, not all of its values are dates.")
    if len(possible) > 1 and differ:
        raise UnclearError(
            f"In `{name}`, {example} may be read in more than one way, and no other value decides "
            "which part is the day.",
            "dates",
            possible,
        )
    return possible[0]


def spacing(days: Iterable[date]) -> str | None:
    """`weeks` or `months` if days lie so regularly that each may stand for a whole one.

    The first and the last period of a report may be cut, so one day at each end may lie elsewhere
    if three others are left.
    """
    ordered = sorted(set(days))
    parts = [ordered]
    parts += [part for part in (ordered[1:], ordered[:-1], ordered[1:-1]) if len(part) > 2]
    for part in parts if len(ordered) > 1 else ():
        gaps = {later - earlier for earlier, later in pairwise(part)}
        if all(gap % timedelta(days=7) == timedelta(0) for gap in gaps):
            return "weeks"
        following = {(day + timedelta(days=1)).day for day in part}
        if len({day.day for day in part}) == 1 or following == {1}:
            return "months"
    return None


def zone(said: str) -> str:
    """The time zone that the user names.

    Raises:
        OptionError: there is none of that name.
    """
    try:
        return ZoneInfo(said).key
    except (ValueError, OSError, KeyError) as error:
        raise OptionError(
            f"--set timezone={said} is no time zone: use a name such as Europe/Berlin."
        ) from error


def _orders_of(text: str) -> dict[Order, tuple[str, ...]]:
    for pattern, orders in _SHAPES:
        if re.fullmatch(pattern, text):
            return orders
    return {}


def _years_differ(shapes: Collection[str]) -> bool:
    short = [item for item in shapes if re.search(r"(?<!9)9{1,2}[./-]9{1,2}[./-]9{2}$", item)]
    return 0 < len(short) < len(shapes)
