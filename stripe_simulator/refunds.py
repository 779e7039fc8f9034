"""Refunds, and refunds that fail."""

from msgspec.structs import replace

from stripe_simulator.book import Book, require
from stripe_simulator.records import ChargeRecord, RefundRecord, RefundStatus


class RefundBook(Book):
    """The part of an account that refunds charges."""

    def refund(
        self,
        charge: str,
        amount: int | None = None,
        *,
        status: RefundStatus = "succeeded",
        reason: str | None = "requested_by_customer",
    ) -> str:
        """Refund the rest of a charge, or `amount`; returns the new refund's id.

        Emits charge.refunded and refund.created. Refunding an open authorisation releases it, which
        emits charge.refund.updated too.
        """
        record = self.charges[charge]
        left = record.net if record.captured else record.amount - record.released
        given = left if amount is None else amount
        require(record.status == "succeeded", "Only a succeeded charge can be refunded.")
        require(not record.disputed or self._refundable(charge), "The charge is in dispute.")
        require(0 < given <= left, "A refund is more than nothing, at most what is left.")
        require(record.captured or given == left, "An authorisation is released as a whole.")
        if not record.captured:
            require(record.capture_before is not None, "The authorisation has ended.")
            self.charges.replace(replace(record, capture_before=None))
            return self._release(charge, reason)
        refund = self._add_refund(record, given, status, reason)
        self._change(
            "charge.refunded", replace(record, refunded_amount=record.refunded_amount + given)
        )
        return refund

    def settle_refund(self, refund: str) -> str:
        """Let a pending refund arrive; emits refund.updated and charge.refund.updated."""
        record = self._open_refund(refund)
        changed = replace(record, status="succeeded")
        self.refunds.replace(changed)
        self._tell(changed, "refund.updated", record)
        return refund

    def fail_refund(self, refund: str, reason: str = "expired_or_canceled_card") -> str:
        """Let a refund fail, so that its money comes back.

        Emits refund.failed and charge.refund.updated; no event has the charge, whose
        `amount_refunded` decreases again.
        """
        return self._give_back(refund, "failed", "refund.failed", reason)

    def cancel_refund(self, refund: str) -> str:
        """Cancel a pending refund; emits refund.updated and charge.refund.updated."""
        self._open_refund(refund)
        return self._give_back(refund, "canceled", "refund.updated", None)

    def _release(self, charge: str, reason: str | None) -> str:
        """Record the uncaptured part as a refund, as Stripe did before 2025-03-31.basil."""
        record = self.charges[charge]
        rest = record.amount - record.amount_captured
        refund = self._add_refund(record, rest, "succeeded", reason, releases=True)
        self._change("charge.refunded", replace(record, released=rest))
        self._emit("charge.refund.updated", self.refunds[refund], {"status": "pending"})
        return refund

    def _add_refund(
        self,
        charge: ChargeRecord,
        amount: int,
        status: RefundStatus,
        reason: str | None,
        *,
        releases: bool = False,
    ) -> str:
        identifier = self._new_id("re_" if charge.method.type == "card" else "pyr_")
        transaction = None
        if charge.captured:
            kind = "refund" if charge.method.type == "card" else "payment_refund"
            transaction = self._post(
                f"{kind}/refund",
                source=identifier,
                amount=-amount,
                currency=charge.currency,
                fee=-self._fee_of_rest(charge) if releases else 0,
            )
        refund = RefundRecord(
            id=identifier,
            created=self._now,
            charge=charge.id,
            payment_intent=charge.payment_intent,
            amount=amount,
            currency=charge.currency,
            status=status,
            method=charge.method,
            customer=charge.customer,
            reason=reason,
            balance_transaction=transaction,
            releases=releases,
        )
        self.refunds.add(refund)
        self._emit("refund.created", refund)
        return identifier

    def _fee_of_rest(self, charge: ChargeRecord) -> int:
        """The part of a charge's fee that is given back with the uncaptured part."""
        transaction = charge.balance_transaction
        fee = 0 if transaction is None else self.balance_transactions[transaction].fee
        return fee * (charge.amount - charge.amount_captured) // charge.amount

    def _give_back(
        self, refund: str, status: RefundStatus, event: str, failure_reason: str | None
    ) -> str:
        record = self.refunds[refund]
        require(record.status not in {"failed", "canceled"}, "The refund has failed already.")
        require(record.balance_transaction is not None, "No money was moved.")
        require(not record.releases, "What was never taken cannot come back.")
        failure = self._post(
            "refund_failure/refund_failure",
            source=record.id,
            amount=record.amount,
            currency=record.currency,
        )
        changed = replace(
            record,
            status=status,
            failure_reason=failure_reason,
            failure_balance_transaction=failure,
        )
        self.refunds.replace(changed)
        charge = self.charges[record.charge]
        self.charges.replace(
            replace(charge, refunded_amount=charge.refunded_amount - record.amount)
        )
        self._tell(changed, event, record)
        return refund

    def _tell(self, refund: RefundRecord, event: str, before: RefundRecord) -> None:
        previous = {"status": before.status}
        self._emit(event, refund, previous if event.endswith(".updated") else None)
        self._emit("charge.refund.updated", refund, previous)

    def _open_refund(self, refund: str) -> RefundRecord:
        record = self.refunds[refund]
        require(record.status in {"pending", "requires_action"}, "The refund is not pending.")
        return record

    def _refundable(self, charge: str) -> bool:
        page = self.disputes.page(1, where={"charge": charge})
        return bool(page.records) and page.records[0].is_charge_refundable
