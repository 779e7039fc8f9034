"""What Meltano remembers, kept where several machines find it."""

import json
from datetime import timedelta

import boto3
import pytest
from moto.server import ThreadedMotoServer

from stripe_simulator.server import serve
from stripe_simulator.story.history import Story
from tests import servers
from tests.warehouses.project import RunError

LOAD = ("run", "tap-stripe-apex", "target-postgres")


@pytest.fixture
def account():
    """An account of its own for each test, since each lets time pass."""
    return Story(seed=7, charges=300).account()


@pytest.fixture
def stripe(account):
    with serve(account) as server:
        yield server


@pytest.fixture
def database(databases, request):
    return databases(request.node.name)


@pytest.fixture
def clone(clones, database, stripe):
    """Make a machine with a clone, which loads the test's database."""
    settings = {
        "TAP_STRIPE_APEX_API_KEY": "rk_test_simulated",
        "TAP_STRIPE_APEX_API_BASE": stripe.url,
        "TAP_STRIPE_APEX_DATE_RANGE": json.dumps({"start": "2025-05-01"}),
        "TAP_STRIPE_APEX_MAX_REQUESTS_PER_SECOND": "100",
    }

    def make(name, **state):
        return clones(name, settings | database | state)

    return make


@pytest.fixture
def bucket():
    """An S3 server on loopback with an empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    credentials = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    client = boto3.client(
        "s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1", **credentials
    )
    client.create_bucket(Bucket="meltano")
    client.close()
    yield {
        "MELTANO_STATE_BACKEND_URI": "s3://meltano/state",
        "MELTANO_STATE_BACKEND_S3_ENDPOINT_URL": f"http://{host}:{port}",
        "MELTANO_STATE_BACKEND_S3_AWS_ACCESS_KEY_ID": "key",
        "MELTANO_STATE_BACKEND_S3_AWS_SECRET_ACCESS_KEY": "secret",
    }
    server.stop()


@pytest.fixture(params=["files", "postgres", "s3"])
def state(request, tmp_path, database):
    match request.param:
        case "files":
            return {"MELTANO_STATE_BACKEND_URI": f"file://{tmp_path}/state"}
        case "postgres":
            # Neither host nor name: those of PGHOST, PGDATABASE and so on.
            return {"MELTANO_DATABASE_URI": "postgresql+psycopg://"}
    return request.getfixturevalue("bucket")


def loaded(database):
    """The charges that count, as the raw table has them."""
    with servers.connect(database) as connection:
        rows = connection.execute(
            "select id, amount_captured, amount_refunded from raw_stripe.charges"
            " where _sdc_deleted_at is null"
        ).fetchall()
    assert len(rows) == len({id_ for id_, *_ in rows})
    return {id_: tuple(amounts) for id_, *amounts in rows}


def expected(account):
    return {
        id_: (charge.amount_captured, charge.amount_refunded)
        for id_, charge in account.ledger().charges.items()
    }


def test_two_machines_in_turn_go_on_where_the_other_stopped(
    clone, state, database, stripe, account
):
    one, two = (clone(name, **state) for name in ("one", "two"))
    one.meltano("prod", *LOAD)
    listed = len(stripe.requests)
    assert loaded(database) == expected(account)

    account.advance(timedelta(days=3))
    stripe.requests.clear()
    two.meltano("prod", *LOAD)
    assert loaded(database) == expected(account)
    assert stripe.requests.count("/v1/events") >= 1

    stripe.requests.clear()
    one.meltano("prod", *LOAD)
    assert len(stripe.requests) == 1 < listed
    assert loaded(database) == expected(account)


def test_a_lost_state_costs_a_full_reading_and_nothing_else(
    clone, tmp_path, database, stripe, account
):
    where = {"MELTANO_STATE_BACKEND_URI": f"file://{tmp_path}/state"}
    machine = clone("machine", **where)
    machine.meltano("prod", *LOAD)
    before = len(stripe.requests)
    account.advance(timedelta(days=3))
    machine.meltano("prod", "state", "clear", "--force", "prod:tap-stripe-apex-to-target-postgres")

    stripe.requests.clear()
    said = machine.meltano("prod", *LOAD)
    assert "No state was found, complete import" in said
    assert len(stripe.requests) >= before
    assert loaded(database) == expected(account)


def test_a_run_that_overlaps_another_is_refused_and_says_why(clone, database, account):
    with serve(account, latency=1.5) as slow:
        settings = {
            "MELTANO_DATABASE_URI": "postgresql+psycopg://",
            "TAP_STRIPE_APEX_API_BASE": slow.url,
        }
        one, two = (clone(name, **settings) for name in ("one", "two"))
        first = one.start("meltano", "--environment", "prod", *LOAD)
        while not slow.requests:
            assert first.poll() is None, first.communicate()
        with pytest.raises(RunError, match="already running"):
            two.meltano("prod", *LOAD)
        said, _ = first.communicate()
    assert first.returncode == 0, said
    assert loaded(database) == expected(account)
