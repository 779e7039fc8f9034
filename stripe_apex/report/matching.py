"""How payments are matched to people, in words, and what would match the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stripe_apex.report.economics import ratio
from stripe_apex.report.labels import clean, listed
from stripe_apex.report.matched import NOT_MATCHED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats

WAYS: Final = {
    "direct": "by the email",
    "by_reference": "by a reference that the payment carries",
    "via_customer": "by another payment of the customer",
    "by_touch": "by a campaign that the payment carries",
    "by_code": "by a promotion code",
}
"""The names of the ways inside a sentence, in the order of tables."""

NAMES: Final = {**WAYS, NOT_MATCHED: "not matched"}
"""The names of the ways, including payments that are matched to nobody."""

_MOST_SHARED: Final = 5


@dataclass(frozen=True, slots=True)
class Help:
    """A hint: what it is about, what to do, and a text to copy."""

    name: str
    text: str
    code: str = ""


_CHECKOUT: Final = """\
stripe.checkout.Session.create(
    ...,
    client_reference_id=visitor_id,
    payment_intent_data={"metadata": {"visitor_id": visitor_id}},  # where mode="payment"
)
# a Payment Link: https://buy.stripe.com/YOUR_LINK?client_reference_id=VISITOR_ID
# a PaymentIntent: stripe.PaymentIntent.create(..., metadata={"visitor_id": visitor_id})
# a subscription: stripe.Customer.modify(customer_id, metadata={"visitor_id": visitor_id})"""

_CODES: Final = """\
code,channel
{code},CHANNEL"""

_HELP: Final = {
    "send_reference": Help(
        "Hand the visitor's id over with the payment",
        "No lead has the payer's email, or the lead came later. The id that your snippet writes "
        "into the visits needs no email. For what a Payment Link or a subscription says, select "
        "the stream checkout_sessions, too. docs/matching.md has each case.",
        _CHECKOUT,
    ),
    "send_personal_reference": Help(
        "Send each visitor's own id",
        "These payments carry a value that too many people carry, so it names nobody. Most likely "
        "a form writes a constant: send the visitor's id there.",
        _CHECKOUT,
    ),
    "import_visits": Help(
        "Import the visits or leads with these ids",
        "These payments carry an id that no visit and no lead has.",
        "stripe-apex import visits.csv leads.csv",
    ),
    "import_leads": Help(
        "Import your leads",
        "No lead with an email is loaded. `stripe-apex import --template leads` prints the columns "
        "of the file.",
        "stripe-apex import leads.csv",
    ),
    "ask_email": Help(
        "Ask for an email, or hand the visitor's id over",
        "These payments have neither.",
        "stripe.PaymentIntent.create(..., receipt_email=email, "
        'metadata={"visitor_id": visitor_id})',
    ),
    "ask_personal_email": Help(
        "Ask for a personal email",
        "Many people use the payer's address. The visitor's id with the payment helps as well.",
    ),
    "add_promotion_code": Help(
        "Give promotion codes a channel",
        "These payments used a code without a row in the table promotion_codes. “Promotion codes” "
        "lists which.",
    ),
}


def coverage(report: Report, formats: Formats) -> str:
    """The share that is matched, by way; empty if nothing is matched, or there is no revenue."""
    found = {way: minor for way in WAYS if (minor := report.matched.by_way.get(way, 0)) > 0}
    if not found or report.net_minor <= 0:
        return ""

    def share(minor: int) -> str:
        return formats.percent(ratio(minor, report.net_minor))

    whole = report.net_minor - report.matched.unmatched_minor
    if len(found) == 1:
        (way,) = found
        return f"{share(whole)} of net revenue is matched, all of it {WAYS[way]}"
    each = listed([f"{share(minor)} {WAYS[way]}" for way, minor in found.items()], 5, ready=True)
    return f"{share(whole)} of net revenue is matched: {each}"


def to_look_at(report: Report, formats: Formats) -> Iterator[Help]:
    """Doubtful matches: payments that name two people, and values that many people share."""
    conflicts = sum(line.conflicts for line in report.matched.ways)
    if conflicts:
        money = formats.money(
            sum(line.conflicts_minor for line in report.matched.ways), report.scope.currency
        )
        payments = "1 payment" if conflicts == 1 else f"{formats.number(conflicts)} payments"
        yield Help(
            f"Two people in one payment: {payments}, {money}",
            "The reference names one person, the email another, your forms know both, and nothing "
            "else joins them. They count as one person. Most likely they share a browser, or a "
            "form writes the wrong id. To see which payments these are:",
            "select charge_id, matched_by, created_at from marts.fct_revenue where match_conflict",
        )
    shared = report.matched.shared
    if shared:
        shown = [
            f"{clean(line.reference_key)} {_value(line.reference_value)} "
            f"({formats.number(line.people)} people)"
            for line in shared[:_MOST_SHARED]
        ]
        more = len(shared) - len(shown)
        yield Help(
            f"{'A value' if len(shared) == 1 else f'{formats.number(len(shared))} values'} of "
            "metadata that many people carry",
            f"{'; '.join(shown)}{f'; and {more} more' if more > 0 else ''}. More people carry it "
            "than max_people_per_reference allows, so it matches nobody. Most likely a form writes "
            "the same value to every payment: send the visitor's own id there.",
        )


def remedies(report: Report, formats: Formats) -> Iterator[Help]:
    """The remedies with how much of the rest each would match, the most first."""
    for line in report.matched.remedies:
        known = _HELP.get(line.remedy, Help(clean(line.remedy.replace("_", " ")), ""))
        money = formats.money(line.revenue_minor, report.scope.currency)
        share = ratio(line.revenue_minor, report.net_minor)
        part = f", {formats.percent(share)} of net revenue" if share and share > 0 else ""
        yield Help(f"{known.name}: up to {money}{part}", known.text, known.code)


def of_codes(report: Report, formats: Formats) -> Iterator[Help]:
    """What to do about promotion codes that stand for no channel."""
    lost = [line for line in report.matched.codes if not line.has_channel]
    if lost:
        number = "1 code" if len(lost) == 1 else f"{formats.number(len(lost))} codes"
        code = lost[0].promotion_code
        yield Help(
            f"{number} without a channel",
            "A row of the table promotion_codes says which channel a code stands for: a podcast, a "
            "partner, a newsletter. Write them into a file such as this one, and import it with "
            "`stripe-apex import codes.csv`:",
            _CODES.format(code=clean(code)),
        )


def missing(report: Report) -> str:
    """The marts that an older version did not build, and how to build them; else empty."""
    if not report.matched.missing:
        return ""
    return (
        f"This warehouse was built before {' and '.join(report.matched.missing)} existed: "
        "`make run`, or `dbt build`, makes them."
    )


def _value(value: str) -> str:
    """A metadata value, unless it is an email address: the page holds none."""
    return "with an email address" if "@" in value else f"“{clean(value)[:40]}”"
