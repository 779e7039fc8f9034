"""From a file to the rows that would be loaded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import duckdb

from stripe_apex.errors import OptionError
from stripe_apex.saying import counted
from stripe_apex.sources import ads, campaigns, names, people
from stripe_apex.sources.currency import currency
from stripe_apex.sources.files import open_source
from stripe_apex.sources.headers import currency_of, recognise
from stripe_apex.sources.kinds import (
    AD_SPEND,
    EXPERIMENTS,
    EXPOSURES,
    FX_RATES,
    KINDS,
    LEADS,
    TOUCHPOINTS,
)
from stripe_apex.sources.mappings import CAMPAIGN_MAP
from stripe_apex.sources.questions import CHOICES, FREE, Answers, FileError
from stripe_apex.sources.reading import Reading, literal
from stripe_apex.sources.rows import Sieve
from stripe_apex.sources.staging import Staged

if TYPE_CHECKING:
    from pathlib import Path

    from stripe_apex.sources.files import File, Source
    from stripe_apex.sources.headers import Layout
    from tap_stripe_apex.hashing import Hashing

_SETTABLE: Final = ("text", "currency")


def understand(
    file: File, answers: Answers, folder: Path, hashing: Hashing | None = None
) -> Reading:
    """Understand a file whole, or not at all.

    Args:
        file: the file.
        answers: what the user said about it.
        folder: an empty folder for the temporary database.
        hashing: what replaces addresses by their hashes; None where they are kept.

    Raises:
        FileError: the file cannot be imported as it stands.
        UnclearError: it can be read in more than one way.
    """
    if hashing is not None:
        file = replace(file, name=hashing.text(file.name))
    try:
        return _understood(file, answers, folder, hashing)
    except FileError as error:
        raise error.about(file.name) from error
    except duckdb.Error as error:
        said = str(error).strip().split("\n", 1)[0].rstrip(".")
        raise FileError(
            f"{file.name} cannot be read: {said}. If the file opens elsewhere, report this."
        ) from error


def _understood(file: File, answers: Answers, folder: Path, hashing: Hashing | None) -> Reading:
    source = open_source(file, answers)
    layout = recognise(source.header, answers)
    _refuse_merged(source, layout)
    sieve = Sieve(layout, file.name)
    staged = Staged(folder, layout, answers, file.name)
    staged.fill(sieve.data(source.rows()))
    if not sieve.kept:
        raise FileError(f"{file.name} has a header but no rows. Export it again.")
    if source.ends_open and sieve.last_seen == sieve.last_kept:
        staged.refuse_open_end()
    reading = Reading(source, layout, staged, answers, sieve.left_out, staged.typed())
    if layout.kind in {LEADS, TOUCHPOINTS}:
        people.first_of_several_emails(reading)
    if hashing is not None and layout.kind in {LEADS, TOUCHPOINTS, EXPOSURES}:
        people.hash_addresses(reading, hashing)
    _make_ready(reading)
    if layout.kind is AD_SPEND:
        ads.check(reading, sieve)
    if layout.kind is FX_RATES:
        _check_rates(reading)
    _drop_repeated(reading)
    (reading.rows,) = staged.one("select count(*) from ready")
    reading.notes[:0] = staged.notes
    _note_facts(reading)
    staged.close()
    return reading


def _refuse_merged(source: Source, layout: Layout) -> None:
    """Refuse cells that are merged over several rows: all but the first of them are empty."""
    for top, bottom, positions in source.merged():
        merged = [layout.headings[at].text for at in layout.columns.values() if at in positions]
        if merged and bottom > source.header_row:
            raise FileError(
                f"{source.file.name}, rows {top} to {bottom}: the cells of the column "
                f"`{merged[0]}` are merged, so that one row has the value and the others have "
                "none. Unmerge them, and write the value into each row."
            )


def check_answers(answers: Answers) -> None:
    """Check that each answer is to a question that exists.

    Raises:
        OptionError: one is not.
    """
    fields = {column.name: column for kind in KINDS.values() for column in kind.fields}
    settable = [name for name, column in fields.items() if column.type in _SETTABLE]
    known = [*settable, *CHOICES, *FREE]
    for name in answers.values:
        if name not in known and not name.startswith("platform "):
            raise OptionError(
                f"--set {name}: there is nothing of that name to be set; there is "
                f"{', '.join(known)}."
            )
        answers.of(name)
    for name in answers.columns:
        if name not in fields:
            raise OptionError(
                f"--column {name}: there is no such column; there is {', '.join(fields)}."
            )


def _note_facts(reading: Reading) -> None:
    moment = reading.kind.moment
    for column in reading.kind.columns:
        if column.name == moment or column.name in {"platform", "account_id", "currency"}:
            value = f"cast({column.name} as date)" if column.type == "time" else column.name
            reading.facts[column.name] = reading.staged.one(
                f"select count(distinct {value}), cast(min({value}) as varchar), "
                f"cast(max({value}) as varchar) from ready"
            )


def _make_ready(reading: Reading) -> None:
    kind, expressions = reading.kind, reading.expressions
    for column in kind.fields:
        if column.name not in expressions and column.name in reading.answers.values:
            expressions[column.name] = _constant(reading, column.name)
    for column in kind.fields:
        # Rows without an email, an amount or an answer are a matter of their kinds.
        theirs = column.type == "money" or column.name == "email" or kind is CAMPAIGN_MAP
        if column.needed and column.name in reading.layout.columns and not theirs:
            reading.staged.refuse_nulls(column.name)
    if kind is AD_SPEND:
        ads.finish(reading)
    elif kind is LEADS:
        people.finish_leads(reading)
    elif kind is TOUCHPOINTS:
        people.finish_touchpoints(reading)
    elif kind is EXPERIMENTS and "cost" in expressions:
        expressions["cost_currency"] = currency(reading, "cost", "cost_currency")
    listed = ", ".join(
        f"cast({expressions.get(column.name, 'null')} as {column.sql_type}) as {column.name}"
        for column in kind.columns
    )
    reading.staged.connection.execute(f"create table ready as select {listed}, row_number from raw")
    if kind is CAMPAIGN_MAP:
        campaigns.leave_open(reading)


def _constant(reading: Reading, name: str) -> str:
    said = reading.answers.values[name]
    if name == "platform":
        known = names.platform(said)
        if known is None:
            reading.notes.append(ads.unknown_platform(said))
        said = known or names.snake_case(said)
    elif reading.kind.field(name).type == "currency":
        code = currency_of(said)
        if code is None:
            raise OptionError(f"--set {name}={said} is no code of a currency, such as usd.")
        said = code
    reading.values[name] = f"{said}, as you say"
    return literal(said)


def _check_rates(reading: Reading) -> None:
    bad = reading.row_where(f"coalesce({reading.expressions['rate']}, 0) <= 0")
    if bad is not None:
        raise FileError(
            f"{reading.name}, row {bad}: a rate must be greater than 0. Mend it in the file."
        )
    twice = reading.staged.one(
        "select max(row_number) from ready group by rate_date, from_currency, to_currency "
        "having count(distinct rate) > 1 order by 1 limit 1"
    )
    if twice is not None:
        raise FileError(
            f"{reading.name}, row {twice[0]}: another row has another rate for the same day and "
            "currencies. Remove the wrong one."
        )


def _drop_repeated(reading: Reading) -> None:
    """Of rows with the same key, keep the last one of the file."""
    if not reading.kind.unique:
        return
    staged, key = reading.staged, ", ".join(reading.kind.key)
    repeated = staged.one(f"select count(*) - count(distinct ({key})) from ready")[0]
    if not repeated:
        return
    staged.connection.execute(
        "create or replace table ready as select * from ready "
        f"qualify row_number() over (partition by {key} order by row_number desc) = 1"
    )
    reading.notes.append(
        f"{counted(repeated, 'row')} {'repeats' if repeated == 1 else 'repeat'} the "
        f"{reading.kind.key[0]} of a later row, which is taken"
    )
