"""The objects that can be listed and retrieved: their filters, permissions and expansions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import msgspec

from stripe_simulator.account import Account
from stripe_simulator.expansions import NOTHING, Expandable, Expanded
from stripe_simulator.keys import Permission
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
from stripe_simulator.store import Collection

KEPT_CUSTOMERS = 16_384
REFUNDS_OF_A_CHARGE = 10


class Views:
    """Renders an account's records, as they stand now, with what a request wants expanded."""

    def __init__(self, account: Account) -> None:
        self._account = account
        # The same customers come back on page after page; a version of a record never changes.
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


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of object that the API serves.

    Args:
        name: as in the account, and in the path unless `path` says otherwise.
        permission: needed to read it.
        filters: list parameters that compare a field of the record that never changes, each with
            the kind of object that it names, None where it names none.
        expandable: what may be expanded, and the kind that it holds.
        view: how `Views` renders it.
        path: of the list, below /v1/.
        changing: whether the fields that filters compare change: then they cannot be indexed.
    """

    name: str
    permission: Permission
    filters: Mapping[str, str | None]
    expandable: Expandable
    view: Callable[[Views], Callable[[Any, Expanded], StripeObject]]
    path: str = ""
    changing: bool = False

    @property
    def endpoint(self) -> str:
        """The path of the list, below /v1/."""
        return self.path or self.name

    @property
    def kind(self) -> str:
        """What Stripe calls one of them in its messages."""
        if "/" in self.path:
            return self.path.removesuffix("s").replace("/", ".")
        return self.name.removesuffix("s").replace("_", " ")

    def collection(self, account: Account) -> Collection[Any]:
        """Where the account keeps them."""
        found: Collection[Any] = getattr(account, self.name)
        return found


_MONEY = {
    "balance_transaction": "balance_transactions",
    "failure_balance_transaction": "balance_transactions",
}

RESOURCES = {
    resource.name: resource
    for resource in (
        Resource(
            "charges",
            Permission.CHARGES,
            {"customer": "customers", "payment_intent": "payment_intents", "transfer_group": None},
            {
                "customer": "customers",
                "payment_intent": "payment_intents",
                "refunds": "refunds",
                **_MONEY,
                **dict.fromkeys(
                    (
                        "application",
                        "application_fee",
                        "on_behalf_of",
                        "review",
                        "source_transfer",
                        "transfer",
                    )
                ),
            },
            lambda views: views.charge,
        ),
        Resource(
            "customers",
            Permission.CUSTOMERS,
            {"email": None, "test_clock": "test_clocks"},
            {"default_source": None, "test_clock": None},
            lambda views: views.customer,
        ),
        Resource(
            "refunds",
            Permission.REFUNDS,
            {"charge": "charges", "payment_intent": "payment_intents"},
            {
                "charge": "charges",
                "customer": "customers",
                "payment_intent": "payment_intents",
                "payment_method": "payment_methods",
                "source_transfer_reversal": None,
                "transfer_reversal": None,
                **_MONEY,
            },
            lambda views: views.refund,
        ),
        Resource(
            "disputes",
            Permission.DISPUTES,
            {"charge": "charges", "payment_intent": "payment_intents"},
            {"charge": "charges", "payment_intent": "payment_intents"},
            lambda views: views.dispute,
        ),
        Resource(
            "balance_transactions",
            Permission.BALANCE_TRANSACTIONS,
            {"currency": None, "payout": "payouts", "source": None, "type": None},
            {"source": "charges"},
            lambda views: views.balance_transaction,
        ),
        Resource(
            "checkout_sessions",
            Permission.CHECKOUT_SESSIONS,
            {
                "customer": "customers",
                "customer_details[email]": None,
                "payment_intent": "payment_intents",
                "payment_link": None,
                "status": None,
                "subscription": None,
            },
            {
                "customer": "customers",
                "discounts": "checkout_session_discounts",
                "invoice": "invoices",
                "payment_intent": "payment_intents",
                "payment_link": "payment_links",
                "subscription": "subscriptions",
            },
            lambda views: views.checkout_session,
            path="checkout/sessions",
            changing=True,
        ),
        Resource(
            "promotion_codes",
            Permission.PROMOTION_CODES,
            {"code": None, "coupon": None},
            {"customer": None},
            lambda views: views.promotion_code,
        ),
        Resource(
            "events",
            Permission.EVENTS,
            {"delivery_success": None, "type": None},
            {},
            lambda views: views.event,
        ),
    )
}
PARTS: dict[str, Expandable] = {
    "checkout_session_discounts": {"coupon": "coupons", "promotion_code": "promotion_codes"}
}
KINDS: dict[str, Expandable] = {
    **{name: resource.expandable for name, resource in RESOURCES.items()},
    **PARTS,
}
_BY_ENDPOINT = {resource.endpoint: resource for resource in RESOURCES.values()}


def resource_at(path: str) -> tuple[Resource, str | None] | None:
    """What a path below /v1/ is about, and the id of a single object if it names one."""
    if path in _BY_ENDPOINT:
        return _BY_ENDPOINT[path], None
    endpoint, slash, identifier = path.rpartition("/")
    if slash and endpoint in _BY_ENDPOINT:
        return _BY_ENDPOINT[endpoint], unquote(identifier)
    return None


def is_known(account: Account, kind: str, identifier: str) -> bool:
    """Whether a filter names an object that the account has."""
    if kind == "payment_intents":
        charge = identifier.removeprefix("pi_")
        return f"ch_{charge}" in account.charges or f"py_{charge}" in account.charges
    return kind in RESOURCES and identifier in RESOURCES[kind].collection(account)
