"""Renders the short table for terminals and logs, at most 60 columns wide."""

from __future__ import annotations

import textwrap
import unicodedata
from typing import TYPE_CHECKING

from stripe_apex.report import glance
from stripe_apex.report.attempt_sections import (
    MOST_REASONS,
    country_name,
    failures_in_words,
    failures_title,
)
from stripe_apex.report.attempts import UNKNOWN
from stripe_apex.report.audit_section import unmatched
from stripe_apex.report.economics import ratio
from stripe_apex.report.facts import UNATTRIBUTED
from stripe_apex.report.formats import DASH
from stripe_apex.report.headline import headline
from stripe_apex.report.labels import clean, label
from stripe_apex.report.missing import unknown_names
from stripe_apex.report.payment_words import PaymentWords
from stripe_apex.report.titles import Titles
from tap_stripe_apex import money

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stripe_apex.report.facts import Choice, Report
    from stripe_apex.report.formats import Formats
    from stripe_apex.report.matched import NoVisitCredited, Unmatched

WIDTH = 60
MOST_CHANNELS = 12
_REASONS = {"no_visit": "no visit in the days that count"}


def amount(minor: int, currency: str) -> str:
    """An amount in major units with the currency's decimals: 1,234.50 usd, 1,235 jpy."""
    return f"{money.to_major(minor, currency):,.{money.decimals(currency)}f}"


def render(choices: Sequence[Choice], formats: Formats) -> str:
    """The advice, revenue and its change, the channels, and revenue without a channel.

    Args:
        choices: the report, followed by shorter periods; one is compared with the period before.
        formats: the formats of numbers and dates.
    """
    return "\n".join(_lines(choices, formats))


def _lines(choices: Sequence[Choice], formats: Formats) -> Iterator[str]:
    report = choices[0].report
    words, said = Titles(report, formats), headline(report, formats)
    for sentence in filter(None, (words.origin_explained, said.title, said.lead, said.verdict)):
        yield from textwrap.wrap(sentence, WIDTH)
    if not report.totals:
        return
    yield ""
    yield from _aligned(
        [
            ("Revenue", "gross", "net of refunds"),
            *(
                (
                    f"  {total.currency.upper()}",
                    amount(total.gross_minor, total.currency),
                    amount(total.net_minor, total.currency),
                )
                for total in report.totals
            ),
        ]
    )
    yield from _key_figures(_compared(choices), formats)
    for sentence in words.not_kept():
        yield from textwrap.wrap(sentence, WIDTH)
    if step := PaymentWords(report, formats).next_step():
        yield from ("", *textwrap.wrap(step.title, WIDTH), f"  {step.command}")
        yield from (*textwrap.wrap(step.text, WIDTH, break_on_hyphens=False), "")
        yield from _attempts(report, formats)
    else:
        yield from _channels(report, formats)
        yield from _without_channel(report, words)
    for finding in _also(report, words):
        yield from textwrap.wrap(finding, WIDTH)
    if without_visits := unmatched(report, formats):
        yield from textwrap.wrap(f"{without_visits}.", WIDTH)
    for sentences in unknown_names(report, formats):
        yield from textwrap.wrap(" ".join(sentences), WIDTH)
    if report.checks:
        yield from textwrap.wrap(f"Reconciliation: {words.checks()}", WIDTH)
    for failure in words.broken:
        yield from textwrap.wrap(f"Failed: {failure}", WIDTH, break_long_words=False)


def _compared(choices: Sequence[Choice]) -> Choice:
    """The first period with a change; a report of all days has no change."""
    for choice in choices:
        if choice.report.key_figures.before_start is not None:
            return choice
    return choices[0]


def _key_figures(choice: Choice, formats: Formats) -> Iterator[str]:
    """The key figures of a period, each with its change; nothing if none has one."""
    panel = glance.panel(choice.name, choice.report, formats)
    if not any(card.change for card in panel.cards):
        return
    yield ""
    yield from textwrap.wrap(panel.days, WIDTH)
    yield from _aligned(
        [
            ("", "", "before", "change"),
            *(
                (f"  {card.name}", card.value, card.before.removeprefix("from "), card.change)
                for card in panel.cards
                if card.value != DASH
            ),
        ]
    )
    for sentence in panel.missing:
        yield from textwrap.wrap(sentence, WIDTH)
    yield ""


