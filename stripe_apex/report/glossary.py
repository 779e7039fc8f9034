"""The technical terms of the page, each explained once at its end."""

from __future__ import annotations

from typing import Final

GLOSSARY: Final = (
    ("Net revenue", "What was captured, less what was refunded."),
    ("Kept", "Net revenue less disputes and Stripe's fees, as far as these are known."),
    ("Lead", "Somebody who left an email address before paying, in a form for example."),
    ("Visit", "One stay on your site. Its link or its referrer says which channel it came by."),
    ("Channel", "A kind of way by which people come: paid search, email, direct and so on."),
    (
        "Direct",
        "A visit that no link and no campaign led to: the address was typed, or is unknown.",
    ),
    (
        "Attribution model",
        (
            "A rule that shares a payment among the visits before it. No rule is the right one; "
            "where all agree, it does not matter which is taken."
        ),
    ),
    ("ROAS", "Return on ad spend: revenue / spend. At 1× the spend has come back."),
    ("CPL", "Cost per lead: spend / leads."),
    (
        "CAC",
        (
            "Customer acquisition cost: spend / new customers, where it is known of everybody who "
            "is new."
        ),
    ),
    (
        "LTV",
        (
            "Lifetime value: what customers have brought so far, revenue / customers. It grows "
            "with time and is not predicted."
        ),
    ),
    (
        "CAC / monthly revenue per customer",
        (
            "CAC / (LTV / months of the period): how many months pay for a new customer if the "
            "revenue of customers is spread evenly over the period. Where most of it comes early, "
            "payback is sooner."
        ),
    ),
    (
        "Payback",
        (
            "The age at which the new customers of a month had brought back the ad spend of that "
            "month, in months."
        ),
    ),
    ("Cohort", "All customers whose first payment was made in the same month."),
    (
        "95% interval",
        (
            "How far chance alone could have moved a figure: of a hundred such intervals, about 95 "
            "hold the true value."
        ),
    ),
    (
        "p",
        (
            "How often chance alone would show an effect at least as large as this one, if there "
            "were none."
        ),
    ),
    (
        "p of the split",
        (
            "How often chance alone would share visitors among the variants of an experiment at "
            "least as unevenly. A very small one means that the assignment is at fault."
        ),
    ),
    (
        "Net revenue after the window",
        (
            "What the visitors of an experiment brought after the days that count for it. It is "
            "in no lift, no interval and no verdict."
        ),
    ),
    ("Converted", "Added up over currencies at the exchange rate of the day or of the settlement."),
)
"""Each term with its meaning, in the order in which they occur on the page."""
