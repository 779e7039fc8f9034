"""What operations do to an account, and what Stripe tells of them."""

from datetime import UTC, datetime, timedelta

import pytest

from stripe_simulator.account import Account
from stripe_simulator.book import InvalidOperationError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_customer_is_created_edited_and_deleted(account, told):
    customer = account.create_customer("a@example.com", name="Ada")
    assert told() == ["customer.created"]
    account.edit_customer(customer, email="b@example.com")
    assert told() == ["customer.updated"]
    assert list(account.events)[-1].previous == {"email": "a@example.com"}
    account.delete_customer(customer)
    assert told() == ["customer.deleted"]
    assert account.customers[customer].deleted


@pytest.mark.parametrize("status", ["succeeded", "pending", "failed"])
def test_a_new_charge_tells_its_status(account, told, status):
    charge = account.create_charge(500, status=status)
    assert told() == [f"charge.{status}"]
    assert account.charges[charge].status == status


def test_a_debit_settles_days_later_and_keeps_its_time_of_creation(account, told):
    charge = account.create_charge(500, status="pending", payment_method_type="sepa_debit")
    created = account.charges[charge].created
    account.schedule(NOW + timedelta(days=5), lambda: account.settle(charge))
    account.advance(timedelta(days=4))
    assert account.charges[charge].status == "pending"
    account.advance(timedelta(days=2))
    record = account.charges[charge]
    assert (record.status, record.created) == ("succeeded", created)
    posted = account.balance_transactions[record.balance_transaction]
    assert posted.created == created + 5 * 86_400
    assert told() == ["charge.pending", "charge.succeeded"]


@pytest.mark.parametrize("posted", [True, False])
def test_a_pending_debit_that_fails_takes_back_what_was_posted(account, told, posted):
    charge = account.create_charge(
        500, status="pending", payment_method_type="us_bank_account", posted=posted
    )
    account.fail(charge)
    record = account.charges[charge]
    assert (record.status, record.failure_code) == ("failed", "insufficient_funds")
    assert (record.failure_balance_transaction is not None) == posted
    assert told() == ["charge.pending", "charge.failed"]


def test_a_further_attempt_has_the_payment_intent_of_the_failed_one(account):
    failed = account.create_charge(500, status="failed", decline_reason="insufficient_funds")
    again = account.create_charge(500, retries=failed)
    other = account.create_charge(500)
    intent = account.charges[failed].payment_intent
    refund, dispute = account.refund(again, 100), account.dispute(again)
    assert account.charges[again].payment_intent == intent
    assert account.refunds[refund].payment_intent == intent
    assert account.disputes[dispute].payment_intent == intent
    assert account.charges[other].payment_intent != intent


@pytest.mark.parametrize("posted", [True, False])
def test_a_returned_debit_always_has_a_failure_balance_transaction(account, told, posted):
    charge = account.create_charge(500, payment_method_type="sepa_debit", posted=posted)
    account.reverse(charge)
    record = account.charges[charge]
    assert record.status == "failed"
    taken_back = account.balance_transactions[record.failure_balance_transaction]
    assert taken_back.amount == -500
    assert told() == ["charge.succeeded", "charge.failed"]
    assert account.ledger().charges == {}


def test_the_rest_of_a_partial_capture_is_nowhere(account, told):
    charge = account.create_charge(20_675, capture=False)
    assert account.ledger().totals["usd"].net == 0
    account.capture(charge, 20_300)
    record = account.charges[charge]
    assert (record.amount_captured, record.amount_refunded) == (20_300, 0)
    assert not record.refunded
    assert (record.gross, record.net) == (20_300, 20_300)
    assert len(account.refunds) == 0
    assert [each.amount for each in account.balance_transactions] == [20_300]
    assert told() == ["charge.succeeded", "charge.captured"]


def test_before_basil_the_rest_of_a_partial_capture_was_called_a_refund(account, told):
    charge = account.create_charge(1_000, capture=False)
    account.advance(timedelta(days=2))
    account.capture(charge, 700, before_basil=True)
    record = account.charges[charge]
    assert (record.amount_captured, record.amount_refunded, record.refunded) == (700, 300, False)
    assert (record.gross, record.refunded_amount, record.net) == (700, 0, 700)
    (refund,) = account.refunds
    assert (refund.amount, refund.status, refund.created) == (300, "succeeded", account.now_epoch)
    taken, rest = account.balance_transactions
    assert (taken.amount, taken.fee) == (1_000, 59)
    assert (rest.amount, rest.fee, rest.source) == (-300, -17, refund.id)
    assert told() == [
        "charge.succeeded",
        "charge.captured",
        "refund.created",
        "charge.refunded",
        "charge.refund.updated",
    ]
    account.refund(charge)
    assert account.charges[charge].refunded
    assert account.charges[charge].net == 0


