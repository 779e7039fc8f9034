"""Checkout sessions: what people do on Stripe's page, and what is told of it."""

from datetime import UTC, datetime, timedelta

import pytest

from stripe_simulator.account import Account
from stripe_simulator.book import InvalidOperationError
from stripe_simulator.ledger import resolve_email
from stripe_simulator.limits import endpoint
from stripe_simulator.story.history import Story

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ids(reply):
    return [each["id"] for each in reply[1]["data"]]


def test_a_session_is_told_of_once_it_is_completed(account, told):
    customer = account.create_customer("a@example.com")
    session = account.create_session(500, client_reference_id="v_1", metadata={"k": "v"})
    charge = account.create_charge(500, customer=customer)
    told()
    account.complete_session(session, charge, email="typed@example.com")
    assert told() == ["checkout.session.completed"]
    record = account.checkout_sessions[session]
    assert (record.status, record.payment_status, record.email) == (
        "complete",
        "paid",
        "typed@example.com",
    )
    assert record.payment_intent == account.charges[charge].payment_intent
    assert record.customer == customer
    assert account.charges[charge].metadata == {}, "a session's metadata is not the payment's"
    with pytest.raises(InvalidOperationError, match="not open"):
        account.complete_session(session, charge)


def test_a_session_that_nobody_completes_expires_after_a_day(account, told):
    session = account.create_session(500)
    account.advance(23 * HOUR)
    assert (account.checkout_sessions[session].status, told()) == ("open", [])
    account.advance(HOUR)
    assert account.checkout_sessions[session].status == "expired"
    assert told() == ["checkout.session.expired"]


@pytest.mark.parametrize("succeeds", [True, False])
def test_a_debit_pays_its_session_days_later(account, told, succeeds):
    session = account.create_session(500)
    debit = account.create_charge(500, status="pending", payment_method_type="sepa_debit")
    account.complete_session(session, debit)
    assert account.checkout_sessions[session].payment_status == "unpaid"
    told()
    (account.settle if succeeds else account.fail)(debit)
    outcome = "succeeded" if succeeds else "failed"
    assert told() == [f"charge.{outcome}", f"checkout.session.async_payment_{outcome}"]
    assert account.checkout_sessions[session].payment_status == ("paid" if succeeds else "unpaid")


def test_a_subscription_s_session_names_its_customer_and_no_payment(account):
    customer = account.create_customer("a@example.com")
    session = account.create_session(500, mode="subscription")
    account.complete_session(session, account.create_charge(500, customer=customer))
    record = account.checkout_sessions[session]
    assert record.payment_intent is None
    assert record.subscription.startswith("sub_")
    assert record.invoice.startswith("in_")
    assert record.customer == customer


def test_amounts_add_up_and_a_code_counts_how_often_it_was_used(account):
    code = account.create_promotion_code("PODCAST20", coupon="20-off")
    session = account.create_session(900, tax=100, discount=200, promotion_code=code)
    account.complete_session(session, account.create_charge(900))
    record = account.checkout_sessions[session]
    assert record.amount_subtotal - record.amount_discount + record.amount_tax == 900
    assert account.promotion_codes[code].times_redeemed == 1


def test_sessions_are_filtered_by_what_they_are_now(account, get):
    sessions = [account.create_session(500) for _ in range(3)]
    charge = account.create_charge(500)
    account.complete_session(sessions[1], charge, email="a@example.com")
    path, intent = "/v1/checkout/sessions", account.charges[charge].payment_intent
    assert ids(get(path)) == sessions[::-1]
    for query in ("status=complete", f"payment_intent={intent}"):
        assert ids(get(path, query)) == [sessions[1]]
    assert ids(get(path, "customer_details[email]=a@example.com")) == [sessions[1]]
    assert ids(get(path, "status=open")) == [sessions[2], sessions[0]]
    assert ids(get(path, "limit=1&starting_after=" + sessions[2])) == [sessions[1]]
    assert get(f"{path}/{sessions[0]}")[1]["object"] == "checkout.session"
    missing = get(f"{path}/cs_x")
    assert missing[1]["error"]["message"] == "No such checkout.session: 'cs_x'"


def test_the_code_of_a_discount_is_sent_where_it_is_expanded(account, get):
    code = account.create_promotion_code("PODCAST20", coupon="20-off")
    account.create_session(500, promotion_code=code)
    account.create_session(500)
    path, expand = "/v1/checkout/sessions", "expand[]=data.discounts"
    without, plain = get(path)[1]["data"]
    assert without["discounts"] == []
    assert plain["discounts"] == [{"coupon": None, "promotion_code": code}]
    (expanded,) = get(path, f"{expand}.promotion_code")[1]["data"][1]["discounts"]
    assert expanded["promotion_code"]["code"] == "PODCAST20"
    assert expanded["promotion_code"]["promotion"]["coupon"] == "20-off"
    assert get(path, expand)[0] == 400, "a part that is always there cannot be expanded"


def test_the_ids_of_everything_else_do_not_depend_on_sessions():
    def others(sessions):
        account = Account(NOW)
        for _ in range(sessions):
            account.create_session(500)
        charge = account.create_charge(500)
        account.advance(timedelta(days=2))
        account.refund(charge)
        return [e.id for e in account.events if not e.type.startswith("checkout.")], charge

    assert others(0) == others(3)


@pytest.mark.parametrize(
    ("path", "counted_as"),
    [
        ("/v1/charges", "GET /v1/charges"),
        ("/v1/charges/ch_1", "GET /v1/charges/:id"),
        ("/v1/checkout/sessions", "GET /v1/checkout/sessions"),
        ("/v1/checkout/sessions/cs_1", "GET /v1/checkout/sessions/:id"),
        ("/v1/oauth/token", "GET /v1/oauth/token"),
    ],
)
def test_a_list_and_its_single_objects_count_apart(path, counted_as):
    assert endpoint("GET", path) == counted_as


@pytest.fixture(scope="module")
def story():
    return Story(7, 4_000).account()


def test_the_story_s_sessions_fit_its_charges(story):
    by_intent = {charge.payment_intent: charge for charge in story.charges}
    complete = [each for each in story.checkout_sessions if each.status == "complete"]
    paid_once = [each for each in complete if each.mode == "payment"]
    assert len(paid_once) > 150
    for session in paid_once:
        charge = by_intent[session.payment_intent]
        assert 0 < charge.created - session.created < 3_600
        assert (charge.amount, charge.currency) == (session.amount_total, session.currency)
        assert charge.customer == session.customer
    assert all(each.customer for each in complete if each.mode == "subscription")
    assert all("@" in each.email for each in complete)
    assert {each.status for each in story.checkout_sessions} == {"complete", "expired"}
    assert sum(bool(each.promotion_code) for each in complete) > 40
    assert len({each.payment_link for each in complete} - {None}) == 3


def test_some_of_the_story_s_people_can_be_known_by_a_reference_alone(story):
    """Their charges carry no email, or another than the one that they left in a form."""

    def emails(charge):
        customer = story.customers[charge.customer] if charge.customer else None
        return resolve_email(charge, customer)[0]

    nameless = {charge.id for charge in story.charges if emails(charge) is None}
    intents = {each.payment_intent for each in story.checkout_sessions if each.client_reference_id}
    by_session = {each.id for each in story.charges if each.payment_intent in intents}
    by_payment = {each.id for each in story.charges if "visitor_id" in each.metadata}
    assert nameless & by_session
    assert nameless & by_payment
    assert any("visitor_id" in customer.metadata for customer in story.customers)
