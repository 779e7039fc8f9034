"""Makes a planned charge on an account, and schedules what happens to it later."""

from collections.abc import Callable
from functools import partial

from stripe_simulator.account import AUTHORISATION_LIFE, Account
from stripe_simulator.book import Operation
from stripe_simulator.funds import DAY
from stripe_simulator.story.checkouts import complete_session
from stripe_simulator.story.dice import Odds
from stripe_simulator.story.payments import LUCK, Fate, PlannedCharge
from stripe_simulator.story.people import Payer

_HOUR = 3_600

_DECLINES = Odds(
    {
        ("card_declined", "insufficient_funds"): 38,
        ("card_declined", "generic_decline"): 22,
        ("card_declined", "do_not_honor"): 12,
        ("expired_card", "expired_card"): 10,
        ("card_declined", "highest_risk_level"): 8,
        ("incorrect_cvc", "incorrect_cvc"): 6,
        ("processing_error", "processing_error"): 4,
    }
)
"""Codes of failed card payments, and the reasons in their outcomes."""
_RETURNS = Odds({"insufficient_funds": 80, "account_closed": 12, "debit_not_authorized": 8})
"""Codes of failed bank debits."""


def happen(account: Account, planned: PlannedCharge) -> None:
    """Make the charge now, and with the first one the payer's customer."""
    payer, fate = planned.payer, planned.fate
    if payer.has_customer and payer.customer is None:
        payer.customer = _welcome(account, payer, planned)
    code, reason = _DECLINES.at(planned.luck / LUCK) if fate is Fate.DECLINED else (None, None)
    charge = account.create_charge(
        planned.amount,
        payer.currency,
        status=fate.status,
        capture=fate.capture,
        posted=_posted(planned),
        customer=payer.customer,
        receipt_email=_receipt_email(payer),
        billing=payer.billing,
        payment_method=payer.method,
        description=planned.description,
        metadata=planned.metadata,
        failure_code=code,
        decline_reason=reason,
        retries=_unpaid(account, payer) if planned.renews else None,
    )
    if planned.renews:
        payer.unpaid = charge if fate in {Fate.DECLINED, Fate.FAILED} else None
    complete_session(account, planned, charge)
    if fate is not Fate.PLAIN and fate is not Fate.DECLINED:
        _FOLLOW_UPS[fate](account, charge, planned)


def _unpaid(account: Account, payer: Payer) -> str | None:
    """The charge of an unpaid renewal, if any: the next charge is a further attempt at it."""
    unpaid = payer.unpaid
    return unpaid if unpaid and account.charges[unpaid].status == "failed" else None


def _posted(planned: PlannedCharge) -> bool | None:
    if planned.fate is Fate.POSTED_LATE:
        return False
    # Some debits have their balance transaction while they are pending.
    return planned.luck % 2 == 0 if planned.fate.status == "pending" else None


def _before_basil(planned: PlannedCharge) -> bool:
    """Whether an integration with an old API version ends this authorisation, as it does some."""
    return planned.luck % 16 == 0