def test_a_charge_that_is_older_than_the_version_is_of_the_old_kind():
    account = Account(datetime(2025, 3, 30, tzinfo=UTC))
    charge = account.create_charge(1_000, capture=False)
    account.advance(timedelta(days=3))
    account.capture(charge, 700)
    assert account.charges[charge].amount_refunded == 300


def test_refunding_a_part_of_a_partial_capture_leaves_the_rest(account):
    charge = account.create_charge(1_000, capture=False)
    account.capture(charge, 800)
    account.refund(charge, 300)
    assert account.charges[charge].net == 500
    account.refund(charge)
    record = account.charges[charge]
    assert (record.net, record.refunded) == (0, True)


@pytest.mark.parametrize("end", [Account.expire, Account.cancel])
def test_an_authorisation_that_ends_was_no_revenue_and_no_refund(account, told, end):
    charge = account.create_charge(1_000, capture=False)
    end(account, charge)
    record = account.charges[charge]
    assert (record.status, record.captured, record.refunded) == ("succeeded", False, False)
    assert (record.gross, record.amount_refunded, record.net) == (0, 0, 0)
    assert len(account.refunds) == len(account.balance_transactions) == 0
    assert told() == ["charge.succeeded", "charge.expired"]
    with pytest.raises(InvalidOperationError):
        account.capture(charge)


def test_before_basil_an_authorisation_that_ends_was_called_refunded(account, told):
    charge = account.create_charge(1_000, capture=False)
    account.expire(charge, before_basil=True)
    record = account.charges[charge]
    assert (record.captured, record.refunded, record.amount_refunded) == (False, True, 1_000)
    assert (record.gross, record.refunded_amount, record.net) == (0, 0, 0)
    (refund,) = account.refunds
    assert refund.reason == "expired_uncaptured_charge"
    assert refund.balance_transaction is None
    assert told()[1:] == [
        "charge.expired",
        "refund.created",
        "charge.refunded",
        "charge.refund.updated",
    ]


def test_refunds_of_an_old_account_have_no_events_of_their_own():
    account = Account(NOW, old_events=True)
    charge = account.create_charge(1_000)
    account.fail_refund(account.refund(charge, 100))
    assert [event.type for event in account.events] == [
        "charge.succeeded",
        "charge.refunded",
        "charge.refund.updated",
    ]


def test_a_refund_tells_of_itself_and_of_its_charge(account, told):
    charge = account.create_charge(1_000)
    refund = account.refund(charge, 400)
    assert account.charges[charge].amount_refunded == 400
    assert account.balance_transactions[account.refunds[refund].balance_transaction].amount == -400
    assert told() == ["charge.succeeded", "refund.created", "charge.refunded"]


def test_a_failed_refund_lowers_the_charge_s_refunded_amount_but_no_event_has_the_charge(
    account, told
):
    charge = account.create_charge(1_000)
    refund = account.refund(charge)
    told()
    account.fail_refund(refund)
    assert account.charges[charge].amount_refunded == 0
    assert not account.charges[charge].refunded
    assert told() == ["refund.failed", "charge.refund.updated"]
    assert {event.about.id for event in list(account.events)[-2:]} == {refund}


@pytest.mark.parametrize(
    ("operation", "status", "left"),
    [("settle_refund", "succeeded", 0), ("cancel_refund", "canceled", 9)],
)
def test_a_pending_refund_arrives_or_is_called_off(account, told, operation, status, left):
    charge = account.create_charge(9)
    refund = account.refund(charge, status="pending")
    told()
    getattr(account, operation)(refund)
    assert account.refunds[refund].status == status
    assert account.charges[charge].net == left
    assert told() == ["refund.updated", "charge.refund.updated"]


def test_editing_a_description_is_told_but_a_receipt_s_address_is_not(account, told):
    charge = account.create_charge(1_000)
    told()
    account.edit_charge(charge, description="An order")
    assert told() == ["charge.updated"]
    account.edit_charge(charge, receipt_email="a@example.com")
    assert told() == []
    assert account.charges[charge].receipt_email == "a@example.com"


def test_a_balance_transaction_may_come_late_and_silently(account, told):
    charge = account.create_charge(1_000, posted=False)
    assert account.charges[charge].balance_transaction is None
    told()
    account.post(charge)
    assert account.charges[charge].balance_transaction is not None
    assert told() == []


def test_an_event_keeps_the_object_as_it_was(account):
    charge = account.create_charge(1_000)
    account.refund(charge, 400)
    first, *_, last = account.events
    assert (first.about.amount_refunded, last.about.amount_refunded) == (0, 400)


@pytest.mark.parametrize(
    ("amount", "currency", "settled", "fee"),
    [
        (1_000, "usd", 1_000, 59),
        (1_000, "eur", 1_080, 72),
        (1_000, "jpy", 670, 56),
        (1_010, "kwd", 328, 43),
    ],
)
def test_a_charge_settles_in_dollars_where_a_rate_is_known(account, amount, currency, settled, fee):
    charge = account.charges[account.create_charge(amount, currency)]
    posted = account.balance_transactions[charge.balance_transaction]
    assert (posted.amount, posted.currency, posted.fee) == (settled, "usd", fee)
    assert (posted.rate is None) == (currency == "usd")


