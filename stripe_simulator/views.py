"""Renders the account's records for answers, as they are now."""

import msgspec

from stripe_simulator.account import Account
from stripe_simulator.expansions import NOTHING, Expanded
from stripe_simulator.objects.balance_transactions import (
    BalanceTransactionObject,
    balance_transaction_object,
)
from stripe_simulator.objects.charges import charge_object
from stripe_simulator.objects.checkout_sessions import checkout_session_object
from stripe_simulator.objects.customers import customer_object
from stripe_simulator.objects.disputes import DisputeObject, dispute_object
from stripe_simulator.objects.encoding import ABSENT, StripeObject, fragment
from stripe_simulator.objects.events import event_object
from stripe_simulator.objects.promotion_codes import promotion_code_object
from stripe_simulator.objects.refunds import RefundList, refund_object
from stripe_simulator.records import (
    BalanceTransactionRecord,
    ChargeRecord,
    CheckoutSessionRecord,
    CustomerRecord,
    DisputeRecord,
    EventRecord,
    EventSubject,
    PromotionCodeRecord,
    RefundRecord,
)

KEPT_CUSTOMERS = 16_384
REFUNDS_OF_A_CHARGE = 10


class Views:
    """Renders an account's records, as they are now, with what a request expands."""

    def __init__(self, account: Account) -> None:
        self._account = account
        # The same customers occur on page after page, and a version of a record never changes.
        self._customers: dict[str, tuple[CustomerRecord, msgspec.Raw]] = {}

    def charge(self, charge: ChargeRecord, expand: Expanded = NOTHING) -> StripeObject:
        """A charge; expands its customer, its balance transactions and its refunds."""
        if not expand:
            return charge_object(charge, livemode=self._account.livemode)
        return charge_object(
            charge,
            livemode=self._account.livemode,
            customer=self._customer_of(charge.customer) if "customer" in expand else None,
            balance_transaction=self._money(charge, "balance_transaction", expand),
            failure_balance_transaction=self._money(charge, "failure_balance_transaction", expand),
            refunds=self._refunds_of(charge, expand["refunds"]) if "refunds" in expand else ABSENT,
        )

    def customer(self, customer: CustomerRecord, expand: Expanded = NOTHING) -> StripeObject:  # noqa: ARG002 - one shape for all
        """A customer, or the stub of a deleted one."""
        return customer_object(customer, livemode=self._account.livemode)

    def refund(self, refund: RefundRecord, expand: Expanded = NOTHING) -> StripeObject:
        """A refund; expands its charge, its customer and its balance transactions."""
        return refund_object(
            refund,
            charge=self._charge_of(refund.charge, expand),
            customer=self._customer_of(refund.customer) if "customer" in expand else None,
            balance_transaction=self._money(refund, "balance_transaction", expand),
            failure_balance_transaction=self._money(refund, "failure_balance_transaction", expand),
        )

    def dispute(self, dispute: DisputeRecord, expand: Expanded = NOTHING) -> DisputeObject:
        """A dispute with its balance transactions; expands its charge."""
        return dispute_object(
            dispute,
            livemode=self._account.livemode,
            now=self._account.now_epoch,
            balance_transactions=[self._transaction(each) for each in dispute.balance_transactions],
            charge=self._charge_of(dispute.charge, expand),
        )

    def balance_transaction(
        self, transaction: BalanceTransactionRecord, expand: Expanded = NOTHING
    ) -> BalanceTransactionObject:
        """A balance transaction; expands the charge, refund or dispute that it came from."""
        source = self._source(transaction.source, expand["source"]) if "source" in expand else None
        return balance_transaction_object(transaction, now=self._account.now_epoch, source=source)

    def checkout_session(
        self, session: CheckoutSessionRecord, expand: Expanded = NOTHING
    ) -> StripeObject:
        """A checkout session; expands its customer and the promotion code of its discount."""
        code = None
        if session.promotion_code and "promotion_code" in expand.get("discounts", NOTHING):
            code = self.promotion_code(self._account.promotion_codes[session.promotion_code])
        return checkout_session_object(
            session,
            livemode=self._account.livemode,
            customer=self._customer_of(session.customer) if "customer" in expand else None,
            promotion_code=code,
        )

    def promotion_code(self, code: PromotionCodeRecord, expand: Expanded = NOTHING) -> StripeObject:  # noqa: ARG002 - one shape for all
        """A promotion code."""
        return promotion_code_object(code, livemode=self._account.livemode)

    def event(self, event: EventRecord, expand: Expanded = NOTHING) -> StripeObject:  # noqa: ARG002 - one shape for all
        """An event and its snapshot."""
        return event_object(
            event, livemode=self._account.livemode, snapshot=self._snapshot(event.about)
        )

    def _snapshot(self, about: EventSubject) -> StripeObject:
        match about:
            case CustomerRecord():
                return self.customer(about)
            case ChargeRecord():
                return self.charge(about)
            case RefundRecord():
                return self.refund(about)
            case CheckoutSessionRecord():
                return self.checkout_session(about)
            case PromotionCodeRecord():
                return self.promotion_code(about)
            case DisputeRecord():
                snapshot = self.dispute(about)
                if self._account.old_events:
                    snapshot.id = ABSENT
                return snapshot

    def _source(self, identifier: str, expand: Expanded) -> StripeObject:
        account = self._account
        if identifier in account.charges:
            return self.charge(account.charges[identifier], expand)
        if identifier in account.refunds:
            return self.refund(account.refunds[identifier], expand)
        return self.dispute(account.disputes[identifier], expand)

    def _charge_of(self, identifier: str, expand: Expanded) -> StripeObject | None:
        if "charge" not in expand:
            return None
        return self.charge(self._account.charges[identifier], expand["charge"])

    def _refunds_of(self, charge: ChargeRecord, expand: Expanded) -> RefundList:
        page = self._account.refunds.page(REFUNDS_OF_A_CHARGE, where={"charge": charge.id})
        return RefundList(
            data=[self.refund(refund, expand) for refund in page.records],
            has_more=page.has_more,
            url=f"/v1/charges/{charge.id}/refunds",
        )

    def _customer_of(self, identifier: str | None) -> msgspec.Raw | None:
        if identifier is None:
            return None
        customer = self._account.customers[identifier]
        kept, rendered = self._customers.get(identifier, (None, None))
        if kept is customer:
            return rendered
        if len(self._customers) >= KEPT_CUSTOMERS:
            self._customers.clear()
        rendered = fragment(self.customer(customer))
        self._customers[identifier] = customer, rendered
        return rendered

    def _money(
        self, record: ChargeRecord | RefundRecord, field: str, expand: Expanded
    ) -> StripeObject | None:
        identifier: str | None = getattr(record, field)
        if field not in expand or identifier is None:
            return None
        return self._transaction(identifier, expand[field])

    def _transaction(self, identifier: str, expand: Expanded = NOTHING) -> BalanceTransactionObject:
        return self.balance_transaction(self._account.balance_transactions[identifier], expand)
