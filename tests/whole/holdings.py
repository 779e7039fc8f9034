"""The rows that a warehouse holds of an account, in the form of `World.truth`."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from tests.ducks import reading

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

COLUMNS = {
    "charges": "created, amount_captured, amount_refunded, refunded_amount, disputed,"
    " customer_email, customer_metadata ->> 'visitor_id', settled_amount",
    "failed_charges": "created, amount, failure_code, outcome_reason, payment_intent_id",
    "customers": "email, name",
    "refunds": "amount, status",
    "disputes": "amount, status",
    "balance_transactions": "amount, fee, status",
    "checkout_sessions": "status, payment_status, customer_email, customer_id, promotion_code",
}
"""The compared columns, by stream."""


def held(path: Path, stream: str, left_out: Collection[str] = ()) -> dict[str, tuple[Any, ...]]:
    """The rows of a stream that are not marked as deleted, by id; times in epoch seconds.

    Columns that are left out are null, since the table may lack them.
    """
    columns = [
        "null" if column.split()[0] in left_out else column
        for column in COLUMNS[stream].split(", ")
    ]
    with reading(path) as connection:
        rows = connection.execute(
            f"select id, {', '.join(columns)} from raw_stripe.{stream}"
            " where _sdc_deleted_at is null"
        ).fetchall()
    return {
        id_: tuple(
            int(v.replace(tzinfo=v.tzinfo or UTC).timestamp()) if hasattr(v, "timestamp") else v
            for v in values
        )
        for id_, *values in rows
    }
