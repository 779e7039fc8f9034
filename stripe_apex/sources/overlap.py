"""Spend that is there already: the same days under another account, or of other campaigns.

An export names its account or does not, and its file may hold some campaigns only. Both look like
what is there, and either replacing or adding could falsify the sum.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from stripe_apex.sources.kinds import AD_SPEND
from stripe_apex.sources.questions import UnclearError
from stripe_apex.sources.spend import money
from stripe_apex.sources.store import SCHEMA, account, present

if TYPE_CHECKING:
    from stripe_apex.sources.reading import Reading
    from stripe_apex.sources.warehouse import Warehouse

_SAME_DAYS = "old.platform = new.platform and old.spend_date = new.spend_date"
_SAME_ACCOUNT = f"{account('old.account_id')} = {account('new.account_id')}"
_SAME_CAMPAIGN = "coalesce(old.campaign, '') = coalesce(new.campaign, '')"
_ANY_CAMPAIGN = f"({_SAME_CAMPAIGN} or old.campaign is null or new.campaign is null)"


def refuse_overlap(warehouse: Warehouse, reading: Reading, incoming: str) -> None:
    """Ask about spend that the file may count again, or may drop.

    Raises:
        UnclearError: there is such spend, and the user said nothing about it.
    """
    if reading.kind is not AD_SPEND or AD_SPEND not in present(warehouse):
        return
    said = reading.answers.of("overlap")
    if said not in {"keep", "replace-and-keep"}:
        _refuse_other_account(warehouse, reading, incoming)
    if said not in {"replace", "replace-and-keep"}:
        _refuse_other_campaigns(warehouse, reading, incoming)


def _refuse_other_account(warehouse: Warehouse, reading: Reading, incoming: str) -> None:
    """The same spend under another account would be counted twice.

    An account that the file names too is known to be another one, and so is an account that
    stands beside the new one on some day already.
    """
    table = f"{SCHEMA}.ad_spend"
    known = f"old.platform = new.platform and {_SAME_ACCOUNT}"
    stood = f"(select distinct platform, spend_date, {account('account_id')} as name from {table})"
    found = warehouse.run(
        f"select old.file_name, min(old.spend_date), max(old.account_id), max(old.import_id) "
        f"from {table} as old join {incoming} as new on {_SAME_DAYS} and {_ANY_CAMPAIGN} "
        f"where not {_SAME_ACCOUNT} and old.spend <> 0 "
        f"and not exists (select 1 from {incoming} as new where {known}) "
        f"and not exists (select 1 from {stood} as a join {stood} as b on a.platform = b.platform "
        "and a.spend_date = b.spend_date where a.platform = old.platform "
        f"and a.name = {account('old.account_id')} and b.name = {account('new.account_id')}) "
        "group by old.file_name order by max(old.import_id) desc limit 1"
    )
    if found:
        file, day, named, number = found[0]
        where = f"the account {named}" if named else "no account"
        raise UnclearError(
            f"{reading.name}: campaigns of {day} are there already, with {where}, from {file}; "
            "beside "
            f"them they would count twice. If it is the same spend, `stripe-apex import --undo "
            f"{number}` first"
            + (f", or --set account_id={named}" if named else "")
            + ". If not, keep both.",
            "overlap",
            ["keep" if reading.answers.of("overlap") is None else "replace-and-keep"],
        )


def _refuse_other_campaigns(warehouse: Warehouse, reading: Reading, incoming: str) -> None:
    """Campaigns that the file lacks may be of another account, or of another part.

    A file without any campaigns has the sums of an account, which stand for its campaigns; so do
    campaigns for the sums of an earlier file.
    """
    same = f"old.platform = new.platform and {_SAME_ACCOUNT}"
    found = warehouse.run(
        "select old.file_name, old.platform, coalesce(old.campaign, ''), min(old.spend_date), "
        "max(old.spend_date), old.currency, sum(old.spend) "
        f"from {SCHEMA}.ad_spend as old where old.spend <> 0 "
        f"and exists (select 1 from {incoming} as new where {_SAME_DAYS} and {_SAME_ACCOUNT}) "
        f"and exists (select 1 from {incoming} as new where {same} and new.campaign is not null) "
        f"and not exists (select 1 from {incoming} as new where {same} and {_SAME_CAMPAIGN}) "
        f"and (old.campaign is not null or exists (select 1 from {SCHEMA}.ad_spend as new where "
        f"{same} and new.import_id = old.import_id and new.campaign is not null)) "
        "group by 1, 2, 3, old.currency order by 1, 2, 3, old.currency"
    )
    if found:
        file, platform = found[0][:2]
        campaigns = list(dict.fromkeys(row[2] or "(no name)" for row in found))
        more = f" and {len(campaigns) - 3:,} more" if len(campaigns) > 3 else ""
        sums: dict[str, Decimal] = {}
        for row in found:
            sums[row[5]] = sums.get(row[5], Decimal(0)) + row[6]
        spent = ", ".join(money(amount, code) for code, amount in sorted(sums.items()))
        first, last = min(row[3] for row in found), max(row[4] for row in found)
        raise UnclearError(
            f"{reading.name}: for {platform}, {first} to {last}, {file} brought campaigns of which "
            f"this file has none ({', '.join(campaigns[:3])}{more}: {spent}), and they would be "
            "replaced. If they are of another account, name this one with --set account_id=...; "
            "if both files are parts, export them as one.",
            "overlap",
            ["replace" if reading.answers.of("overlap") is None else "replace-and-keep"],
        )
