"""Which campaign of ads the visits of a `utm_campaign` are of, where only a person knows."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from stripe_apex.saying import counted
from stripe_apex.sources.mappings import CAMPAIGN_MAP
from stripe_apex.sources.questions import FileError
from stripe_apex.sources.warehouse import opened

if TYPE_CHECKING:
    from stripe_apex.sources.reading import Reading

_MART: Final = "marts.mart_spend_audit"

_OPEN: Final = f"""
select
    platform,
    campaign,
    (
        select string_agg(visited.campaign, '; ' order by visited.visits desc, visited.campaign)
        from {_MART} as visited
        where visited.platform = spent.platform and visited.status = 'visits_without_spend'
    ) as candidates
from {_MART} as spent
where status = 'spend_without_visits' and campaign <> '(none)' and platform <> '(none)'
group by platform, campaign
order by platform, max(abs(spend_micros)) desc, campaign
"""


def template(address: str) -> str | None:
    """A file with each campaign whose spend meets no visit, and what its visits may be called.

    None where nothing is open, or where the models were not built yet.
    """
    with opened(address, write=False) as warehouse:
        if warehouse is None or not warehouse.run(
            "select 1 from information_schema.tables "
            "where table_schema || '.' || table_name = $1 and table_catalog = current_database()",
            _MART,
        ):
            return None
        rows = warehouse.run(_OPEN)
    if not rows:
        return None
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*(column.name for column in CAMPAIGN_MAP.columns), "visits_without_spend"])
    writer.writerows((platform, name, "", said or "") for platform, name, said in rows)
    return text.getvalue()


def leave_open(reading: Reading) -> None:
    """Leave out the rows that nobody has filled in yet.

    Raises:
        FileError: none was filled in.
    """
    staged = reading.staged
    empty = " or ".join(f"{column.name} is null" for column in CAMPAIGN_MAP.columns)
    (count,) = staged.one(f"select count(*) from ready where {empty}")
    (all_,) = staged.one("select count(*) from ready")
    if count == all_:
        raise FileError(
            f"{reading.name}: no row says the utm_campaign of a campaign. Write it beside those "
            "that you know; the others may stay empty."
        )
    if count:
        staged.connection.execute(f"delete from ready where {empty}")
        reading.notes.append(f"left out, without a utm_campaign: {counted(count, 'campaign')}")
