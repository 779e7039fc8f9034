"""Customers, with a deletion mark on those that were deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk import typing as th
from typing_extensions import override

from tap_stripe_apex.client import StripeStream
from tap_stripe_apex.reading.events import CUSTOMER_EVENTS
from tap_stripe_apex.reading.windows import to_iso
from tap_stripe_apex.streams.columns import DELETED_AT, METADATA, UPDATED_AT

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Record


class Customer(msgspec.Struct, frozen=True):
    """The decoded part of https://docs.stripe.com/api/customers/object

    For a deleted customer, Stripe sends nothing but the id.
    """

    id: str
    created: int = 0
    deleted: bool = False
    email: str | None = None
    name: str | None = None
    phone: str | None = None
    description: str | None = None
    currency: str | None = None
    balance: int = 0
    delinquent: bool | None = None
    livemode: bool = False
    address: dict[str, Any] | None = None
    shipping: dict[str, Any] | None = None
    tax_exempt: str | None = None
    preferred_locales: list[str] | None = None
    invoice_prefix: str | None = None
    metadata: dict[str, str] = msgspec.field(default_factory=dict)


class Customers(StripeStream[Customer]):
    """https://docs.stripe.com/api/customers/list"""

    name = "customers"
    path = "/v1/customers"
    object_kind = "customer"
    object_type = Customer
    event_types = CUSTOMER_EVENTS
    addresses = frozenset({"email"})
    selected_by_default = False
    schema = th.PropertiesList(
        th.Property("id", th.StringType, required=True, description="`cus_...`; the key"),
        th.Property(
            "created", th.DateTimeType, required=True, description="When it was created at Stripe"
        ),
        UPDATED_AT,
        th.Property("email", th.StringType, description="As Stripe has it"),
        th.Property("name", th.StringType, description="Full name"),
        th.Property("phone", th.StringType, description="As Stripe has it"),
        th.Property("description", th.StringType, description="As you set it"),
        th.Property("currency", th.StringType, description="Of their invoices; lower case"),
        th.Property("balance", th.IntegerType, description="In minor units; negative is credit"),
        th.Property(
            "delinquent", th.BooleanType, description="Whether the latest invoice is overdue"
        ),
        th.Property("livemode", th.BooleanType, description="False in a sandbox or test mode"),
        th.Property(
            "address", th.ObjectType(additional_properties=True), description="As Stripe has it"
        ),
        th.Property(
            "shipping",
            th.ObjectType(additional_properties=True),
            description="Address, name and phone",
        ),
        th.Property("tax_exempt", th.StringType, description="`none`, `exempt` or `reverse`"),
        th.Property(
            "preferred_locales",
            th.ArrayType(th.StringType),
            description="Languages, the best first",
        ),
        th.Property("invoice_prefix", th.StringType, description="Of their invoice numbers"),
        METADATA,
        DELETED_AT,
    ).to_dict()

    @override
    def to_record(self, item: Customer, updated_at: int) -> Record:
        changed = to_iso(updated_at)
        record = msgspec.structs.asdict(item)
        del record["deleted"]
        return record | {
            "created": to_iso(item.created),
            "updated_at": changed,
            "_sdc_deleted_at": changed if item.deleted else None,
        }
