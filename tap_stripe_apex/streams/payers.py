"""What a charge tells of the payer: the payment form, the payment method, and their countries."""

from __future__ import annotations

import msgspec


class BillingAddress(msgspec.Struct, frozen=True):
    """The only part of the address that is read."""

    country: str | None = None


class BillingDetails(msgspec.Struct, frozen=True):
    """What the payer typed into the payment form."""

    email: str | None = None
    address: BillingAddress | None = None

    @property
    def country(self) -> str | None:
        """ISO 3166-1 alpha-2, in capitals."""
        return country_code(self.address.country) if self.address else None


class _OfCountry(msgspec.Struct, frozen=True):
    country: str | None = None


class PaymentMethodDetails(msgspec.Struct, frozen=True):
    """How it was paid: card, sepa_debit, ... and, of methods that tell it, in which country.

    https://docs.stripe.com/api/charges/object#charge_object-payment_method_details
    """

    type: str | None = None
    ach_debit: _OfCountry | None = None
    card: _OfCountry | None = None
    card_present: _OfCountry | None = None
    interac_present: _OfCountry | None = None
    link: _OfCountry | None = None
    paypal: _OfCountry | None = None
    sepa_debit: _OfCountry | None = None
    sofort: _OfCountry | None = None

    @property
    def country(self) -> str | None:
        """That of the card, the bank account or the wallet: ISO 3166-1 alpha-2, in capitals."""
        told = (self.card, self.sepa_debit, self.link, self.paypal, self.card_present,
                self.interac_present, self.ach_debit, self.sofort)  # fmt: skip
        return next((country_code(part.country) for part in told if part is not None), None)


def country_code(told: str | None) -> str | None:
    """A country as ISO 3166-1 alpha-2 in capitals; None where two letters were not told."""
    code = (told or "").strip().upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None
