"""Checkout: sessions that people complete or abandon, and promotion codes that they enter."""

from functools import partial

from msgspec.structs import replace

from stripe_simulator.book import Book, require
from stripe_simulator.funds import DAY
from stripe_simulator.records import (
    ChargeRecord,
    CheckoutSessionRecord,
    Metadata,
    PromotionCodeRecord,
    SessionMode,
    SessionPaymentStatus,
)

SESSION_LIFE = DAY


class CheckoutBook(Book):
    """The part of an account that comes from Stripe's own payment page.

    A session creates no charge: the charge that pays it is created separately, and named when the
    session is completed. A bank debit pays its session after that.
    """

    def create_promotion_code(self, code: str, *, coupon: str) -> str:
        """Create a code for a coupon; emits promotion_code.created."""
        record = PromotionCodeRecord(self._new_id("promo_"), self._now, code, coupon)
        self.promotion_codes.add(record)
        self._emit("promotion_code.created", record)
        return record.id

    def create_session(
        self,
        total: int,
        currency: str = "usd",
        *,
        mode: SessionMode = "payment",
        discount: int = 0,
        tax: int = 0,
        client_reference_id: str | None = None,
        metadata: Metadata | None = None,
        customer: str | None = None,
        payment_link: str | None = None,
        promotion_code: str | None = None,
        coupon: str | None = None,
    ) -> str:
        """Create an open session, which expires after a day; no event is emitted.

        Args:
            total: the amount in minor units of `currency`, after discount and tax.
            currency: its code in lower case.
            mode: whether it is paid once or starts a subscription.
            discount: the amount deducted from the subtotal.
            tax: the amount added to the subtotal.
            client_reference_id: the id that the shop, or the payment link's URL, passed.
            metadata: free pairs of texts; they are not copied to the charge.
            customer: the id of a customer that is known already, if any.
            payment_link: the id of the payment link that opened it, if any.
            promotion_code: the id of the promotion code that was entered, if any.
            coupon: the id of a coupon that the shop applied without a code, if any.
        """
        require(total >= 0, "An amount is no less than nothing.")
        if customer is not None:
            require(customer in self.customers, "No such customer.")
            require(not self.customers[customer].deleted, "The customer is deleted.")
        require(
            promotion_code is None or promotion_code in self.promotion_codes,
            "No such promotion code.",
        )
        session = CheckoutSessionRecord(
            id=self._new_id("cs_live_" if self.livemode else "cs_test_"),
            created=self._now,
            expires_at=self._now + SESSION_LIFE,
            currency=currency,
            amount_subtotal=total + discount - tax,
            amount_total=total,
            mode=mode,
            amount_discount=discount,
            amount_tax=tax,
            client_reference_id=client_reference_id,
            metadata=metadata or {},
            customer=customer,
            payment_link=payment_link,
            promotion_code=promotion_code,
            coupon=coupon,
        )
        self.checkout_sessions.add(session)
        self.schedule_epoch(session.expires_at, partial(self._expire_if_open, session.id))
        return session.id

    def complete_session(
        self, session: str, charge: str | None = None, *, email: str | None = None
    ) -> str:
        """Let the payer submit the form; emits checkout.session.completed.

        Args:
            session: the id of an open session.
            charge: the id of the charge that pays the session's total, at once or (a bank debit)
                later; None if there is nothing to pay.
            email: the address that the payer entered.
        """
        record = self._open_session(session)
        record = replace(record, status="complete", email=email)
        if charge is None:
            require(not record.amount_total, "Something is to be paid.")
            record = replace(record, payment_status="no_payment_required")
        else:
            record = self._paid_by(record, self.charges[charge])
        if record.promotion_code is not None:
            code = self.promotion_codes[record.promotion_code]
            self.promotion_codes.replace(replace(code, times_redeemed=code.times_redeemed + 1))
        self.checkout_sessions.replace(record)
        self._emit("checkout.session.completed", record)
        return session

    def expire_session(self, session: str) -> str:
        """Expire an open session, as when it is a day old; emits checkout.session.expired."""
        record = replace(self._open_session(session), status="expired", expires_at=self._now)
        self.checkout_sessions.replace(record)
        self._emit("checkout.session.expired", record)
        return session

    def _open_session(self, session: str) -> CheckoutSessionRecord:
        record = self.checkout_sessions[session]
        require(record.status == "open", "The session is not open.")
        return record

    def _expire_if_open(self, session: str) -> None:
        if self.checkout_sessions[session].status == "open":
            self.expire_session(session)

    def _paid_by(
        self, session: CheckoutSessionRecord, charge: ChargeRecord
    ) -> CheckoutSessionRecord:
        require(charge.captured and charge.status != "failed", "Nothing is paid by this charge.")
        require(charge.amount == session.amount_total, "The charge is not about the total.")
        paid: SessionPaymentStatus = "paid" if charge.status == "succeeded" else "unpaid"
        if paid == "unpaid":
            self._unpaid_sessions[charge.id] = session.id
        session = replace(
            session,
            payment_status=paid,
            customer=session.customer or charge.customer,
            name=charge.billing.name,
        )
        if session.mode == "payment":
            return replace(session, payment_intent=charge.payment_intent)
        require(session.customer is not None, "A subscription is somebody's.")
        return replace(session, subscription=self._new_id("sub_"), invoice=self._new_id("in_"))

    def _debit_ended(self, charge: str, *, succeeded: bool) -> None:
        """Emit the event of the session, if any, that a bank debit paid or failed to pay."""
        session = self._unpaid_sessions.pop(charge, None)
        if session is None:
            return
        record = self.checkout_sessions[session]
        if succeeded:
            record = replace(record, payment_status="paid")
            self.checkout_sessions.replace(record)
        outcome = "succeeded" if succeeded else "failed"
        self._emit(f"checkout.session.async_payment_{outcome}", record)
