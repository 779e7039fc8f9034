"""The short table for terminals and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_stripe_apex import money
from tap_stripe_apex.report.queries import UNATTRIBUTED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tap_stripe_apex.report.queries import Summary


def amount(minor: int, currency: str) -> str:
    """Major units with as many decimals as the currency has: 1,234.50 usd, 1,235 jpy."""
    return f"{money.to_major(minor, currency):,.{money.decimals(currency)}f}"


def render(summary: Summary, attribution_model: str) -> str:
    """Totals, channels and unmatched revenue, one column per currency."""
    currencies = list(summary.gross)
    if not currencies:
        return (
            "No successful charge in the date range. Widen date_range, or check that charges exist "
            "in Stripe."
        )
    ranked = sorted(
        (channel for channel in summary.channels if channel != UNATTRIBUTED),
        key=lambda channel: -summary.channels[channel].get(currencies[0], 0),
    )
    rows = [
        ["Revenue", *(currency.upper() for currency in currencies)],
        _row("gross", summary.gross, currencies),
        _row("net of refunds", summary.net, currencies),
        [f"Net by channel ({attribution_model})"],
        *(_row(channel, summary.channels[channel], currencies) for channel in ranked),
        _row(UNATTRIBUTED, summary.channels.get(UNATTRIBUTED, {}), currencies),
    ]
    if summary.reasons:
        rows.append(["Unmatched, by reason"])
        rows += [
            _row(f"{reason} ({count:,})", by_currency, currencies)
            for reason, (count, by_currency) in summary.reasons.items()
        ]
    return "\n".join(_aligned(rows))


def _row(title: str, by_currency: Mapping[str, int], currencies: Sequence[str]) -> list[str]:
    return [
        f"  {title}",
        *(amount(by_currency.get(currency, 0), currency) for currency in currencies),
    ]


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    full = [row for row in rows if len(row) > 1]
    widths = [max(map(len, column)) for column in zip(*full, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=False))
        ).rstrip()
        for row in rows
    ]
