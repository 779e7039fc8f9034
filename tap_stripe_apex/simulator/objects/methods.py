"""What charges, refunds and disputes say about the card or the account that paid."""

from tap_stripe_apex.simulator.objects.encoding import JsonObject
from tap_stripe_apex.simulator.records import Charge, PaymentMethod

# What every simulated card has in common is made once: a page has a hundred of them.
_EVERY_CARD: JsonObject = {
    "checks": {
        "address_line1_check": "pass",
        "address_postal_code_check": "pass",
        "cvc_check": "pass",
    },
    "electronic_commerce_indicator": None,
    "extended_authorization": {"status": "disabled"},
    "iin": "424242",
    "incremental_authorization": {"status": "unavailable"},
    "installments": None,
    "issuer": "Simulated Bank",
    "mandate": None,
    "moto": None,
    "multicapture": {"status": "unavailable"},
    "network_token": {"used": False},
    "regulated_status": "unregulated",
    "setup_credential_usage": None,
    "stored_credential_usage": None,
    "three_d_secure": None,
    "transaction_link_id": None,
}


def payment_method_details(charge: Charge) -> JsonObject:
    """`Charge.payment_method_details`: `type` and the part that is named after it."""
    method = charge.method
    if method.type != "card":
        return _bank_details(method)
    return {"card": _card_details(method, charge), "type": "card"}


def refund_destination(method: PaymentMethod, reference: str) -> JsonObject:
    """`Refund.destination_details`: how the money travels back."""
    if method.type == "card":
        return {
            "card": {
                "reference": reference,
                "reference_status": "available",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        }
    kind = {"sepa_debit": "eu_bank_transfer", "us_bank_account": "us_bank_transfer"}.get(
        method.type, method.type
    )
    return {kind: {"reference": reference, "reference_status": "available"}, "type": kind}


def _card_details(method: PaymentMethod, charge: Charge) -> JsonObject:
    return {
        **_EVERY_CARD,
        "amount_authorized": charge.amount,
        "authorization_code": method.last4 + method.id[-2:],
        "brand": method.brand,
        "capture_before": charge.capture_before,
        "country": method.country,
        "description": "Simulated Classic",
        "exp_month": method.exp_month,
        "exp_year": method.exp_year,
        "fingerprint": method.fingerprint,
        "funding": method.funding,
        "last4": method.last4,
        "network": method.brand,
        "network_transaction_id": str(charge.created * 97 + charge.amount),
        "overcapture": {"maximum_amount_capturable": charge.amount, "status": "unavailable"},
        "wallet": _wallet(method),
    }


def _wallet(method: PaymentMethod) -> JsonObject | None:
    if method.wallet is None:
        return None
    wallet: JsonObject = {
        "amex_express_checkout": None,
        "apple_pay": None,
        "dynamic_last4": None,
        "google_pay": None,
        "link": None,
        "masterpass": None,
        "samsung_pay": None,
        "type": method.wallet,
        "visa_checkout": None,
    }
    wallet[method.wallet] = {}
    return wallet


def _bank_details(method: PaymentMethod) -> JsonObject:
    details = {
        "sepa_debit": {
            "bank_code": method.bank_code or "37040044",
            "branch_code": "",
            "country": method.country,
            "expected_debit_date": None,
            "fingerprint": method.fingerprint,
            "last4": method.last4,
            "mandate": "mandate_" + method.id[3:],
        },
        "us_bank_account": {
            "account_holder_type": "individual",
            "account_type": "checking",
            "bank_name": method.bank_name or "SIMULATED BANK",
            "expected_debit_date": None,
            "fingerprint": method.fingerprint,
            "last4": method.last4,
            "mandate": "mandate_" + method.id[3:],
            "payment_reference": None,
            "routing_number": method.bank_code or "110000000",
        },
    }
    return {method.type: details.get(method.type, {}), "type": method.type}
