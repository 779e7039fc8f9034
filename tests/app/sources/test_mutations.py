"""However a sheet of spend is saved, mangled or cut: right, or refused with what to do."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from stripe_apex.sources import dates
from tests.app.sources.conftest import Imports

pytestmark = pytest.mark.slow

FIRST = date(2026, 10, 30)
NAMES = {
    "day": ("Day", "Date", "Datum", "spend_date"),
    "campaign": ("Campaign", "Kampagne", "Campaign name"),
    "platform": ("Platform", "Plattform"),
    "currency": ("Currency", "Currency code", "Währung"),
    "cost": ("Cost", "Amount spent", "Kosten"),
    "clicks": ("Clicks", "Klicks"),
    "note": ("Owner", "Ctr", "Avg. CPC"),
}
PLATFORMS = {"Facebook": "meta_ads", "google / cpc": "google_ads", "LinkedIn Ads": "linkedin_ads"}
DATES = {
    "iso": ("%Y-%m-%d", True),
    "german": ("%d.%m.%Y", True),
    "words": ("%b %d, %Y", True),
    "day first": ("%d/%m/%Y", False),
    "month first": ("%m/%d/%Y", False),
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")


@dataclass(frozen=True)
class Row:
    day: date
    campaign: str
    platform: str
    spend: Decimal
    clicks: int

    @property
    def loaded(self):
        return self.day, self.campaign, PLATFORMS[self.platform], self.spend


ROWS = st.lists(
    st.builds(
        Row,
        st.integers(0, 45).map(lambda days: FIRST + timedelta(days=days)),
        st.sampled_from(["Brand", "Übersicht", "a;b", "a,b", 'say "hi"', "Total recall", "x|y"]),
        st.sampled_from(sorted(PLATFORMS)),
        st.integers(0, 5_000_000).map(lambda cents: Decimal(cents) / 100),
        st.integers(0, 5000),
    ),
    min_size=1,
    max_size=8,
)


@dataclass(frozen=True)
class Look:
    """How the sheet is saved."""

    order: tuple[str, ...]
    names: tuple[str, ...]
    date: str
    comma: bool
    grouped: bool
    separator: str
    quoting: int
    line_end: str
    encoding: str
    titles: int
    totals: bool
    footer: bool
    blank: bool
    closed: bool


LOOKS = st.builds(
    Look,
    st.permutations(sorted(NAMES)).map(tuple),
    st.tuples(*(st.sampled_from(NAMES[name]) for name in sorted(NAMES))),
    st.sampled_from(sorted(DATES)),
    st.booleans(),
    st.booleans(),
    st.sampled_from(",;\t|"),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(ENCODINGS),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


def number(value, look):
    text = f"{value:,}" if look.grouped else str(value)
    return text.translate(str.maketrans(",.", ".,")) if look.comma else text


def saved(rows, look):
    """The bytes of the sheet."""
    out = io.StringIO()
    writer = csv.writer(
        out, delimiter=look.separator, quoting=look.quoting, lineterminator=look.line_end
    )
    for title in range(look.titles):
        writer.writerow([f"Report {title}"])
    if look.blank:
        writer.writerow([])
    names = dict(zip(sorted(NAMES), look.names, strict=True))
    writer.writerow([names[column] for column in look.order])
    for row in rows:
        cells = {
            "day": row.day.strftime(DATES[look.date][0]),
            "campaign": row.campaign,
            "platform": row.platform,
            "currency": "EUR",
            "cost": number(row.spend.quantize(Decimal("0.01")), look),
            "clicks": number(row.clicks, look),
            "note": "-",
        }
        writer.writerow([cells[column] for column in look.order])
    if look.totals:
        total = number(sum(row.spend for row in rows).quantize(Decimal("0.01")), look)
        cells = {"campaign": "Total", "cost": total, "currency": "EUR"}
        writer.writerow([cells.get(column, "") for column in look.order])
    if look.footer:
        writer.writerow(["Copyright (c) 2026 Acme"])
    text = out.getvalue() if look.closed else out.getvalue().rstrip("\r\n")
    return text.encode(look.encoding)


def spacing_is_plain(rows):
    """Whether the days of all rows and of each platform are clearly days, not weeks or months."""
    groups = [rows, *([r for r in rows if PLATFORMS[r.platform] == p] for p in PLATFORMS.values())]
    return all(dates.spacing({row.day for row in group}) is None for group in groups)


def decided(rows, look):
    """Whether the sheet says by itself all that must be known."""
    order = (
        DATES[look.date][1]
        or any(row.day.day > 12 for row in rows)
        or all(row.day.day == row.day.month for row in rows)
    )
    return order and look.closed and spacing_is_plain(rows)


def imported(content):
    """What an import of a file loaded; None and the line where it was refused."""
    with tempfile.TemporaryDirectory() as folder:
        imports = Imports(Path(folder), Path(folder) / "warehouse.duckdb")
        done = imports.run("--yes", imports.file("spend.csv", content))
        if done.exit_code:
            (line,) = done.stderr.splitlines()
            assert done.exit_code == 1
            assert imports.everything() == {}
            return None, line
        return [
            (row["spend_date"], row["campaign"], row["platform"], row["spend"])
            for row in imports.rows("ad_spend")
        ], done.output


REMEDIES = ("--set", "--column", "--as", "xport", "Write", "Mend", "Remove", "Unpack", "Correct")
UNHURRIED = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(rows=ROWS, look=LOOKS, mutation=st.sampled_from(["saved", "cut", "mangled"]), data=st.data())
@UNHURRIED
def test_a_sheet_is_right_or_refused(rows, look, mutation, data):
    """However it is saved, wherever it is cut, whatever a line has lost: never a wrong sum."""
    content, right = saved(rows, look), [[row.loaded for row in rows]]
    if mutation == "cut":
        content = content[: data.draw(st.integers(1, len(content) - 1), "bytes")]
        right = [right[0][:count] for count in range(len(rows) + 1)]
    elif mutation == "mangled":
        position = data.draw(st.integers(0, len(rows) - 1), "row")
        content = mangled(content, look, position, data.draw(st.sampled_from(sorted(HOW)), "how"))
        right.append(right[0][:position] + right[0][position + 1 :])
    loaded, said = imported(content)
    event(f"{mutation}: {'refused' if loaded is None else 'loaded'}")
    if loaded is not None:
        assert loaded in right, said
    else:
        assert any(remedy in said for remedy in REMEDIES), said
        assert mutation != "saved" or not decided(rows, look), said


HOW = {
    "has one value less": lambda line, separator: line.replace(separator, " ", 1),
    "has one value more": lambda line, separator: line.replace(separator, separator * 2, 1),
    "is empty": lambda line, separator: "",
}


def mangled(content, look, position, how):
    """The sheet with one of its lines changed."""
    lines = content.decode(look.encoding).split(look.line_end)
    number = look.titles + look.blank + 1 + position
    lines[number] = HOW[how](lines[number], look.separator)
    return look.line_end.join(lines).encode(look.encoding)
