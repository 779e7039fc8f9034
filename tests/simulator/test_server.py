"""The HTTP skin: headers, limits, latency and faults, over real sockets."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
import requests
import stripe

from stripe_simulator.faults import Fault, FaultKind
from stripe_simulator.keys import DEFAULT_KEY
from stripe_simulator.limits import Bucket
from stripe_simulator.server import serve
from tests.simulator.conftest import Client


@pytest.fixture
def server(account):
    with serve(account) as running:
        yield running


@pytest.fixture
def client(server):
    with Client(server.url) as session:
        yield session


def test_the_date_is_the_account_s_not_the_machine_s(account, client):
    assert parsedate_to_datetime(client.get("/v1/charges").headers["Date"]) == account.now
    account.advance(timedelta(days=40))
    assert parsedate_to_datetime(client.get("/v1/charges").headers["Date"]) == account.now


def test_a_list_read_by_cursor_is_the_ledger(account, client):
    for amount in range(1, 251):
        account.create_charge(amount, status="failed" if amount % 7 == 0 else "succeeded")
    listed = [c for c in client.list_all("/v1/charges") if c["status"] == "succeeded"]
    ledger = account.ledger()
    assert [charge["id"] for charge in listed[::-1]] == list(ledger.charges)
    assert sum(c["amount_captured"] for c in listed) == ledger.totals["usd"].gross


def test_a_cursor_holds_while_new_charges_come(account, server, client):
    expected = [account.create_charge(1) for _ in range(25)]
    server.on_request = lambda request: account.create_charge(2)
    listed = [charge["id"] for charge in client.list_all("/v1/charges", page=10)]
    assert listed[::-1] == [*expected, listed[0]]


def test_the_stripe_package_reads_it(account, server):
    customer = account.create_customer("a@example.com")
    charges = [account.create_charge(5, customer=customer) for _ in range(30)]
    client = stripe.StripeClient(DEFAULT_KEY, base_addresses={"api": server.url})
    asked = {"limit": 20, "expand": ["data.customer"], "created": {"gte": account.now_epoch}}
    found = list(client.v1.charges.list(asked).auto_paging_iter())
    assert [charge.id for charge in found[::-1]] == charges
    assert {charge.customer.email for charge in found} == {"a@example.com"}
    with pytest.raises(stripe.InvalidRequestError, match="No such charge: 'ch_x'"):
        client.v1.charges.retrieve("ch_x")
    with pytest.raises(stripe.AuthenticationError, match="Invalid API Key provided"):
        stripe.StripeClient("rk_test_x", base_addresses={"api": server.url}).v1.charges.list()


def test_requests_are_counted(server, client):
    client.get("/v1/charges", params={"limit": 1})
    client.get("/v1/charges/ch_x")
    client.get("/v1/events")
    assert [(r.method, r.path, r.query, r.status) for r in server.requests] == [
        ("GET", "/v1/charges", "limit=1", 200),
        ("GET", "/v1/charges/ch_x", "", 404),
        ("GET", "/v1/events", "", 200),
    ]
    assert server.requests.count("/v1/charges") == 2
    assert server.requests.count(status=404) == 1
    server.requests.clear()
    assert len(server.requests) == 0


def test_a_hook_can_move_the_account_while_it_is_read(account, server, client):
    charge = account.create_charge(5, status="pending", payment_method_type="sepa_debit")
    server.on_request = lambda request: account.settle(charge)
    assert client.get("/v1/charges").json()["data"][0]["status"] == "succeeded"


def test_a_hook_that_fails_fails_the_test(account):
    def fail(request):
        raise RuntimeError("the hook's own fault")

    with (
        pytest.raises(RuntimeError, match="the hook's own fault"),
        serve(account, on_request=fail) as server,
        Client(server.url) as client,
    ):
        assert client.get("/v1/charges").status_code == 500


def test_only_the_nth_request_to_a_path_is_struck(server, client):
    server.faults.inject(Fault(FaultKind.SERVER_ERROR, nth=2, times=2, path="/v1/charges"))
    client.get("/v1/events")
    statuses = [client.get("/v1/charges").status_code for _ in range(4)]
    assert statuses == [200, 500, 500, 200]


@pytest.mark.parametrize("reason", ["endpoint-rate", "global-concurrency", None])
def test_a_429_says_why_unless_it_is_a_lock(server, client, reason):
    server.faults.inject(Fault(FaultKind.RATE_LIMITED, reason=reason))
    answer = client.get("/v1/charges")
    assert answer.status_code == 429
    assert answer.headers.get("Stripe-Rate-Limited-Reason") == reason
    code = "lock_timeout" if reason is None else "rate_limit"
    assert answer.json()["error"]["code"] == code


def test_a_fault_can_say_whether_to_try_again(server, client):
    headers = {"Stripe-Should-Retry": "false"}
    server.faults.inject(Fault(FaultKind.SERVER_ERROR, status=503, headers=headers))
    answer = client.get("/v1/charges")
    assert (answer.status_code, answer.headers["Stripe-Should-Retry"]) == (503, "false")
    assert answer.json()["error"]["type"] == "api_error"


def test_a_key_can_expire_in_the_middle_of_a_run(server, client):
    server.faults.inject(Fault(FaultKind.EXPIRED_KEY, nth=2))
    assert client.get("/v1/charges").status_code == 200
    assert client.get("/v1/charges").json()["error"]["code"] == "api_key_expired"


def test_a_connection_can_be_reset_before_the_answer(server, client):
    server.faults.inject(Fault(FaultKind.RESET))
    with pytest.raises(requests.ConnectionError):
        client.get("/v1/charges")
    assert client.get("/v1/charges").status_code == 200


def test_a_connection_can_be_reset_in_the_middle_of_the_body(account, server, client):
    account.create_charge(5)
    server.faults.inject(Fault(FaultKind.RESET_IN_BODY))
    answer = client.get("/v1/charges", stream=True)
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        _ = answer.content


def test_json_can_be_cut_off_though_the_length_is_right(account, server, client):
    account.create_charge(5)
    server.faults.inject(Fault(FaultKind.TRUNCATED))
    answer = client.get("/v1/charges")
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_200_can_be_a_proxy_s_page(server, client):
    server.faults.inject(Fault(FaultKind.GARBAGE))
    answer = client.get("/v1/charges")
    assert answer.status_code == 200
    assert answer.text.startswith("<html>")


@pytest.mark.parametrize("kind", [FaultKind.SHORT_PAGE, FaultKind.EMPTY_PAGE])
def test_a_fault_of_pages_spares_what_is_no_page(account, server, client, kind):
    charge = account.create_charge(5)
    server.faults.inject(Fault(kind, times=2))
    assert client.get(f"/v1/charges/{charge}").json()["amount"] == 5
    assert client.get("/v1/charges/ch_none").json()["error"]["code"] == "resource_missing"


def test_an_answer_may_never_come(server, client):
    server.faults.inject(Fault(FaultKind.HANG))
    with pytest.raises(requests.Timeout):
        client.get("/v1/charges", timeout=0.1)


def test_a_struck_token_exchange_has_happened_all_the_same(server, client):
    code = server.oauth.authorize(
        f"client_id={server.oauth.app.client_id}&redirect_uri=http://127.0.0.1/"
    ).split("code=")[1]
    form = {"grant_type": "authorization_code", "code": code}
    secret = (server.oauth.app.secret_key, "")
    server.faults.inject(Fault(FaultKind.RESET))
    with requests.Session() as app:
        with pytest.raises(requests.ConnectionError):
            app.post(f"{server.url}/v1/oauth/token", form, auth=secret, timeout=5)
        again = app.post(f"{server.url}/v1/oauth/token", form, auth=secret, timeout=5)
    assert again.json()["error"] == "invalid_grant"


def test_too_many_requests_a_second_get_a_429_for_each_endpoint_apart(account):
    with serve(account, requests_per_second=0.01) as server, Client(server.url) as client:
        assert [client.get("/v1/charges").status_code for _ in range(3)] == [200, 429, 429]
        assert client.get("/v1/events").status_code == 200
        assert client.get("/v1/charges/ch_x").status_code == 404


def test_too_many_requests_a_second_in_all_get_a_429(account):
    with serve(account, global_requests_per_second=0.01) as server, Client(server.url) as client:
        answers = [client.get(path) for path in ("/v1/charges", "/v1/events")]
        assert [answer.status_code for answer in answers] == [200, 429]
        assert answers[1].headers["Stripe-Rate-Limited-Reason"] == "global-rate"


def test_too_many_requests_at_once_get_a_429(account):
    with serve(account, concurrency=2, latency=0.3) as server:

        def ask(_):
            with Client(server.url) as client:
                return client.get("/v1/charges")

        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(ask, range(4)))
        assert sorted(answer.status_code for answer in answers) == [200, 200, 429, 429]
        reasons = {a.headers.get("Stripe-Rate-Limited-Reason") for a in answers}
        assert reasons == {None, "global-concurrency"}
        assert server.limiter.most_in_flight == 4


def test_a_bucket_refills_at_its_rate_and_holds_a_second_s_worth():
    now = 0.0
    bucket = Bucket(4, lambda: now)
    assert [bucket.take() for _ in range(5)] == [True] * 4 + [False]
    now = 0.25
    assert [bucket.take() for _ in range(2)] == [True, False]
    now = 60.0
    assert [bucket.take() for _ in range(5)] == [True] * 4 + [False]


def test_latency_delays_answers_but_not_each_other(account):
    with serve(account, latency=0.2) as server:

        def ask(_):
            with Client(server.url) as client:
                return client.get("/v1/charges").status_code

        start = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(ask, range(8))) == [200] * 8
        assert 0.2 <= time.monotonic() - start < 8 * 0.2


@pytest.mark.parametrize("gzipped", [True, False])
def test_answers_are_compressed_only_if_that_is_switched_on(account, gzipped):
    account.create_charge(5)
    with serve(account, gzipped=gzipped) as server, Client(server.url) as client:
        answer = client.get("/v1/charges")
        assert (answer.headers.get("Content-Encoding") == "gzip") == gzipped
        assert answer.json()["data"][0]["amount"] == 5


def test_two_servers_know_nothing_of_each_other(account):
    with serve(account) as one, serve(account, keys=["rk_test_other"]) as other:
        assert one.url != other.url
        with Client(one.url, "rk_test_other") as client:
            assert client.get("/v1/charges").status_code == 401
        assert len(other.requests) == 0


def test_nothing_is_left_behind(account):
    before = threading.active_count()
    with serve(account) as server, Client(server.url) as client:
        server.faults.inject(Fault(FaultKind.HANG))
        with pytest.raises(requests.Timeout):
            client.get("/v1/charges", timeout=0.05)
    assert threading.active_count() == before


def test_a_process_is_administered_over_http(account, server, client):
    charge = account.create_charge(700, status="pending", payment_method_type="sepa_debit")
    account.schedule(account.now + timedelta(hours=1), lambda: account.settle(charge))
    assert client.get("/_simulator/").json()["charges"] == 1
    assert client.get("/_simulator/ledger").json()["charges"] == {}
    assert client.post("/_simulator/advance", json={"seconds": 3600}).status_code == 200
    ledger = client.get("/_simulator/ledger").json()
    assert ledger["charges"][charge]["net"] == 700
    totals = {"usd": {"charges": 1, "gross": 700, "net": 700}}
    assert client.get("/_simulator/ledger?totals").json() == {"totals": totals}
    end = account.charges[charge].created
    assert client.get(f"/_simulator/ledger?end={end}").json()["charges"] == {}
    client.post("/_simulator/faults", json={"kind": "server_error", "path": "/v1/"})
    assert client.get("/v1/charges").status_code == 500
    counted = client.get("/_simulator/requests").json()
    assert (counted["count"], counted["requests"][0]["status"]) == (1, 500)
    assert client.delete("/_simulator/requests").json() == {"count": 0}
    assert client.post("/_simulator/latency", json={"seconds": 0}).json() == {"seconds": 0.0}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("advance", {"seconds": -5}, 400),
        ("advance", {"minutes": 5}, 400),
        ("advance", {"to": "2020-01-01T00:00:00Z"}, 400),
        ("faults", {"kind": "nothing"}, 400),
        ("nothing", {}, 404),
    ],
)
def test_wrong_administration_is_told(client, path, body, status):
    answer = client.post(f"/_simulator/{path}", json=body)
    assert answer.status_code == status
    assert answer.json()["error"]
