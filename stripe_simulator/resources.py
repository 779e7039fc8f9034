"""The objects that can be listed and retrieved: their filters, permissions and expansions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from stripe_simulator.account import Account
from stripe_simulator.expansions import Expandable, Expanded
from stripe_simulator.keys import Permission
from stripe_simulator.objects.encoding import StripeObject
from stripe_simulator.store import Collection
from stripe_simulator.views import Views


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of object that the API serves.

    Args:
        name: its name in the account, and in the path unless `path` is given.
        permission: the permission to read it.
        filters: the list parameters that compare a field, each with the kind of object that the
            field names, or None.
        expandable: the fields that may be expanded, each with the kind of object that it holds.
        view: the method of `Views` that renders it.
        path: the path of the list, below /v1/.
        changing: whether filtered fields can change, so that they cannot be indexed.
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
        """The name of one such object in Stripe's messages."""
        if "/" in self.path:
            return self.path.removesuffix("s").replace("/", ".")
        return self.name.removesuffix("s").replace("_", " ")

    def collection(self, account: Account) -> Collection[Any]:
        """The account's collection of these objects."""
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
    """The resource of a path below /v1/, and the id of a single object if the path has one."""
    if path in _BY_ENDPOINT:
        return _BY_ENDPOINT[path], None
    endpoint, slash, identifier = path.rpartition("/")
    if slash and endpoint in _BY_ENDPOINT:
        return _BY_ENDPOINT[endpoint], unquote(identifier)
    return None


def is_known(account: Account, kind: str, identifier: str) -> bool:
    """Whether the account has the object that a filter names."""
    if kind == "payment_intents":
        charge = identifier.removeprefix("pi_")
        return f"ch_{charge}" in account.charges or f"py_{charge}" in account.charges
    return kind in RESOURCES and identifier in RESOURCES[kind].collection(account)
