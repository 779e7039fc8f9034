"""A Stripe account as a state machine: every operation happens at the account's own time.

Operations return the id of the object that they made or changed, and record the events that
Stripe sends. What Stripe sends no event about (an edited receipt address, the charge of a failed
refund, a balance transaction that is posted late) has none here either.
"""

from datetime import datetime

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from stripe_simulator.book import Book, require
from stripe_simulator.checkout import CheckoutBook
from stripe_simulator.disputes import DisputeBook
from stripe_simulator.funds import DAY
from stripe_simulator.ledger import Ledger, take_ledger
from stripe_simulator.records import (
    Address,
    BillingDetails,
    ChargeRecord,
    ChargeStatus,
    CustomerRecord,
    Metadata,
    MethodType,
    PaymentMethod,
)
from stripe_simulator.refunds import RefundBook

AUTHORISATION_LIFE = 7 * DAY
BASIL = 1_743_379_200  # 2025-03-31: from this version on, the uncaptured rest is no refund


class Account(RefundBook, DisputeBook, CheckoutBook, Book):
    """Customers and charges; the base classes have refunds, disputes and Checkout."""

    def create_customer(
        self,
        email: str | None = None,
        *,
        name: str | None = None,
        description: str | None = None,
        phone: str | None = None,
        currency: str | None = None,
        address: Address | None = None,
        metadata: Metadata | None = None,
    ) -> str:
        """Create a customer; emits customer.created."""
        customer = CustomerRecord(
            id=self._new_id("cus_"),
            created=self._now,
            email=email,
            name=name,
            description=description,
            phone=phone,
            currency=currency,
            address=address,
            metadata=metadata or {},
        )
        self.customers.add(customer)
        self._emit("customer.created", customer)
        return customer.id

    def edit_customer(
        self,
        customer: str,
        *,
        email: str | UnsetType | None = UNSET,
        metadata: Metadata | None = None,
    ) -> str:
        """Change the given fields; emits customer.updated, and no event about charges.

        Pairs of `metadata` are added to the existing ones, or replace those with the same key.
        """
        new = old = self._customer(customer)
        previous: dict[str, object] = {}
        if email is not UNSET:
            new = replace(new, email=email)
            previous["email"] = old.email
        if metadata is not None:
            new = replace(new, metadata={**old.metadata, **metadata})
            previous["metadata"] = {key: old.metadata.get(key) for key in metadata}
        self.customers.replace(new)
        self._emit("customer.updated", new, previous)
        return customer

    def delete_customer(self, customer: str) -> str:
        """Delete a customer, whose charges stay; emits customer.deleted."""
        record = self._customer(customer)
        self.customers.replace(replace(record, deleted=True))
        self._emit("customer.deleted", record)
        return customer

    def create_charge(
        self,
        amount: int,
        currency: str = "usd",
        *,
        status: ChargeStatus = "succeeded",
        capture: bool = True,
        posted: bool | None = None,
        customer: str | None = None,
        receipt_email: str | None = None,
        billing_email: str | None = None,
        billing: BillingDetails | None = None,
        payment_method_type: MethodType = "card",
        payment_method: PaymentMethod | None = None,
        description: str | None = None,
        metadata: Metadata | None = None,
        statement_descriptor: str | None = None,
        failure_code: str | None = None,
        decline_reason: str | None = None,
        retries: str | None = None,
    ) -> str:
        """Create a charge; emits charge.succeeded, .pending or .failed.

        Args:
            amount: the amount in minor units of `currency`.
            currency: its code in lower case.
            status: the first status; bank debits stay `pending` for days.
            capture: whether the amount is captured at once; False only authorises it.
            posted: whether a captured charge has its balance transaction at once; by default
                if it has succeeded. Some debits have one while they are pending.
            customer: the id of the customer; None for a guest.
            receipt_email: the address that the receipt went to.
            billing_email: short for a `billing` that has only an email.
            billing: the payer's details, as entered with the payment method.
            payment_method_type: short for a `payment_method` that has only a type.
            payment_method: a card or a bank account.
            description: free text.
            metadata: free pairs.
            statement_descriptor: what the payer's statement says.
            failure_code: why it failed.
            decline_reason: why the card was declined or the payment blocked, as `outcome.reason`.
            retries: the failed charge that this one tries again, for the same payment intent.
        """
        require(amount > 0, "An amount is a positive number of minor units.")
        require(capture or status != "pending", "Only a card can be authorised, and at once.")
        if customer is not None:
            self._customer(customer)
        intent = None
        if retries is not None:
            require(self.charges[retries].status == "failed", "Only what failed is tried again.")
            intent = self.charges[retries].payment_intent
        method = payment_method or PaymentMethod(self._new_id("pm_"), payment_method_type)
        captured = capture and not (status == "failed" and method.type == "card")
        charge = ChargeRecord(
            id=self._new_id("ch_" if method.type == "card" else "py_"),
            created=self._now,
            amount=amount,
            currency=currency,
            status=status,
            captured=captured,
            amount_captured=amount if captured else 0,
            method=method,
            billing=billing or BillingDetails(email=billing_email),
            customer=customer,
            receipt_email=receipt_email,
            description=description,
            metadata=metadata or {},
            statement_descriptor=statement_descriptor,
            failure_code=_failure(status, failure_code),
            decline_reason=decline_reason,
            capture_before=None if capture else self._now + AUTHORISATION_LIFE,
            retries=intent,
        )
        if captured and (status == "succeeded" if posted is None else posted):
            charge = replace(charge, balance_transaction=self._post_charge(charge))
        self.charges.add(charge)
        self._emit(f"charge.{status}", charge)
        return charge.id

    def edit_charge(
        self,
        charge: str,
        *,
        description: str | None = None,
        metadata: Metadata | None = None,
        receipt_email: str | None = None,
    ) -> str:
        """Change the given fields; emits charge.updated, but not for a new receipt address."""
        old = self.charges[charge]
        told: dict[str, str | Metadata] = {}
        if description is not None:
            told["description"] = description
        if metadata is not None:
            told["metadata"] = metadata
        quiet = {} if receipt_email is None else {"receipt_email": receipt_email}
        new = replace(old, **told, **quiet)
        self.charges.replace(new)
        if told:
            self._emit("charge.updated", new, {field: getattr(old, field) for field in told})
        return charge

    def post(self, charge: str) -> str:
        """Post a captured charge's balance transaction late; no event is emitted."""
        record = self.charges[charge]
        require(record.captured and record.status == "succeeded", "Nothing was taken yet.")
        require(record.balance_transaction is None, "The charge is posted already.")
        self.charges.replace(replace(record, balance_transaction=self._post_charge(record)))
        return charge

    def settle(self, charge: str) -> str:
        """Let a pending charge succeed; emits charge.succeeded."""
        record = self._pending(charge)
        transaction = record.balance_transaction or self._post_charge(record)
        self._change(
            "charge.succeeded", replace(record, status="succeeded", balance_transaction=transaction)
        )
        self._debit_ended(charge, succeeded=True)
        return charge

    def fail(self, charge: str, failure_code: str = "insufficient_funds") -> str:
        """Let a pending charge fail, and take back its balance transaction, if it had one."""
        self._fail(self._pending(charge), failure_code)
        self._debit_ended(charge, succeeded=False)
        return charge

    def reverse(
        self, charge: str, failure_code: str = "debit_not_authorized", *, traced: bool = True
    ) -> str:
        """Let the bank return a debit that had succeeded; emits charge.failed.

        Args:
            charge: the id of a bank debit.
            failure_code: why the debit was returned.
            traced: whether the charge names the balance transaction that takes the money back.
        """
        record = self.charges[charge]
        require(
            record.status == "succeeded" and record.method.type != "card",
            "Only a succeeded bank debit can be returned.",
        )
        if record.balance_transaction is None:
            record = replace(record, balance_transaction=self._post_charge(record))
        self._fail(record, failure_code)
        if not traced:
            failed = self.charges[charge]
            self.charges.replace(replace(failed, failure_balance_transaction=None))
        return charge

    def capture(self, charge: str, amount: int | None = None, *, before_basil: bool = False) -> str:
        """Capture all or a part of an authorised amount; emits charge.captured.

        Args:
            charge: the id of an open authorisation.
            amount: the amount to capture; all of it by default.
            before_basil: whether the request has an API version before 2025-03-31.basil. Such a
                version calls the uncaptured rest a refund: there is a refund object, it counts in
                `amount_refunded`, the balance gets the authorised amount and gives the rest back,
                and charge.refunded and charge.refund.updated are emitted too. Charges that are
                older than that version always behave so.
        """
        record = self._authorised(charge)
        taken = record.amount if amount is None else amount
        require(0 < taken <= record.amount, "A capture is more than nothing, at most the amount.")
        old = before_basil or record.created < BASIL
        record = replace(record, captured=True, amount_captured=taken, capture_before=None)
        posted = self._post_charge(record, record.amount if old else taken)
        self._change("charge.captured", replace(record, balance_transaction=posted))
        if old and taken < record.amount:
            self._release(charge, None)
        return charge

    def expire(self, charge: str, *, before_basil: bool = False) -> str:
        """Let an authorisation expire uncaptured; emits charge.expired.

        Args:
            charge: an open authorisation.
            before_basil: whether the account's API version is before 2025-03-31.basil, which calls
                this a refund of the whole amount, with the events named in `capture`.
        """
        return self._end(charge, "expired_uncaptured_charge", before_basil=before_basil)

    def cancel(self, charge: str, *, before_basil: bool = False) -> str:
        """Let the merchant cancel an authorisation; the effects are those of `expire`."""
        return self._end(charge, "requested_by_customer", before_basil=before_basil)

    def ledger(self, start: datetime | None = None, end: datetime | None = None) -> Ledger:
        """The truth about every succeeded charge created in [start, end)."""
        return take_ledger(self, start, end)

    def _customer(self, customer: str) -> CustomerRecord:
        require(customer in self.customers, "No such customer.")
        record = self.customers[customer]
        require(not record.deleted, "The customer is deleted.")
        return record

    def _pending(self, charge: str) -> ChargeRecord:
        record = self.charges[charge]
        require(record.status == "pending", "The charge is not pending.")
        return record

    def _authorised(self, charge: str) -> ChargeRecord:
        record = self.charges[charge]
        require(
            record.status == "succeeded" and record.capture_before is not None,
            "The charge is no open authorisation.",
        )
        return record

    def _end(self, charge: str, reason: str, *, before_basil: bool) -> str:
        record = self._authorised(charge)
        self._change("charge.expired", replace(record, capture_before=None))
        if before_basil or record.created < BASIL:
            self._release(charge, reason)
        return charge

    def _fail(self, record: ChargeRecord, failure_code: str) -> str:
        failure = None
        if record.balance_transaction is not None:
            failure = self._post(
                "payment_failure_refund/charge_failure",
                source=record.id,
                amount=-record.amount_captured,
                currency=record.currency,
            )
        failed = replace(
            record,
            status="failed",
            failure_code=failure_code,
            failure_balance_transaction=failure,
        )
        return self._change("charge.failed", failed)


def _failure(status: ChargeStatus, code: str | None) -> str | None:
    return (code or "card_declined") if status == "failed" else None
