"""Ad spend: which platform was paid, in which currency, on which day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from stripe_apex.saying import counted
from stripe_apex.sources import names, spend
from stripe_apex.sources.currency import currency
from stripe_apex.sources.questions import FileError, UnclearError
from stripe_apex.sources.reading import Reading, literal
from tap_stripe_apex.money import decimals

if TYPE_CHECKING:
    from datetime import date

    from stripe_apex.sources.rows import Sieve

_DAYS: Final = {"day", "by day", "date", "spend date", "tag", "datum", "jour", "gregorian date"}
"""Headers of a day of its own, where others are the start of a period."""

_STARTS: Final = {"start date", "reporting starts", "date start", "berichtsstart", "time period"}
"""Headers of the first day of a period."""

_OF_THE_REPORT: Final = {"reporting ends", "berichtsende"}
"""Headers of Meta that end the whole report where the file has a day, too."""


def finish(reading: Reading) -> None:
    """Complete the expressions of ad spend.

    Raises:
        UnclearError: nothing says which platform was paid, or in which currency.
    """
    expressions, layout = reading.expressions, reading.layout
    if layout.platform is not None and "platform" in layout.columns and not _names_one(reading):
        columns = {name: at for name, at in layout.columns.items() if name != "platform"}
        layout = reading.layout = replace(layout, columns=columns)
        del expressions["platform"]
    if layout.platform is not None and "platform" not in expressions:
        expressions["platform"] = literal(layout.platform)
        reading.values["platform"] = f"{layout.platform}, by the headers"
    elif "platform" in layout.columns:
        expressions["platform"] = _platforms(reading)
    elif "platform" not in expressions:
        raise UnclearError(
            f"{reading.name}: nothing says which ad platform was paid.", "platform", names.PLATFORMS
        )
    expressions["currency"] = currency(reading, "spend", "currency")
    (empty,) = reading.staged.one(f"select count(*) from raw where {expressions['spend']} is null")
    if empty:
        reading.notes.append(f"{counted(empty, 'row')} without an amount: 0 is taken")
    expressions["spend"] = f"coalesce({expressions['spend']}, 0)"
    _usual_source(reading)


def check(reading: Reading, sieve: Sieve) -> None:
    """Check that each row is of one day, and that the rows add up to the file's own total.

    Raises:
        FileError: a row covers a period, or stands twice in a file that was pasted together.
        UnclearError: days lie far apart, or a total differs.
    """
    staged = reading.staged
    _refuse_repeated(reading)
    _refuse_periods(reading)
    spend.refuse_hidden_total(reading.name, staged.one(spend.HIDDEN_TOTAL))
    _round_fractions(reading)
    reading.totals = dict(
        staged.all("select currency, sum(spend) from ready group by currency order by currency")
    )
    (count,) = staged.one("select count(*) from ready")
    spend.refuse_other_total(
        reading.name,
        reading.totals,
        count,
        staged.amounts("spend", sieve.totals),
        reading.answers.of("totals"),
    )


def _refuse_repeated(reading: Reading) -> None:
    """Refuse rows that stand above a repeated header and below it again."""
    headers = reading.left_out.get("repeated header", [])
    columns = ", ".join(reading.layout.columns)
    found = headers and reading.staged.one(
        f"select min(row_number), max(row_number) as again from (select *, "
        f"len([header for header in {headers} if header < row_number]) as part from raw) "
        f"group by {columns} having min(part) < max(part) order by again limit 1"
    )
    if found:
        row, again = found
        raise FileError(
            f"{reading.name}, row {again}: it is row {row} again, below a repeated header, so two "
            "exports whose days overlap may have been pasted together. Import them one by one, or "
            "remove the rows that stand twice."
        )


def _refuse_periods(reading: Reading) -> None:
    staged, platform, layout = reading.staged, reading.layout.platform, reading.layout
    said = reading.answers.of("rows")
    start, end = layout.heading("spend_date"), layout.heading("period_end")
    a_day = start is None or start.plain in _DAYS
    if end is not None and not (a_day and end.plain in _OF_THE_REPORT):
        longer = staged.one(
            f"select row_number, spend_date, period_end from (select row_number, "
            f"{reading.expressions['spend_date']} as spend_date, "
            f"{reading.expressions['period_end']} as period_end from raw) "
            "where period_end <> spend_date order by row_number limit 1"
        )
        spend.refuse_periods(reading.name, platform, longer, has_day=a_day, said=said)
    days = staged.all("select distinct platform, account_id, spend_date from ready")
    groups: dict[object, list[date]] = {None: [day for *_, day in days]}
    for paid, account, day in days:
        groups.setdefault((paid, account), []).append(day)
    for group in groups.values():
        spend.refuse_spacing(reading.name, platform, group, said)
    if start is not None and start.plain in _STARTS and end is None:
        spend.refuse_one_start(reading.name, platform, start.text, set(groups[None]), said)


def _round_fractions(reading: Reading) -> None:
    """Round amounts to minor units so that their sum stays right.

    Models count in minor units; rounded one by one, many fractions of a cent would add up to
    another total than the file's. So each row gets what the rounded running total grows by.
    """
    staged = reading.staged
    for (code,) in staged.all("select distinct currency from ready order by currency"):
        places, ours = decimals(code), f"currency = {literal(code)}"
        (fractions,) = staged.one(
            f"select count(*) from ready where {ours} and spend <> round(spend, {places})"
        )
        if fractions:
            running = "sum(spend) over (order by row_number rows unbounded preceding)"
            staged.connection.execute(
                "create or replace table ready as select * from ready "
                f"where not coalesce({ours}, false) union all select * exclude (running) replace ("
                f"cast(round(running, {places}) - coalesce(lag(round(running, {places})) over "
                "(order by row_number), 0) as decimal(18, 6)) as spend) "
                f"from (select *, {running} as running from ready where {ours}) order by row_number"
            )
            reading.notes.append(
                f"{fractions:,} amounts have fractions of a minor unit; they are rounded so "
                "that the "
                "total stays right"
            )


def unknown_platform(said: str) -> str:
    """A note on a platform that the user names and the models do not know."""
    return (
        f"the models do not know the platform {names.snake_case(said)}: its spend is of the "
        "channel "
        "paid_other until the table apex.ad_platforms names one"
    )


def _names_one(reading: Reading) -> bool:
    """Whether a column that may be of platforms names one anywhere."""
    return any(
        names.platform(said) is not None or f"platform {said}" in reading.answers.values
        for (said,) in reading.staged.all("select distinct coalesce(platform, '') from raw")
    )


def _platforms(reading: Reading) -> str:
    """The platform of each row, by the words of its column."""
    cases = []
    for said, row in reading.staged.all(
        "select coalesce(platform, ''), min(row_number) from raw group by 1 order by 2"
    ):
        answer = reading.answers.values.get(f"platform {said}")
        found = names.platform(answer or said)
        if found is None and answer is None:
            what = f"`{said}` is no ad platform that is known" if said else "no platform is named"
            raise UnclearError(
                f"{reading.name}, row {row}: {what}.", f"platform {said}", names.PLATFORMS
            )
        if found is None:
            reading.notes.append(unknown_platform(str(answer)))
            found = names.snake_case(str(answer))
        cases.append(f"when {literal(said)} then {literal(found)}")
    return f"case coalesce(platform, '') {' '.join(cases)} end"


def _usual_source(reading: Reading) -> None:
    cases = " ".join(
        f"when {literal(name)} then {literal(source)}"
        for name in names.PLATFORMS
        if (source := names.utm_source(name)) is not None
    )
    said = reading.expressions.get("utm_source")
    usual = f"case {reading.expressions['platform']} {cases} end"
    reading.expressions["utm_source"] = f"coalesce({said or 'null'}, {usual})"
    if said is None:
        reading.values["utm_source"] = "as links of the platform's ads usually carry it"
