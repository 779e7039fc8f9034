"""Customers (https://docs.stripe.com/api/customers/object)."""

import msgspec

from stripe_simulator.objects.encoding import (
    ABSENT,
    EMPTY_LIST,
    Absent,
    Null,
    StripeObject,
    fragment,
)
from stripe_simulator.records import Address, CustomerRecord, Metadata


class DeletedCustomer(StripeObject, kw_only=True):
    """All that Stripe returns for a deleted customer."""

    id: str
    object: str = "customer"
    deleted: bool = True


class CustomerObject(StripeObject, kw_only=True):
    """A customer in Stripe's form."""

    id: str
    object: str = "customer"
    address: Address | None
    balance: int = 0
    business_name: Absent = ABSENT
    created: int
    currency: str | None
    customer_account: Absent = ABSENT
    default_source: Null = None
    delinquent: bool = False
    description: str | None
    discount: Null = None
    email: str | None
    individual_name: Absent = ABSENT
    invoice_credit_balance: Absent = ABSENT
    invoice_prefix: str
    invoice_settings: msgspec.Raw = fragment(
        {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        }
    )
    livemode: bool
    metadata: Metadata
    name: str | None
    next_invoice_sequence: int = 1
    phone: str | None
    preferred_locales: msgspec.Raw = EMPTY_LIST
    shipping: Null = None
    tax_exempt: str = "none"
    test_clock: Null = None


def customer_object(
    customer: CustomerRecord, *, livemode: bool
) -> CustomerObject | DeletedCustomer:
    """A customer in Stripe's form, or the stub of a deleted one."""
    if customer.deleted:
        return DeletedCustomer(id=customer.id)
    return CustomerObject(
        id=customer.id,
        address=customer.address,
        created=customer.created,
        currency=customer.currency,
        description=customer.description,
        email=customer.email,
        invoice_prefix=customer.id[4:12].upper(),
        livemode=livemode,
        metadata=customer.metadata,
        name=customer.name,
        phone=customer.phone,
    )
