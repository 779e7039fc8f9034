"""Whatever is wrong with a file is one line that names it; an empty state is a first run."""

import json

import pytest

from stripe_simulator.faults import Fault, FaultKind
from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.inputs import check_catalog, check_state
from tap_stripe_apex.tap import TapStripeApex
from tests import commands
from tests.conftest import sync, sync_until_an_error
from tests.patience import without_waiting


@pytest.fixture
def files(tmp_path, stripe):
    """Write files, and run the tap with them."""
    config = {"api_key": "rk_test_simulated", "api_base": stripe.url}
    (tmp_path / "config.json").write_text(json.dumps(config))

    def run(**texts):
        options = {"config": tmp_path / "config.json"}
        for name, text in texts.items():
            options[name] = tmp_path / f"{name}.json"
            if text is None:
                options[name].unlink(missing_ok=True)
            else:
                options[name].write_text(text)
        arguments = [part for name, path in options.items() for part in (f"--{name}", path)]
        return commands.run("tap-stripe-apex", *arguments)

    return run


def errors(result):
    return [line.split("| ", 3)[-1] for line in result.stderr.splitlines() if "| ERROR " in line]


def catalog(**changes):
    config = {"api_key": "rk_test_simulated", "api_base": "http://127.0.0.1:9"}
    found = TapStripeApex(config=config).catalog_dict
    for stream in found["streams"]:
        stream.update(changes)
    return found


def selecting(*names, **root):
    found = catalog()
    for stream in found["streams"]:
        for entry in stream["metadata"]:
            if entry["breadcrumb"] == []:
                entry["metadata"].update(root, selected=stream["tap_stream_id"] in names)
    return found


