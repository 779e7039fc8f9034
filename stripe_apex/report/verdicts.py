"""The names of verdicts and checks in tables, with symbols that need no colour."""

from __future__ import annotations

from typing import Final

from stripe_apex.report.formats import DASH
from stripe_apex.report.judgement import Verdict

VERDICTS: Final = {
    Verdict.PAYS: "▲ earns back its spend",
    Verdict.LOSES: "▼ does not earn it back",
    Verdict.UNCLEAR: "● open",
    Verdict.TOO_FEW: "○ too few payers to say",
    Verdict.NOTHING: "✕ brought nobody",
    Verdict.NOT_NAMED: "○ no visit names it",
    Verdict.NO_SPEND: DASH,
}

NOT_KNOWN: Final = "● not known: nothing is credited"

EXPERIMENT_VERDICTS: Final = {
    "better": "▲ raised revenue",
    "worse": "▼ lowered revenue",
    "inconclusive": "● no effect shown",
    "not_enough_data": "○ not enough data",
    "sample_ratio_mismatch": "✕ uneven split: cannot be trusted",
    "missing_rate": "○ an exchange rate is missing",
}

CHECKS: Final = {
    "attribution": "attributed + unattributed = net revenue",
    "raw_charges": "net revenue = the charges as loaded",
    "spend": "spend of all channels = what platforms billed",
}
