"""The rules of ad spend: days instead of periods, and totals that the rows add up to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from stripe_apex.sources import dates
from stripe_apex.sources.questions import FileError, UnclearError
from tap_stripe_apex.money import decimals

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

BY_DAY: Final = {
    "google_ads": "add the column Day in the report's columns",
    "meta_ads": "choose Breakdown, By time, Day before you export",
    "linkedin_ads": "choose Daily as the time breakdown of the report",
    "microsoft_ads": "choose Day as the unit of time of the report",
    "tiktok_ads": "add the dimension By Day to the report",
}
"""How the report of a platform is made to have one row for each day."""

HIDDEN_TOTAL: Final = """
    with
        named as (
            select spend_date, platform, currency, account_id, sum(spend) as spend
            from ready
            where coalesce(campaign, '') not in ('', '-', '--')
            group by spend_date, platform, currency, grouping sets ((account_id), ())
        )
    select unnamed.row_number, unnamed.spend, unnamed.currency
    from ready as unnamed
    inner join named using (spend_date, platform, currency, spend)
    where
        coalesce(unnamed.campaign, '') in ('', '-', '--')
        and unnamed.spend <> 0
        and (unnamed.account_id is null or unnamed.account_id = named.account_id)
    order by unnamed.row_number
    limit 1
"""
"""The first row without a campaign that is as much as the campaigns of its day together."""


def refuse_hidden_total(name: str, found: tuple[int, Decimal, str] | None) -> None:
    """Refuse a row that may be the total of a day, though nothing calls it one.

    Raises:
        FileError: there is such a row.
    """
    if found is not None:
        row, amount, currency = found
        raise FileError(
            f"{name}, row {row}: it names no campaign, and its {money(amount, currency)} are what "
            "the campaigns of that day add up to, so it may count them again. Remove the row, or "
            "write a campaign into it."
        )


def refuse_periods(
    name: str,
    platform: str | None,
    longer: tuple[int, date, date] | None,
    *,
    has_day: bool,
    said: str | None,
) -> None:
    """Refuse rows that cover more than a day.

    Args:
        name: what messages call the file.
        platform: whose export it is.
        longer: the first row that ends on another day than it starts, and both days.
        has_day: the start is called a day, so that the end may be of something else.
        said: the user's answer to whether it is.

    Raises:
        FileError: there is such a row.
        UnclearError: there is one if the end is that of the row.
    """
    if longer is None or (has_day and said is not None):
        return
    row, start, end = longer
    message = (
        f"{name}, row {row}: it covers {start} to {end}, and a period's spend cannot be divided "
        f"into days without guessing. Export it again by day: "
        f"{BY_DAY.get(platform or '', 'one row for each day')}."
    )
    if has_day:
        raise UnclearError(f"{message} The end may be the campaign's.", "rows", ["daily"])
    raise FileError(message)


def refuse_spacing(name: str, platform: str | None, days: Iterable[date], said: str | None) -> None:
    """Ask whether rows are daily, where days lie a week or a month apart.

    Raises:
        UnclearError: they do.
    """
    apart = dates.spacing(days)
    if apart is not None and said is None:
        raise UnclearError(
            f"{name}: its days lie {apart} apart, so each row may be of more than a day. Export it "
            f"again by day ({BY_DAY.get(platform or '', 'one row for each day')}) if it is.",
            "rows",
            ["daily"],
        )


def refuse_one_start(
    name: str, platform: str | None, header: str, days: Collection[date], said: str | None
) -> None:
    """Ask whether rows are daily, where all have one day that may be the start of a period.

    Raises:
        UnclearError: they have.
    """
    if len(days) == 1 and said is None:
        raise UnclearError(
            f"{name}: `{header}` is {next(iter(days))} in all rows and nothing says where it ends, "
            "so each row may be of more than a day. Export it again by day "
            f"({BY_DAY.get(platform or '', 'one row for each day')}) if it is.",
            "rows",
            ["daily"],
        )


@dataclass(frozen=True, slots=True)
class Stated:
    """What a row of totals says; it is not `called` one where it only lacks a day and a name."""

    row: int
    spend: str
    currency: str
    called: bool


def refuse_other_total(
    name: str,
    sums: Mapping[str, Decimal],
    rows: int,
    totals: Sequence[tuple[Stated, Decimal]],
    said: str | None,
) -> None:
    """Refuse a file whose rows do not add up to the file's own totals, currency by currency.

    A platform rounds each row and its total apart, so they may differ by half a minor unit a row.
    A total over several currencies means nothing, and is left out where it is called a total.

    Raises:
        FileError: a row without a day is no total of the rows.
        UnclearError: no total of a currency fits.
    """
    if said is not None:
        return
    only = next(iter(sums)) if len(sums) == 1 else ""
    by_currency: dict[str, list[tuple[Stated, Decimal]]] = {}
    for stated, amount in totals:
        by_currency.setdefault(stated.currency or only, []).append((stated, amount))
    for currency, group in by_currency.items():
        total = sums.get(currency, Decimal(0))
        slack = Decimal(rows).scaleb(-decimals(currency)) / 2 if currency else Decimal(0)
        if currency and any(abs(amount - total) <= slack for _, amount in group):
            continue
        row = next((stated.row for stated, _ in group if not stated.called), None)
        if row is not None and (len(sums) > 1 or not sums.get(currency)):
            raise FileError(
                f"{name}, row {row}: it has neither a day nor a name, and is not the total of the "
                "rows of its currency. Write the day into each row, where cells are merged, too, "
                "or remove the row if it is a total."
            )
        if not currency:
            continue
        stated, amount = group[-1]
        raise UnclearError(
            f"{name}, row {stated.row}: it says that the total is {money(amount, currency)}, but "
            f"the rows above add up to {money(total, currency)}, so the file may be cut or "
            "filtered. Export it again if it is.",
            "totals",
            ["ignore"],
        )


def money(amount: Decimal, currency: str) -> str:
    """An amount with as many decimals as it has, and no fewer than its currency."""
    exact = amount.normalize()
    places = max(-int(exact.as_tuple().exponent), decimals(currency), 0)
    return f"{amount:,.{places}f} {currency.upper()}"
