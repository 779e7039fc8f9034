"""Requests and answers as Stripe has them, without a server."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_simulator.account import Account
from stripe_simulator.errors import InvalidRequestError
from stripe_simulator.query import parse_list_query

EXPAND = "expand[]=data.customer"


def ids(answer):
    return [each["id"] for each in answer[1]["data"]]


def test_a_list_has_stripe_s_envelope(account, get):
    charges = [account.create_charge(5) for _ in range(3)]
    status, body, headers = get("/v1/charges", "limit=2")
    assert status == 200
    assert (body["object"], body["url"], body["has_more"]) == ("list", "/v1/charges", True)
    assert [each["id"] for each in body["data"]] == charges[:0:-1]
    assert headers["Request-Id"].startswith("req_")
    assert headers["Stripe-Version"] == "2026-10-28.endive"


def test_ten_are_listed_unless_more_are_asked_for(account, get):
    for _ in range(11):
        account.create_charge(5)
    assert len(ids(get("/v1/charges"))) == 10
    assert len(ids(get("/v1/charges", "limit=100"))) == 11


@given(
    st.lists(st.integers(0, 6), max_size=12),
    st.dictionaries(st.sampled_from(["gt", "gte", "lt", "lte"]), st.integers(-1, 7)),
)
def test_created_filters_mean_what_they_say(moments, operators):
    query = "&".join(f"created[{name}]={value}" for name, value in operators.items())
    start, end = parse_list_query(query, ()).window
    tests = {
        "gt": lambda at, value: at > value,
        "gte": lambda at, value: at >= value,
        "lt": lambda at, value: at < value,
        "lte": lambda at, value: at <= value,
    }
    for at in moments:
        expected = all(tests[name](at, value) for name, value in operators.items())
        assert (start <= at < end) == expected


def test_an_exact_second_can_be_asked_for(account, get):
    for _ in range(3):
        account.create_charge(5)
        account.advance(timedelta(seconds=1))
    (middle,) = ids(get("/v1/charges", f"created={account.now_epoch - 2}"))
    assert middle == list(account.charges)[1].id


def test_charges_are_filtered_by_customer_and_by_payment_intent(account, get):
    customer = account.create_customer("a@example.com")
    mine, other = account.create_charge(5, customer=customer), account.create_charge(5)
    assert ids(get("/v1/charges", f"customer={customer}")) == [mine]
    assert ids(get("/v1/charges", f"payment_intent=pi_{other[3:]}")) == [other]
    assert ids(get("/v1/charges", "transfer_group=none")) == []


@pytest.mark.parametrize(
    ("path", "query", "message"),
    [
        ("charges", "customer=cus_x", "No such customer: 'cus_x'"),
        ("charges", "payment_intent=pi_x", "No such payment_intent: 'pi_x'"),
        ("refunds", "charge=ch_x", "No such charge: 'ch_x'"),
        ("disputes", "payment_intent=pi_x", "No such payment_intent: 'pi_x'"),
        ("balance_transactions", "payout=po_x", "No such payout: 'po_x'"),
        ("customers", "test_clock=clock_x", "No such test_clock: 'clock_x'"),
    ],
)
def test_a_filter_that_names_what_is_not_there_is_refused(get, path, query, message):
    status, body, _ = get(f"/v1/{path}", query)
    error = body["error"]
    assert (status, error["code"], error["message"]) == (400, "resource_missing", message)
    assert error["param"] == query.partition("=")[0]


def test_refunds_and_disputes_are_filtered_by_charge(account, get):
    charges = [account.create_charge(50) for _ in range(2)]
    refunds = [account.refund(charge, 5) for charge in charges]
    disputes = [account.dispute(charge) for charge in charges]
    assert ids(get("/v1/refunds", f"charge={charges[0]}")) == refunds[:1]
    assert ids(get("/v1/disputes", f"charge={charges[1]}")) == disputes[1:]


def test_balance_transactions_are_filtered_by_type_source_and_currency(account, get):
    charge = account.create_charge(50)
    account.refund(charge, 5)
    posted = account.charges[charge].balance_transaction
    assert ids(get("/v1/balance_transactions", f"source={charge}")) == [posted]
    assert ids(get("/v1/balance_transactions", "type=charge&currency=usd")) == [posted]
    assert ids(get("/v1/balance_transactions", "currency=eur")) == []


def test_deleted_customers_are_retrieved_as_stubs_and_not_listed(account, get):
    kept, gone = (account.create_customer(f"{name}@example.com") for name in "ab")
    account.delete_customer(gone)
    assert ids(get("/v1/customers")) == [kept]
    assert get(f"/v1/customers/{gone}")[1] == {"id": gone, "object": "customer", "deleted": True}


def test_customers_are_filtered_by_the_email_that_they_have_now(account, get):
    customer = account.create_customer("a@example.com")
    account.edit_customer(customer, email="b@example.com")
    assert ids(get("/v1/customers", "email=a@example.com")) == []
    assert ids(get("/v1/customers", "email=b@example.com")) == [customer]


def test_events_are_filtered_by_type_and_types(account, get):
    charge = account.create_charge(50)
    account.refund(charge)
    account.create_customer("a@example.com")

    def types(query):
        return [each["type"] for each in get("/v1/events", query)[1]["data"]]

    assert types("type=charge.refunded") == ["charge.refunded"]
    wanted = "types[]=charge.succeeded&types[]=customer.created"
    assert types(wanted) == ["customer.created", "charge.succeeded"]
    assert types("types[0]=refund.created") == ["refund.created"]
    assert types("type=charge.*") == ["charge.refunded", "charge.succeeded"]
    assert types("type=*.created") == ["customer.created", "refund.created"]
    assert types("type=charge") == []
    assert len(types("delivery_success=true")) == 4


@pytest.mark.parametrize(
    ("query", "param"),
    [("type=charge.*&types[]=charge.failed", "type"), ("delivery_success=yes", "delivery_success")],
)
def test_a_wrong_filter_of_events_is_refused(get, query, param):
    status, body, _ = get("/v1/events", query)
    assert (status, body["error"]["param"]) == (400, param)


def test_events_are_forgotten_after_thirty_days(account, get):
    account.create_charge(50)
    (event,) = ids(get("/v1/events"))
    account.advance(timedelta(days=30))
    assert ids(get("/v1/events")) == [event]
    account.advance(timedelta(seconds=1))
    assert ids(get("/v1/events")) == []
    assert get(f"/v1/events/{event}")[0] == 404


def test_an_event_s_payload_is_a_snapshot_and_never_expanded(account, get):
    customer = account.create_customer("a@example.com")
    charge = account.create_charge(50, customer=customer)
    account.refund(charge, 20)
    body = get("/v1/events", "type=charge.succeeded")[1]
    snapshot = body["data"][0]["data"]["object"]
    assert (snapshot["amount_refunded"], snapshot["customer"]) == (0, customer)


def test_expanding_puts_whole_objects_in_the_place_of_ids(account, get):
    customer = account.create_customer("a@example.com")
    charge = account.create_charge(50, "eur", customer=customer)
    account.create_charge(50)
    query = f"{EXPAND}&expand[]=data.balance_transaction"
    guest, expanded = get("/v1/charges", query)[1]["data"]
    assert expanded["customer"]["email"] == "a@example.com"
    assert expanded["balance_transaction"]["currency"] == "usd"
    assert guest["customer"] is None
    assert get(f"/v1/charges/{charge}", "expand[]=customer")[1]["customer"] == expanded["customer"]
    assert get(f"/v1/charges/{charge}")[1]["customer"] == customer


def test_an_edited_customer_is_expanded_as_it_is_now(account, get):
    customer = account.create_customer("a@example.com")
    account.create_charge(50, customer=customer)

    def expanded():
        return get("/v1/charges", EXPAND)[1]["data"][0]["customer"]

    assert expanded()["email"] == "a@example.com"
    account.edit_customer(customer, email="b@example.com")
    assert expanded()["email"] == "b@example.com"
    account.delete_customer(customer)
    assert expanded() == {"id": customer, "object": "customer", "deleted": True}


def test_refunds_disputes_and_balance_transactions_expand_what_they_are_about(account, get):
    charge = account.create_charge(50)
    account.refund(charge, 5)
    account.dispute(charge)
    for path, field in (
        ("/v1/refunds", "charge"),
        ("/v1/disputes", "charge"),
        ("/v1/balance_transactions", "source"),
    ):
        found = get(path, f"expand[]=data.{field}")[1]["data"][-1][field]
        assert (found["id"], found["object"]) == (charge, "charge")


def test_what_is_expanded_may_be_expanded_in_turn(account, get):
    customer = account.create_customer("a@example.com")
    charge = account.create_charge(50, customer=customer)
    refund = account.refund(charge, 5)
    paths = "&".join(
        f"expand[]=data.charge.{path}" for path in ("customer", "balance_transaction.source")
    )
    found = get("/v1/refunds", paths)[1]["data"][0]["charge"]
    assert found["customer"]["email"] == "a@example.com"
    assert found["balance_transaction"]["source"]["id"] == charge
    whole = get(f"/v1/charges/{charge}", "expand[]=refunds.data.balance_transaction")[1]["refunds"]
    assert (whole["object"], whole["has_more"]) == ("list", False)
    assert [each["id"] for each in whole["data"]] == [refund]
    assert whole["data"][0]["balance_transaction"]["amount"] == -5
    assert "refunds" not in get(f"/v1/charges/{charge}")[1]
    nothing = get(f"/v1/charges/{charge}", "expand[]=application&expand[]=review")
    assert (nothing[0], nothing[1]["application"]) == (200, None)


@pytest.mark.parametrize(
    ("query", "code", "param"),
    [
        ("limit=101", "parameter_invalid_integer", "limit"),
        ("limit=0", "parameter_invalid_integer", "limit"),
        ("limit=x", "parameter_invalid_integer", "limit"),
        ("created[gte]=2026-01-01", "parameter_invalid_integer", "created[gte]"),
        ("created[on]=5", "parameter_unknown", "created[on]"),
        ("status=succeeded", "parameter_unknown", "status"),
        ("types[]=charge.failed", "parameter_unknown", "types"),
        ("expand[]=data.disputes", None, None),
        ("expand[]=data.payment_intent", None, None),
        ("expand[]=data.customer.default_source.customer.x", None, None),
        ("expand[]=customer", None, None),
        ("starting_after=ch_x", "resource_missing", "starting_after"),
        ("ending_before=ch_x", "resource_missing", "ending_before"),
        ("starting_after=a&ending_before=b", None, "ending_before"),
    ],
)
def test_a_wrong_list_request_gets_stripe_s_error(get, query, code, param):
    status, body, headers = get("/v1/charges", query)
    assert status == 400
    error = body["error"]
    assert (error["type"], error.get("code"), error.get("param")) == (
        "invalid_request_error",
        code,
        param,
    )
    assert headers["Request-Id"] in error["request_log_url"]


def test_more_than_twenty_types_are_too_many(get):
    assert get("/v1/events", "&".join(["types[]=charge.failed"] * 20))[0] == 200
    assert get("/v1/events", "&".join(["types[]=charge.failed"] * 21))[0] == 400


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v1/charges/ch_x", "No such charge: 'ch_x'"),
        ("/v1/balance_transactions/txn_x", "No such balance transaction: 'txn_x'"),
        ("/v1/account", "Unrecognized request URL (GET: /v1/account)."),
        ("/v1/charges/ch_x/refunds", "Unrecognized request URL (GET: /v1/charges/ch_x/refunds)."),
        ("/", "Unrecognized request URL (GET: /)."),
    ],
)
def test_what_is_not_there_is_missed_by_name(get, path, message):
    status, body, _ = get(path)
    assert status == 404
    assert body["error"]["message"].startswith(message)


def test_retrieving_knows_no_list_parameters(account, get):
    assert get(f"/v1/charges/{account.create_charge(5)}", "limit=1")[0] == 400


@given(st.text(max_size=30))
def test_no_query_is_too_strange_to_be_answered(query):
    try:
        parse_list_query(query, ("customer",), types=True)
    except InvalidRequestError as error:
        assert error.http_status == 400  # noqa: PT017 - either outcome is fine, no third one is


def test_with_a_listing_delay_new_objects_are_retrieved_before_they_are_listed():
    account = Account(datetime(2026, 3, 1, tzinfo=UTC), listing_delay=timedelta(minutes=2))
    charges = [account.create_charge(5) for _ in range(50)]
    delayed = [c for c in charges if not account.is_listed(account.charges[c])]
    assert 0 < len(delayed) <= 50
    account.advance(timedelta(minutes=1))
    some = [account.is_listed(account.charges[c]) for c in charges]
    assert True in some
    assert False in some
    account.advance(timedelta(minutes=1))
    assert all(account.is_listed(account.charges[c]) for c in charges)
