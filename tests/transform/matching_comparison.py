"""Compares the marts on matching with what plain Python computes from the same rows."""

from __future__ import annotations

from collections import defaultdict

from tests.transform.reference import channels
from tests.transform.reference.references import payer


def check_matching(results, attribution):
    """Compare matched revenue by way, unmatched revenue, remedies and promotion codes.

    Raises:
        AssertionError: a row differs.
    """
    check_coverage(results, attribution)
    check_unmatched(results, attribution)
    check_remedies(results, attribution)
    check_promotion_codes(results, attribution)


def check_coverage(results, attribution):
    rows = results.rows("""
        select revenue_month, currency, match_status, matched_by, unmatched_reason, charges,
            conflicts, net_minor
        from marts.mart_match_coverage""")
    expected: dict = {}
    for payment in attribution.payments:
        key = (
            payment.day.replace(day=1),
            payment.charge.currency,
            payment.match_status,
            payment.matched_by,
            payment.unmatched_reason,
        )
        charges, conflicts, net = expected.get(key, (0, 0, 0))
        expected[key] = (
            charges + 1,
            conflicts + payment.match_conflict,
            net + payment.charge.net_of_refunds,
        )
    assert {row[:5]: row[5:] for row in rows} == expected


def check_unmatched(results, attribution):
    rows = results.rows(
        "select charge_id, reason, is_attributed_by_touches from marts.mart_unmatched"
    )
    expected = [
        (
            payment.charge.id,
            "shared_mailbox" if attribution.is_shared(payment.person) else payment.unmatched_reason,
            bool(attribution.path(payment)),
        )
        for payment in attribution.payments
        if payment.match_status == "none"
    ]
    assert sorted(rows) == sorted(expected)


def remedy(attribution, payment):
    """The remedy that could match a payment, as the documentation lists it."""
    references = attribution.people.references
    text, row = attribution.carried.code_of(payment.charge)
    if text and row is None:
        return "add_promotion_code"
    values = {
        claim.value
        for claim in references.claims
        if claim.payer == payer(payment.charge) and claim.key != "customer_email"
    }
    if any(references.targets(value) for value in values):
        return "send_personal_reference"
    if values:
        return "import_visits"
    if attribution.is_shared(payment.person):
        return "ask_personal_email"
    if payment.unmatched_reason == "lead_after_charge":
        return "send_reference"
    if payment.unmatched_reason == "no_email":
        return "ask_email"
    emails = map(attribution.people.normal, (lead.email for lead in attribution.world.leads))
    return "send_reference" if any(emails) else "import_leads"


def check_remedies(results, attribution):
    rows = results.rows("""
        select remedy, currency, charges, net_minor, net_reporting_minor
        from marts.mart_match_remedies""")
    unmatched = (payment for payment in attribution.payments if payment.match_status == "none")
    assert {row[:2]: row[2:] for row in rows} == summed(
        ((remedy(attribution, payment), payment.charge.currency), payment) for payment in unmatched
    )


def check_promotion_codes(results, attribution):
    rows = results.rows("""
        select promotion_code, currency, charges, net_minor, net_reporting_minor, channel, campaign,
            partner, has_channel
        from marts.mart_promotion_codes""")
    behind = [
        (*attribution.carried.code_of(payment.charge), payment) for payment in attribution.payments
    ]
    sums = summed(((code, p.charge.currency), p) for code, _, p in behind if code)
    assert {row[:2]: row[2:5] for row in rows} == sums
    visits = defaultdict(list)
    for code, row, payment in behind:
        if row:
            visits[code, payment.charge.currency].append(channels.of_code(row))
    for code, currency, *_, channel, campaign, partner, has_channel in rows:
        found = visits[code, currency]
        assert has_channel == bool(found)
        # What was typed may have no row, and the ids of two codes behind it one each.
        assert channel == max((visit.channel for visit in found), default=None)
        assert partner == max((visit.source for visit in found if visit.source), default=None)
        assert campaign == max((visit.campaign for visit in found if visit.campaign), default=None)


def summed(pairs):
    """Charges, net revenue, and net revenue in the reporting currency, by key."""
    payments = defaultdict(list)
    for key, payment in pairs:
        payments[key].append(payment)
    return {
        key: (
            len(group),
            sum(payment.charge.net_of_refunds for payment in group),
            None
            if any(payment.net_reporting is None for payment in group)
            else sum(payment.net_reporting for payment in group),
        )
        for key, group in payments.items()
    }
