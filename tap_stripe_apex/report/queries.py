"""Questions to the marts, answered in integers of minor units."""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_stripe_apex.errors import ConfigurationError, TapError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import duckdb

UNATTRIBUTED = "unattributed"


@dataclass(frozen=True, slots=True)
class Summary:
    """Revenue in minor units, by currency code.

    Attributes:
        gross: captured.
        net: after refunds.
        channels: net revenue credited to each channel, and to `unattributed`.
        reasons: why revenue is unattributed: number of charges and net revenue.
    """

    gross: Mapping[str, int]
    net: Mapping[str, int]
    channels: Mapping[str, Mapping[str, int]]
    reasons: Mapping[str, tuple[int, Mapping[str, int]]]


@contextmanager
def open_warehouse(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection, closed at once after use: an open one blocks writers.

    Raises:
        TapError: duckdb is not installed, there is no such warehouse, or it holds no marts.
    """
    try:
        import duckdb  # noqa: PLC0415 - an extra: the tap alone does without
    except ImportError as exc:
        raise ConfigurationError(
            "The report needs DuckDB: install tap-stripe-apex[report]."
        ) from exc
    if not path.is_file():
        raise ConfigurationError(f"There is no warehouse at {path}. `make run` makes one.")
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            yield connection
    except duckdb.CatalogException as exc:
        raise TapError(
            f"The warehouse at {path} has no marts yet. Build them with `make run`."
        ) from exc
    except duckdb.IOException as exc:
        raise TapError(
            f"The warehouse at {path} cannot be opened; a run may be writing it. Try again later."
        ) from exc


def summarise(warehouse: Path, attribution_model: str) -> Summary:
    """Revenue in total, by channel under `attribution_model`, and unmatched by reason."""
    with open_warehouse(warehouse) as connection:
        totals = connection.execute(
            "select currency, sum(gross_minor)::bigint, sum(net_minor)::bigint"
            " from marts.fct_revenue group by all order by 2 desc, 1"
        ).fetchall()
        credits_ = connection.execute(
            "select a.channel, r.currency, sum(a.credit_minor)::bigint"
            " from marts.fct_attribution as a"
            " inner join marts.fct_revenue as r on a.charge_id = r.charge_id"
            " where a.attribution_model = ? group by all order by 1, 2",
            [attribution_model],
        ).fetchall()
        unmatched = connection.execute(
            "select a.reason, r.currency, count(*), sum(a.credit_minor)::bigint"
            " from marts.fct_attribution as a"
            " inner join marts.fct_revenue as r on a.charge_id = r.charge_id"
            " where a.attribution_model = ? and a.channel = ? group by all order by 3 desc, 1, 2",
            [attribution_model, UNATTRIBUTED],
        ).fetchall()
    channels: dict[str, dict[str, int]] = defaultdict(dict)
    for channel, currency, credit in credits_:
        channels[channel][currency] = credit
    reasons: dict[str, tuple[int, dict[str, int]]] = {}
    for reason, currency, count, credit in unmatched:
        number, by_currency = reasons.get(reason, (0, {}))
        reasons[reason] = (number + count, {**by_currency, currency: credit})
    return Summary(
        gross={currency: gross for currency, gross, _ in totals},
        net={currency: net for currency, _, net in totals},
        channels=channels,
        reasons=reasons,
    )
