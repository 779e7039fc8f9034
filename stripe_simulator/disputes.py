"""Disputes, which take money away until they are won, and inquiries, which do not."""

from typing import Literal, TypeAlias

from msgspec.structs import replace

from stripe_simulator.book import Book, require
from stripe_simulator.funds import DISPUTE_FEE
from stripe_simulator.records import DisputeRecord, DisputeStatus

Outcome: TypeAlias = Literal["won", "lost"]


class DisputeBook(Book):
    """The part of an account that handles disputes."""

    def dispute(
        self,
        charge: str,
        amount: int | None = None,
        *,
        reason: str = "fraudulent",
        inquiry: bool = False,
    ) -> str:
        """Let a payer dispute the rest of a charge, or `amount`; returns the new dispute's id.

        Emits charge.dispute.created, and .funds_withdrawn unless it is an inquiry. No event has the
        charge, whose `disputed` stays true from now on.
        """
        record = self.charges[charge]
        disputed = record.net if amount is None else amount
        require(record.status == "succeeded" and record.captured, "Nothing was taken.")
        require(not record.disputed, "The charge is disputed already.")
        require(0 < disputed <= record.amount_captured, "A dispute is about what was taken.")
        customer = self.customers[record.customer] if record.customer else None
        dispute = DisputeRecord(
            id=self._new_id("du_"),
            created=self._now,
            charge=charge,
            payment_intent=record.payment_intent,
            amount=disputed,
            currency=record.currency,
            status="warning_needs_response" if inquiry else "needs_response",
            reason=reason,
            method=record.method,
            customer_email=record.billing.email or getattr(customer, "email", None),
            customer_name=record.billing.name or getattr(customer, "name", None),
            is_charge_refundable=inquiry,
        )
        self.disputes.add(dispute)
        self.charges.replace(replace(record, disputed=True))
        self._emit("charge.dispute.created", dispute)
        if not inquiry:
            self._withdraw(dispute)
        return dispute.id

    def escalate_dispute(self, dispute: str) -> str:
        """Turn an inquiry into a dispute; emits .updated and .funds_withdrawn."""
        record = self.disputes[dispute]
        require(record.status.startswith("warning_n"), "Only an open inquiry can escalate.")
        self._withdraw(self._move(record, "needs_response", "updated", is_charge_refundable=False))
        return dispute

    def answer_dispute(self, dispute: str) -> str:
        """Submit evidence; emits charge.dispute.updated."""
        record = self._open_dispute(dispute)
        inquiry = record.status.startswith("warning_")
        self._move(
            record, "warning_under_review" if inquiry else "under_review", "updated", submitted=True
        )
        return dispute

    def close_dispute(self, dispute: str, outcome: Outcome) -> str:
        """Let the bank decide; a won dispute also gives the money back (.funds_reinstated)."""
        record = self._open_dispute(dispute)
        require(not record.status.startswith("warning_"), "An inquiry is closed, not decided.")
        changed = self._move(record, outcome, "closed", is_charge_refundable=outcome == "won")
        if outcome == "won":
            self._move_money(changed, changed.amount, "dispute_reversal", "funds_reinstated")
        return dispute

    def close_inquiry(self, dispute: str) -> str:
        """End an inquiry without a dispute; emits charge.dispute.closed."""
        record = self._open_dispute(dispute)
        require(record.status.startswith("warning_"), "Only an inquiry ends like this.")
        self._move(record, "warning_closed", "closed")
        return dispute

    def _withdraw(self, dispute: DisputeRecord) -> None:
        self._move_money(dispute, -dispute.amount, "dispute", "funds_withdrawn", DISPUTE_FEE)

    def _move_money(
        self, dispute: DisputeRecord, amount: int, category: str, event: str, fee: int = 0
    ) -> None:
        transaction = self._post(
            f"adjustment/{category}",
            source=dispute.id,
            amount=amount,
            currency=dispute.currency,
            fee=fee,
        )
        moved = replace(dispute, balance_transactions=(*dispute.balance_transactions, transaction))
        self.disputes.replace(moved)
        self._emit(f"charge.dispute.{event}", moved)

    def _move(
        self,
        dispute: DisputeRecord,
        status: DisputeStatus,
        event: str,
        *,
        is_charge_refundable: bool | None = None,
        submitted: bool | None = None,
    ) -> DisputeRecord:
        changed = replace(
            dispute,
            status=status,
            submitted=dispute.submitted if submitted is None else submitted,
            is_charge_refundable=(
                dispute.is_charge_refundable
                if is_charge_refundable is None
                else is_charge_refundable
            ),
        )
        self.disputes.replace(changed)
        previous = {"status": dispute.status} if event == "updated" else None
        self._emit(f"charge.dispute.{event}", changed, previous)
        return changed

    def _open_dispute(self, dispute: str) -> DisputeRecord:
        record = self.disputes[dispute]
        closed = {"won", "lost", "warning_closed"}
        require(record.status not in closed, "The dispute is closed.")
        return record