def part(planned: PlannedCharge) -> int:
    """A part of the amount, in a unit that every currency has."""
    return max(planned.amount * (10 + planned.luck % 80) // 1000 * 10, 10)


def _welcome(account: Account, payer: Payer, planned: PlannedCharge) -> str:
    named = payer.identity != "nameless"
    # A payer whose identity is "edited" first pays under an old address, which is corrected later.
    email = f"old.{payer.email}" if payer.identity == "edited" else payer.checkout_email
    customer = account.create_customer(
        email if named else None,
        name=payer.name,
        currency=payer.currency,
        address=payer.billing.address,
        description=None,
        metadata=payer.metadata,
    )
    if payer.identity == "edited":
        account.schedule_epoch(
            planned.at + (1 + planned.luck % 200) * DAY,
            partial(_put_right, account, customer, payer.checkout_email),
        )
    return customer


def _put_right(account: Account, customer: str, email: str) -> None:
    if not account.customers[customer].deleted:
        account.edit_customer(customer, email=email)


def _receipt_email(payer: Payer) -> str | None:
    if payer.identity in {"guest_receipt", "nameless"}:
        return payer.checkout_email
    if payer.receipts and payer.has_customer:
        # Receipts go to the bookkeeper: right for the receipt, wrong for attribution.
        return f"accounting{payer.index}@example.com"
    return None


def _later(account: Account, planned: PlannedCharge, days: int, operation: Operation) -> None:
    at = account.now_epoch + days * DAY + planned.luck % 20 * _HOUR + planned.luck % 3_000
    account.schedule_epoch(at, operation)


def _posted_late(account: Account, charge: str, planned: PlannedCharge) -> None:
    _later(account, planned, 0, partial(account.post, charge))


def _captured(account: Account, charge: str, planned: PlannedCharge) -> None:
    amount = part(planned) if planned.fate is Fate.CAPTURED_PARTLY else None
    capture = partial(account.capture, charge, amount, before_basil=_before_basil(planned))
    _later(account, planned, planned.luck % 5, capture)


def _expired(account: Account, charge: str, planned: PlannedCharge) -> None:
    expire = partial(account.expire, charge, before_basil=_before_basil(planned))
    account.schedule_epoch(planned.at + AUTHORISATION_LIFE, expire)


def _refunded(account: Account, charge: str, planned: PlannedCharge) -> None:
    amount = part(planned) if planned.fate is Fate.REFUNDED_PARTLY else None
    _later(account, planned, 1 + planned.luck % 40, partial(account.refund, charge, amount))


def _refunded_slowly(account: Account, charge: str, planned: PlannedCharge) -> None:
    def give_back() -> None:
        refund = account.refund(charge, part(planned), status="pending")
        _later(account, planned, 2, partial(account.settle_refund, refund))

    _later(account, planned, 1 + planned.luck % 20, give_back)


def _refund_failed(account: Account, charge: str, planned: PlannedCharge) -> None:
    def give_back() -> None:
        refund = account.refund(charge)
        _later(account, planned, 5, partial(account.fail_refund, refund))

    _later(account, planned, 1 + planned.luck % 20, give_back)


def _disputed(account: Account, charge: str, planned: PlannedCharge) -> None:
    def complain() -> None:
        dispute = account.dispute(charge)
        _later(account, planned, 3, partial(account.answer_dispute, dispute))
        close = partial(
            account.close_dispute, dispute, "won" if planned.fate is Fate.DISPUTE_WON else "lost"
        )
        _later(account, planned, 40, close)

    _later(account, planned, 5 + planned.luck % 30, complain)


def _inquired(account: Account, charge: str, planned: PlannedCharge) -> None:
    def inquire() -> None:
        dispute = account.dispute(charge, reason="product_not_received", inquiry=True)
        if planned.fate is Fate.INQUIRY_CLOSED:
            _later(account, planned, 20, partial(account.close_inquiry, dispute))
        else:
            _later(account, planned, 9, partial(account.escalate_dispute, dispute))
            _later(account, planned, 50, partial(account.close_dispute, dispute, "lost"))

    _later(account, planned, 5 + planned.luck % 30, inquire)


def _settled(account: Account, charge: str, planned: PlannedCharge) -> None:
    def settle() -> None:
        account.settle(charge)
        if planned.fate is Fate.SETTLED_REVERSED:
            _later(account, planned, 2 + planned.luck % 18, partial(account.reverse, charge))
        elif planned.fate is Fate.SETTLED_REFUNDED:
            _later(account, planned, 1 + planned.luck % 30, partial(account.refund, charge))

    _later(account, planned, 2 + planned.luck % 7, settle)


def _failed(account: Account, charge: str, planned: PlannedCharge) -> None:
    code = _RETURNS.at(planned.luck / LUCK)
    _later(account, planned, 2 + planned.luck % 7, partial(account.fail, charge, code))


_FOLLOW_UPS: dict[Fate, Callable[[Account, str, PlannedCharge], None]] = {
    Fate.POSTED_LATE: _posted_late,
    Fate.CAPTURED: _captured,
    Fate.CAPTURED_PARTLY: _captured,
    Fate.EXPIRED: _expired,
    Fate.REFUNDED: _refunded,
    Fate.REFUNDED_PARTLY: _refunded,
    Fate.REFUNDED_SLOWLY: _refunded_slowly,
    Fate.REFUND_FAILED: _refund_failed,
    Fate.DISPUTE_WON: _disputed,
    Fate.DISPUTE_LOST: _disputed,
    Fate.INQUIRY_CLOSED: _inquired,
    Fate.INQUIRY_ESCALATED: _inquired,
    Fate.SETTLED: _settled,
    Fate.SETTLED_REFUNDED: _settled,
    Fate.SETTLED_REVERSED: _settled,
    Fate.FAILED: _failed,
}
