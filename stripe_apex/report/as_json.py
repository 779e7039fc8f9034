"""The report as JSON for scripts: the page's figures, with amounts in whole minor units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from stripe_apex.report.findings import Findings
from stripe_apex.report.headline import headline
from stripe_apex.report.judgement import verdict
from stripe_apex.report.payment_words import PaymentWords
from tap_stripe_apex import money

if TYPE_CHECKING:
    from stripe_apex.report.audit import AuditedPlatform
    from stripe_apex.report.economics import Economics
    from stripe_apex.report.facts import Report, Scope
    from stripe_apex.report.formats import Formats


def render(report: Report, formats: Formats) -> str:
    """The report as JSON: the facts, the computed ratios, and the findings as sentences."""
    content = {
        **msgspec.to_builtins(report),
        **{
            level: [_economics(line, report.scope) for line in getattr(report, level)]
            for level in ("channels", "platforms", "campaigns", "unplaced")
        },
        "checks": [
            {**msgspec.to_builtins(check), "passed": check.passed} for check in report.checks
        ],
        "audit": {
            **msgspec.to_builtins(report.audit),
            "platforms": [_platform(one) for one in report.audit.platforms],
        },
        "headline": msgspec.to_builtins(headline(report, formats)),
        "next_step": msgspec.to_builtins(PaymentWords(report, formats).next_step()),
        "findings": msgspec.to_builtins(Findings(report, formats).others()),
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2).decode()


def _platform(one: AuditedPlatform) -> dict[str, Any]:
    """A platform's sums, without its campaigns: they are in the list of all campaigns."""
    found: dict[str, Any] = msgspec.to_builtins(one)
    return {name: value for name, value in found.items() if name != "campaigns"}


def _economics(line: Economics, scope: Scope) -> dict[str, Any]:
    unit = money.minor_per_major(scope.currency)
    ratios = {
        "roas": line.roas,
        "new_roas": line.new_roas,
        "returning_revenue_minor": line.returning_revenue_minor,
        "roas_interval": line.roas_interval,
        "roas_by_model": line.roas_by_model,
        "cpl": line.cpl(unit),
        "cac": line.cac(unit),
        "ltv": line.ltv(unit),
        "payback_months": line.payback_months(scope.months),
        "verdict": verdict(line),
    }
    return {**msgspec.to_builtins(line), **msgspec.to_builtins(ratios)}
