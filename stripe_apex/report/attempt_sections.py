"""The page's sections on the countries of payments, and on failed attempts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from babel import Locale

from stripe_apex.report.attempts import UNKNOWN
from stripe_apex.report.charts import kit
from stripe_apex.report.charts import payments as charts
from stripe_apex.report.economics import ratio
from stripe_apex.report.formats import DASH
from stripe_apex.report.labels import clean
from stripe_apex.report.reasons import in_words
from stripe_apex.report.sections import Section
from stripe_apex.report.tables import Table

if TYPE_CHECKING:
    from stripe_apex.report.attempts import Attempts
    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats

MOST_COUNTRIES: Final = 12
MOST_REASONS: Final = 5

_ENGLISH: Final = Locale("en")
_BUILD: Final = "An older version built this warehouse: build its marts again with `make run`."
NO_COUNTRIES: Final = (
    "No payment of these days has a known country. Stripe knows the country of a card and of a "
    "billing address: let the payment form ask for the address."
)
NOT_READ: Final = (
    "Charges that failed were not read. Add `failed_charges.*` to `select` of tap-stripe-apex in "
    "`meltano.yml`: they then say how many attempts fail, and why."
)


def country_name(code: str) -> str:
    """The English name of a country; its code if the name is not known."""
    if code == UNKNOWN:
        return "not known"
    return clean(_ENGLISH.territories.get(code.upper(), code))


def countries_section(report: Report, formats: Formats) -> Section:
    """Net revenue by country."""
    lines, currency = report.payments.attempts.countries, report.scope.currency
    told = [line for line in lines if line.country != UNKNOWN]
    converted = ", converted" if report.payments.converted else ""
    shares = {line.country: ratio(line.net_minor, report.net_minor) for line in lines}
    rows = tuple(
        (
            country_name(line.country),
            formats.number(line.charges),
            formats.money(line.gross_minor, currency),
            formats.money(line.gross_minor - line.net_minor, currency),
            formats.money(line.net_minor, currency),
            formats.percent(shares[line.country], 1),
            formats.number(line.disputed_charges),
        )
        for line in lines
    )
    bars = [
        charts.Bar(
            country_name(line.country),
            line.net_minor,
            formats.percent(shares[line.country]),
            f"{formats.money(line.net_minor, currency)}, {formats.number(line.charges)} "
            f"{'charge' if line.charges == 1 else 'charges'}",
        )
        for line in lines[:MOST_COUNTRIES]
    ]
    title = "No country is known"
    if told:
        share = formats.percent(shares[told[0].country])
        title = f"{country_name(told[0].country)} brings {share} of net revenue"
    columns = (
        "country", "charges", "captured", "refunded", "net", "share", "disputed charges",
    )  # fmt: skip
    return Section(
        "countries",
        "Where payments come from",
        title,
        "Net revenue by country: that of the billing address, else that of the card, bank account "
        "or wallet, which need not be where the payer lives. A disputed charge is counted however "
        "the dispute ended.",
        Table(
            f"Revenue by country, in {currency.upper()}{converted}", columns, rows if told else ()
        ),
        (lambda canvas: charts.bars(kit.Easel(report, formats, canvas), bars)) if told else None,
        f"{title}. Net revenue by country.",
        empty=NO_COUNTRIES if lines else _BUILD,
    )


def failures_section(report: Report, formats: Formats) -> Section:
    """Attempts that failed, by reason."""
    attempts = report.payments.attempts
    failed = attempts.failed
    title = failures_title(report, formats)
    rows = tuple(
        (
            in_words(line.reason),
            line.currency.upper(),
            formats.number(line.attempts),
            formats.percent(ratio(line.attempts, failed), 1),
            formats.number(line.payments),
            formats.money(line.payment_minor, line.currency),
            formats.number(line.recovered_payments),
            formats.money(line.recovered_minor, line.currency),
        )
        for line in attempts.failures
    )
    columns = (
        "reason", "currency", "failed attempts", "share", "payments", "amount",
        "paid by a later attempt", "amount recovered",
    )  # fmt: skip
    most = failures_in_words(attempts)
    shown = most[:MOST_REASONS]
    if others := sum(count for _, count in most[MOST_REASONS:]):
        shown.append(("All other reasons", others))
    bars = [
        charts.Bar(
            words,
            count,
            formats.percent(ratio(count, failed)),
            f"{formats.number(count)} {'attempt' if count == 1 else 'attempts'}",
        )
        for words, count in shown
    ]
    empty = "No attempt to pay failed in these days."
    if not attempts.failures_were_read:
        empty = _BUILD if attempts.missing else NOT_READ
    return Section(
        "failed",
        "What fails",
        title,
        f"{_recovered(report, formats)} All attempts of one payment intent are one payment. "
        "What was paid later by another payment intent is not known to be the same payment, so the "
        f"rest need not be lost.{_since(report, formats)}",
        Table("Attempts to pay that failed, by reason and currency", columns, rows, names=2),
        (lambda canvas: charts.bars(kit.Easel(report, formats, canvas), bars, names_take=280))
        if failed
        else None,
        f"{title}. Failed attempts by reason.",
        empty=empty,
    )


def failures_in_words(attempts: Attempts) -> list[tuple[str, int]]:
    """Failed attempts by reason in words, the most frequent first; some codes share a reason."""
    found: dict[str, int] = {}
    for line in attempts.failures:
        words = in_words(line.reason)
        found[words] = found.get(words, 0) + line.attempts
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def failures_title(report: Report, formats: Formats) -> str:
    """How many attempts failed, of how many."""
    attempts = report.payments.attempts
    if not attempts.failed:
        return "No attempt failed"
    tried = attempts.failed + attempts.succeeded
    share = formats.percent(ratio(attempts.failed, tried), 1)
    return (
        f"{formats.number(attempts.failed)} of {formats.number(tried)} attempts to pay failed "
        f"({share})"
    )


def _recovered(report: Report, formats: Formats) -> str:
    """The amounts that later attempts recovered, by currency."""
    parts = [
        f"{formats.money(got, currency)} of {formats.money(about, currency)} "
        f"({formats.percent(ratio(got, about))})"
        for currency, (about, got) in report.payments.attempts.by_currency.items()
        if about
    ]
    got = formats.list_separator.join(parts) or DASH
    return f"Later attempts at the same payments brought in {got}."


def _since(report: Report, formats: Formats) -> str:
    since = report.payments.attempts.failures_since
    if since is None or since <= report.scope.start:
        return ""
    return (
        f" The first failure that was read is of {formats.day(since)}, so attempts are counted "
        "from that day on."
    )