@pytest.mark.parametrize("option", ["config", "state", "catalog"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(None, "does not exist. Check the path.", id="missing"),
        pytest.param("{", "it is not JSON (line 1, column 2)", id="cut"),
        pytest.param("[1]", "must hold a JSON object", id="a list"),
        pytest.param('"x"', "must hold a JSON object", id="a text"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_what_is_wrong(files, option, text, words):
    result = files(**{option: text})
    (error,) = errors(result)
    assert result.returncode == 1
    assert f"{option}.json" in error
    assert words in error


@pytest.mark.parametrize("option", ["config", "catalog"])
def test_an_empty_file_is_named(files, option):
    (error,) = errors(files(**{option: " \n"}))
    assert f"{option}.json must hold one JSON object; it is empty." in error


def test_an_empty_state_is_a_first_run(account, files):
    account.create_charge(100)
    result = files(state="\n")
    assert result.returncode == 0
    assert '"type":"RECORD"' in result.stdout


def test_a_state_may_be_what_the_tap_wrote_the_last_line_of_which_counts(account, stripe, files):
    account.create_charge(100)
    states = [json.dumps(line) for line in sync(stripe.url).of("STATE")]
    for text in (states[-1], "\n".join(states)):
        result = files(state=text)
        assert result.returncode == 0
        assert '"type":"RECORD"' not in result.stdout


def test_a_state_without_bookmarks_is_a_first_run_that_says_so(account, files):
    account.create_charge(100)
    result = files(state='{"streams": []}')
    assert '"type":"RECORD"' in result.stdout
    assert result.stderr.count("holds no bookmarks: everything is read") == 1


@pytest.mark.parametrize("bookmarks", [[], "x", {"charges": 5}, {"charges": None}])
def test_odd_bookmarks_are_named(bookmarks):
    with pytest.raises(ConfigurationError, match=r"^The state s.json is damaged: its bookmarks"):
        check_state({"bookmarks": bookmarks}, "the state s.json")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({}, "must hold a list of streams"),
        ({"streams": {}}, "must hold a list of streams"),
        ({"streams": [5]}, "Streams[0] of the catalog must hold a JSON object"),
        ({"streams": [{"stream": "charges"}]}, "Streams[0] of the catalog has no tap_stream_id"),
        ({"streams": [{"tap_stream_id": "charges"}]}, "'charges' in the catalog has no schema"),
        (catalog(schema={"properties": 5}), "'balance_transactions' in the catalog has no schema"),
        (catalog(metadata={"a": 1}), "metadata of stream 'balance_transactions'"),
        (catalog(metadata=[{"breadcrumb": []}]), "metadata of stream 'balance_transactions'"),
        (catalog(replication_method="WEEKLY"), "the replication method 'WEEKLY'. There are LOG_"),
        (selecting("charges", **{"replication-method": "X"}), "the replication method 'X'"),
    ],
    ids=range(10),
)
def test_an_odd_catalog_is_named_with_the_stream(found, words):
    with pytest.raises(ConfigurationError) as error:
        check_catalog(found)
    assert words in str(error.value)


@pytest.mark.parametrize("found", [selecting(), selecting("none of ours"), {"streams": []}])
def test_a_catalog_that_selects_nothing_is_no_success(stripe, found):
    with pytest.raises(ConfigurationError, match="selects none of the streams that there are"):
        sync(stripe.url, None, found)


def test_the_metadata_choose_the_replication_method(account, stripe):
    account.create_charge(100)
    state = sync(stripe.url).state
    assert not sync(stripe.url, state, selecting("charges")).records()
    anew = selecting("charges", **{"replication-method": "FULL_TABLE"})
    assert sync(stripe.url, state, anew).records()
    changes = selecting("charges", **{"replication-method": "INCREMENTAL"})
    assert not sync(stripe.url, state, changes).records()


def test_the_test_reads_one_record_of_what_the_catalog_selects(account, tmp_path, files):
    account.refund(account.create_charge(100), 10)
    path = tmp_path / "selected.json"
    path.write_text(json.dumps(selecting("refunds")))
    result = commands.run(
        "tap-stripe-apex", "--test", "--config", tmp_path / "config.json", "--catalog", path
    )
    messages = [json.loads(line) for line in result.stdout.splitlines()]
    records = [message["stream"] for message in messages if message["type"] == "RECORD"]
    assert records == ["refunds"]


def left_out(stream, *columns):
    found = selecting(stream)
    for entry in found["streams"]:
        for each in entry["metadata"]:
            if each["breadcrumb"] and each["breadcrumb"][-1] in columns:
                each["metadata"]["selected"] = False
    return found


@pytest.mark.parametrize("stream", ["charges", "balance_transactions"])
def test_a_column_that_is_selected_again_is_read_again(account, stripe, caplog, stream):
    for _ in range(3):
        account.create_charge(100)
    first = sync(stripe.url, None, left_out(stream, "description"))
    assert all("description" not in record for record in first.records(stream))
    quiet = sync(stripe.url, first.state, left_out(stream, "description"))
    assert quiet.records(stream) == []
    again = sync(stripe.url, quiet.state, selecting(stream))
    assert [record["id"] for record in again.records(stream)] == [
        record["id"] for record in first.records(stream)
    ]
    assert all("description" in record for record in again.records(stream))
    assert "older records lack columns, or have them by another rule: description" in caplog.text
    assert sync(stripe.url, again.state, selecting(stream)).records(stream) == []


@pytest.mark.parametrize("known", [None, ["fee", "net", "refunded_amount"]])
def test_charges_of_a_version_without_a_column_are_read_again_once(account, stripe, known):
    account.create_charge(100)
    state = sync(stripe.url).state
    charges = state["bookmarks"]["charges"]
    del charges["added"]
    if known:
        charges["added"] = known
    again = sync(stripe.url, state)
    assert len(again.records()) == 1
    assert sync(stripe.url, again.state).records() == []


def test_a_column_of_a_range_in_the_past_is_read_again_too(account, stripe):
    account.create_charge(100)
    range_ = {"start": "2026-01-01", "end": "2026-10-02"}
    account.advance_to(account.now.replace(month=11))
    first = sync(stripe.url, None, left_out("charges", "description"), date_range=range_)
    assert len(first.records()) == 1
    again = sync(stripe.url, first.state, date_range=range_)
    assert len(again.records()) == 1


def test_a_balance_transaction_is_listed_after_a_first_run_that_failed(account, stripe):
    for _ in range(3):
        account.create_charge(100)
    stripe.faults.inject(Fault(FaultKind.SERVER_ERROR, times=99, path="/v1/balance_transactions"))
    only = selecting("balance_transactions")
    failed, error = sync_until_an_error(stripe.url, None, only, patience=without_waiting())
    assert error is not None
    stripe.faults.clear()
    assert len(sync(stripe.url, failed.state, only).records("balance_transactions")) == 3


def test_a_range_in_the_past_is_read_again_for_settled_amounts(account, stripe):
    account.create_charge(100)
    range_ = {"start": "2026-01-01", "end": "2026-10-02"}
    account.advance_to(account.now.replace(month=11))
    first = sync(stripe.url, date_range=range_)
    again = sync(stripe.url, first.state, date_range=range_, expand_balance_transactions=True)
    assert [record["settled_amount"] for record in again.records()] == [100]


def test_a_full_table_run_of_balance_transactions_reads_all_though_nothing_happened(
    account, stripe
):
    account.create_charge(100)
    state = sync(stripe.url, None, selecting("balance_transactions")).state
    anew = selecting("balance_transactions", **{"replication-method": "FULL_TABLE"})
    assert len(sync(stripe.url, state, anew).records("balance_transactions")) == 1


def test_a_column_that_is_younger_than_the_catalog_is_read_once_the_catalog_has_it(account, stripe):
    account.create_charge(100)
    old = selecting("charges")
    for stream in old["streams"]:
        if stream["tap_stream_id"] == "charges":
            del stream["schema"]["properties"]["refunded_amount"]
            stream["metadata"] = [
                each
                for each in stream["metadata"]
                if each["breadcrumb"][-1:] != ["refunded_amount"]
            ]
    first = sync(stripe.url, None, old)
    (schema,), (record,) = first.of("SCHEMA"), first.records()
    assert set(record) <= set(schema["schema"]["properties"])
    (again,) = sync(stripe.url, first.state, selecting("charges")).records()
    assert again["refunded_amount"] == 0


def test_a_state_comes_after_the_batch_that_holds_its_records(account, stripe, tmp_path):
    for _ in range(300):
        account.create_charge(100)
    batches = {
        "encoding": {"format": "jsonl", "compression": "gzip"},
        "storage": {"root": f"file://{tmp_path}"},
    }
    output = sync(stripe.url, batch_config=batches)
    kinds = [line["type"] for line in output.lines]
    covering = [
        n
        for n, line in enumerate(output.lines)
        if line["type"] == "STATE" and line["value"]["bookmarks"]["charges"].get("covered")
    ]
    assert "BATCH" in kinds
    assert min(covering) > kinds.index("BATCH")
