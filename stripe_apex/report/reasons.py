"""Why a payment failed, in plain words.

The codes are those of https://docs.stripe.com/declines/codes, of Stripe's own blocks
(https://docs.stripe.com/declines) and of bank debits (https://docs.stripe.com/error-codes).
"""

from __future__ import annotations

from typing import Final

from stripe_apex.report.labels import label, sentence

_WORDS: Final = {
    "account_closed": "The bank account is closed",
    "authentication_required": "The bank asks the payer to confirm it",
    "bank_account_restricted": "The bank account allows no debits",
    "call_issuer": "The bank declined without a reason",
    "card_declined": "The bank declined without a reason",
    "card_not_supported": "The card allows no such payment",
    "card_velocity_exceeded": "The card is over its limit",
    "currency_not_supported": "The card does not allow this currency",
    "debit_not_authorized": "The payer did not agree to the debit",
    "do_not_honor": "The bank declined without a reason",
    "do_not_try_again": "The bank declined for good",
    "duplicate_transaction": "The same payment was made just before",
    "elevated_risk_level": "Stripe took the payment for risky",
    "expired_card": "The card has expired",
    "fraudulent": "The payment was taken for fraud",
    "generic_decline": "The bank declined without a reason",
    "highest_risk_level": "Stripe blocked the payment as too risky",
    "incorrect_cvc": "The security code was wrong",
    "incorrect_number": "The card number was wrong",
    "incorrect_zip": "The postal code was wrong",
    "insufficient_funds": "Not enough money on the card or account",
    "invalid_account": "The card or account is not valid",
    "invalid_cvc": "The security code was wrong",
    "invalid_number": "The card number was wrong",
    "issuer_not_available": "The bank could not be reached",
    "lost_card": "The card was reported lost",
    "low_probability_of_authorization": "Stripe expected the bank to decline",
    "no_account": "There is no such bank account",
    "pickup_card": "The card was reported lost or stolen",
    "processing_error": "An error at the bank or at Stripe",
    "restricted_card": "The card cannot be used for this payment",
    "rule": "A Radar rule of yours blocked it",
    "stolen_card": "The card was reported stolen",
    "transaction_not_allowed": "The card allows no such payment",
    "try_again_later": "The bank declined for the moment",
    "unknown": "Stripe gave no reason",
    "withdrawal_count_limit_exceeded": "The card is over its limit",
}


def in_words(reason: str) -> str:
    """A reason in plain words; an unknown code without its underscores."""
    return _WORDS.get(reason) or sentence(label(reason))