def _also(report: Report, words: Titles) -> Iterator[str]:
    """The page's other statements about these figures."""
    if words.stands_on_leads_alone:
        yield words.why_on_leads_alone
    if report.too_old_minor > 0:
        old = words.formats.money(report.too_old_minor, report.scope.currency)
        yield f"{old} has no channel, since the payers' leads are too old. {words.too_old}"
    if report.maybe_new_customers:
        yield f"{words.who_may_be_new()}. {words.how_to_know_who_is_new()}"


def _attempts(report: Report, formats: Formats) -> Iterator[str]:
    """The countries with the most revenue, and how many attempts failed and why."""
    attempts, currency = report.payments.attempts, report.scope.currency
    if any(line.country != UNKNOWN for line in attempts.countries):
        yield from _aligned(
            [
                ("Country", f"net, {currency.upper()}", "share"),
                *(
                    (
                        f"  {country_name(line.country)}",
                        amount(line.net_minor, currency),
                        formats.percent(ratio(line.net_minor, report.net_minor)),
                    )
                    for line in attempts.countries[:MOST_REASONS]
                ),
            ]
        )
    if attempts.failed:
        yield from textwrap.wrap(f"{failures_title(report, formats)}.", WIDTH)
        yield from _aligned(
            [
                ("Why", "attempts", "share"),
                *(
                    (f"  {words}", formats.number(count), formats.percent(count / attempts.failed))
                    for words, count in failures_in_words(attempts)[:MOST_REASONS]
                ),
            ]
        )


def _channels(report: Report, formats: Formats) -> Iterator[str]:
    scope = report.scope
    lines = [line for line in report.channels if line.revenue_minor or line.spend_minor]
    rows = [("Channel", f"net, {scope.currency.upper()}", "share", "spend", "ROAS")]
    shown = [line for line in lines if line.channel != UNATTRIBUTED][:MOST_CHANNELS]
    shown += [line for line in lines if line.channel == UNATTRIBUTED]
    for line in shown:
        share = formats.percent(line.revenue_minor / report.net_minor if report.net_minor else None)
        rows.append(
            (
                f"  {clean(line.channel)}",
                amount(line.revenue_minor, scope.currency),
                share,
                amount(line.spend_minor, scope.currency) if line.spend_minor else "",
                formats.times(None if report.left_out else line.roas) if line.spend_minor else "",
            )
        )
    yield from _aligned(rows)
    if len(lines) > len(shown):
        yield f"  and {len(lines) - len(shown)} more channels"
    only = f", of {report.alone} alone" if report.alone else ""
    yield f"  by the model {scope.attribution_model}{only}"


def _without_channel(report: Report, words: Titles) -> Iterator[str]:
    """Why revenue has no channel; the rows add up to that of `unattributed`."""
    lines: list[Unmatched | NoVisitCredited] = [
        *(line for line in report.unmatched if not line.is_attributed_by_touches),
        *words.without_channel_though_matched(),
    ]
    if not lines:
        return
    currency = report.scope.currency
    yield from _aligned(
        [
            ("No channel, by reason", f"net, {currency.upper()}", "charges"),
            *(
                (
                    f"  {_REASONS.get(line.reason) or label(line.reason)}",
                    amount(line.revenue_minor, currency),
                    words.formats.number(line.charges),
                )
                for line in sorted(lines, key=lambda line: (-line.revenue_minor, line.reason))
            ),
        ]
    )


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows with names on the left and figures on the right; names that are too long are cut."""
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    room = WIDTH - sum(width + 2 for width in widths[1:])
    widths[0] = min(widths[0], room)
    for name, *figures in rows:
        cells = [_padded(_cut(name, widths[0]), widths[0])]
        cells += [
            " " * (width - columns(figure)) + figure
            for figure, width in zip(figures, widths[1:], strict=True)
        ]
        yield "  ".join(cells).rstrip()


def columns(text: str) -> int:
    """The number of terminal columns that a text takes; wide characters take two."""
    return sum(
        0
        if unicodedata.combining(character)
        else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


def _cut(text: str, most: int) -> str:
    if columns(text) <= most:
        return text
    while text and columns(text) > most - 1:
        text = text[:-1]
    return f"{text}…"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))