def test_a_currency_without_a_rate_settles_as_it_is(account):
    charge = account.charges[account.create_charge(1_000, "isk")]
    posted = account.balance_transactions[charge.balance_transaction]
    assert (posted.amount, posted.currency, posted.rate) == (1_000, "isk", None)


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("capture twice", lambda a: [a.capture(a.create_charge(5)) for _ in "ab"]),
        ("capture more than authorised", lambda a: a.capture(a.create_charge(5, capture=False), 6)),
        ("settle what is settled", lambda a: a.settle(a.create_charge(5))),
        ("fail what succeeded", lambda a: a.fail(a.create_charge(5))),
        ("reverse a card payment", lambda a: a.reverse(a.create_charge(5))),
        ("refund too much", lambda a: a.refund(a.create_charge(5), 6)),
        ("try again what succeeded", lambda a: a.create_charge(5, retries=a.create_charge(5))),
        ("refund what failed", lambda a: a.refund(a.create_charge(5, status="failed"))),
        ("dispute an authorisation", lambda a: a.dispute(a.create_charge(5, capture=False))),
        (
            "release a part of an authorisation",
            lambda a: a.refund(a.create_charge(5, capture=False), 1),
        ),
        ("charge an unknown customer", lambda a: a.create_charge(5, customer="cus_none")),
        ("charge nothing", lambda a: a.create_charge(0)),
        (
            "fail what was never captured",
            lambda a: [
                a.capture(a.create_charge(5, capture=False), 3, before_basil=True),
                a.fail_refund(next(iter(a.refunds)).id),
            ],
        ),
        ("authorise a debit", lambda a: a.create_charge(5, status="pending", capture=False)),
        ("turn the clock back", lambda a: a.advance(timedelta(seconds=-1))),
    ],
)
def test_what_stripe_would_refuse_is_refused(account, name, operation):
    with pytest.raises(InvalidOperationError):
        operation(account)


def test_a_time_without_a_zone_is_no_time():
    with pytest.raises(ValueError, match="time zone"):
        Account(datetime(2026, 1, 1))  # noqa: DTZ001 - the very mistake


def test_what_is_due_happens_in_order_of_time_at_its_own_time(account):
    seen = []
    for days in (3, 1, 2):
        account.schedule(
            NOW + timedelta(days=days), lambda days=days: seen.append((days, account.now))
        )
    account.schedule(NOW - timedelta(days=9), lambda: seen.append((0, account.now)))
    account.advance(timedelta(days=2))
    assert seen == [(d, NOW + timedelta(days=d)) for d in (0, 1, 2)]
    assert account.now == NOW + timedelta(days=2)


def test_what_happens_may_schedule_what_happens_next(account):
    charge = account.create_charge(5, status="pending", payment_method_type="sepa_debit")

    def settle() -> None:
        account.settle(charge)
        account.schedule(account.now + timedelta(days=1), lambda: account.reverse(charge))

    account.schedule(NOW + timedelta(days=1), settle)
    account.advance(timedelta(days=7))
    assert account.charges[charge].status == "failed"


def test_ids_differ_by_seed_and_do_not_tell_the_order():
    ids = []
    for seed in (1, 2):
        account = Account(NOW, seed=seed)
        ids.append([account.create_charge(5) for _ in range(20)])
    assert not set(ids[0]) & set(ids[1])
    assert ids[0] != sorted(ids[0])


def test_the_ledger_takes_the_customer_s_email_else_the_receipt_s_else_the_billing_email(account):
    customer = account.create_customer(" Ada@Example.com")
    nameless = account.create_customer(None)
    gone = account.create_customer("gone@example.com")
    emails = {"receipt_email": "r@example.com", "billing_email": "b@example.com"}
    charges = [
        account.create_charge(1, customer=customer, **emails),
        account.create_charge(1, customer=nameless, **emails),
        account.create_charge(1, customer=gone, billing_email="b@example.com"),
        account.create_charge(1, billing_email="b@example.com"),
        account.create_charge(1),
    ]
    account.delete_customer(gone)
    ledger = account.ledger().charges
    assert [(ledger[c].email, ledger[c].email_source) for c in charges] == [
        (" Ada@Example.com", "customer"),
        ("r@example.com", "receipt"),
        ("b@example.com", "billing"),
        ("b@example.com", "billing"),
        (None, None),
    ]


def test_the_ledger_of_a_range_is_half_open(account):
    first = account.create_charge(1)
    account.advance(timedelta(seconds=1))
    second = account.create_charge(1)
    later = NOW + timedelta(seconds=1)
    assert set(account.ledger(NOW, later).charges) == {first}
    assert set(account.ledger(later).charges) == {second}
    assert account.ledger(end=later).totals["usd"].charges == 1
