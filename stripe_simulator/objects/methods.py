"""The fields of charges, refunds and disputes about the card or bank account that paid."""

from functools import cache

import msgspec

from stripe_simulator.objects.encoding import ABSENT, Absent, Null, StripeObject, fragment
from stripe_simulator.records import ChargeRecord, PaymentMethod

# These methods cannot return money themselves, so a refund is a bank transfer.
_TRANSFERS = {
    "boleto": "br_bank_transfer",
    "link": "us_bank_transfer",
    "sepa_debit": "eu_bank_transfer",
    "us_bank_account": "us_bank_transfer",
}
_WALLETS = dict.fromkeys(
    (
        "amex_express_checkout",
        "apple_pay",
        "google_pay",
        "link",
        "masterpass",
        "samsung_pay",
        "visa_checkout",
    )
)
_UNAVAILABLE = fragment({"status": "unavailable"})


class Overcapture(StripeObject, kw_only=True):
    """`Charge.payment_method_details.card.overcapture`."""

    maximum_amount_capturable: int
    status: str = "unavailable"


class Card(StripeObject, kw_only=True):
    """`Charge.payment_method_details.card`."""

    amount_authorized: int
    authorization_code: str
    brand: str
    capture_before: int | Absent
    country: str
    exp_month: int
    exp_year: int
    fingerprint: str
    funding: str
    last4: str
    network: str
    network_transaction_id: str
    overcapture: Overcapture
    wallet: msgspec.Raw | None
    checks: msgspec.Raw = fragment(
        {
            "address_line1_check": "pass",
            "address_postal_code_check": "pass",
            "cvc_check": "pass",
        }
    )
    description: Absent = ABSENT
    electronic_commerce_indicator: Absent = ABSENT
    extended_authorization: msgspec.Raw = fragment({"status": "disabled"})
    iin: Absent = ABSENT
    incremental_authorization: msgspec.Raw = _UNAVAILABLE
    installments: Null = None
    issuer: Absent = ABSENT
    mandate: Null = None
    moto: Absent = ABSENT
    multicapture: msgspec.Raw = _UNAVAILABLE
    network_token: msgspec.Raw = fragment({"used": False})
    regulated_status: str = "unregulated"
    setup_credential_usage: Absent = ABSENT
    stored_credential_usage: Absent = ABSENT
    three_d_secure: Null = None
    transaction_link_id: Absent = ABSENT


class SepaDebit(StripeObject, kw_only=True):
    """`Charge.payment_method_details.sepa_debit`."""

    bank_code: str
    country: str
    fingerprint: str
    last4: str
    mandate: str
    branch_code: str = ""
    expected_debit_date: Null = None


class UsBankAccount(StripeObject, kw_only=True):
    """`Charge.payment_method_details.us_bank_account`."""

    bank_name: str
    fingerprint: str
    last4: str
    mandate: str
    routing_number: str
    account_holder_type: str = "individual"
    account_type: str = "checking"
    expected_debit_date: Null = None
    payment_reference: Null = None


class Boleto(StripeObject, kw_only=True):
    """`Charge.payment_method_details.boleto`."""

    tax_id: str = "000.000.000-00"


class Link(StripeObject, kw_only=True):
    """`Charge.payment_method_details.link`."""

    country: str
    funding_source_group: Null = None


def payment_method_details(charge: ChargeRecord) -> dict[str, StripeObject | str]:
    """`Charge.payment_method_details`: `type` and the field that is named after the type."""
    method = charge.method
    match method.type:
        case "card":
            return {"card": _card(method, charge), "type": "card"}
        case "sepa_debit":
            return {"sepa_debit": _sepa_debit(method), "type": "sepa_debit"}
        case "us_bank_account":
            return {"us_bank_account": _us_bank_account(method), "type": "us_bank_account"}
        case "boleto":
            return {"boleto": Boleto(), "type": "boleto"}
        case "link":
            return {"link": Link(country=method.country), "type": "link"}


def refund_destination(method: PaymentMethod, reference: str) -> dict[str, dict[str, str] | str]:
    """`Refund.destination_details`: the way in which the money goes back."""
    referred = {"reference": reference, "reference_status": "available"}
    if method.type == "card":
        referred |= {"reference_type": "acquirer_reference_number", "type": "refund"}
        return {"card": referred, "type": "card"}
    transfer = _TRANSFERS[method.type]
    return {transfer: referred, "type": transfer}


def _card(method: PaymentMethod, charge: ChargeRecord) -> Card:
    return Card(
        amount_authorized=charge.amount,
        authorization_code=method.last4 + method.id[-2:],
        brand=method.brand,
        capture_before=charge.capture_before or ABSENT,
        country=method.country,
        exp_month=method.exp_month,
        exp_year=method.exp_year,
        fingerprint=method.fingerprint,
        funding=method.funding,
        last4=method.last4,
        network=method.brand,
        network_transaction_id=str(charge.created * 97 + charge.amount),
        overcapture=Overcapture(maximum_amount_capturable=charge.amount),
        wallet=_wallet(method.wallet),
    )


@cache
def _wallet(name: str | None) -> msgspec.Raw | None:
    if name is None:
        return None
    return fragment({"dynamic_last4": None, "type": name, **_WALLETS, name: {}})


def _sepa_debit(method: PaymentMethod) -> SepaDebit:
    return SepaDebit(
        bank_code=method.bank_code or "37040044",
        country=method.country,
        fingerprint=method.fingerprint,
        last4=method.last4,
        mandate="mandate_" + method.id[3:],
    )


def _us_bank_account(method: PaymentMethod) -> UsBankAccount:
    return UsBankAccount(
        bank_name=method.bank_name or "SIMULATED BANK",
        fingerprint=method.fingerprint,
        last4=method.last4,
        mandate="mandate_" + method.id[3:],
        routing_number=method.bank_code or "110000000",
    )
