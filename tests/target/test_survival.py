"""Whatever ends a run, data are at least what the state says, and nothing is half there."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from typing import Any

import duckdb
import pytest

from tests.target.conftest import record, schema, state
from tests.target.process import CONTEXT, Command

KEY = {"id": {"type": "integer"}, "n": {"type": "integer"}}
STREAMS = ("a", "b", "c")


def write(path, messages):
    path.write_text("".join(json.dumps(message) + "\n" for message in messages))
    return path


def config(folder, **settings):
    path = folder / "config.json"
    path.write_text(json.dumps({"path": str(folder / "w.duckdb"), **settings}))
    return f"--config={path}"


def rows(folder, stream):
    with duckdb.connect(folder / "w.duckdb", read_only=True) as connection:
        return dict(connection.execute(f"SELECT id, n FROM raw_stripe.{stream}").fetchall())


def expected(records, until):
    """The tables once the first `until` records are loaded: the last of a key wins."""
    tables: dict[str, dict[int, int]] = {stream: {} for stream in STREAMS}
    for message in records[:until]:
        tables[message["stream"]][message["record"]["id"]] = message["record"]["n"]
    return tables


def test_kill_9_at_any_instant_loses_nothing_and_leaves_whole_batches(tmp_path):
    choose = random.Random()
    schemas = [schema(stream, KEY, ["id"]) for stream in STREAMS]
    records = [record(choose.choice(STREAMS), id=n % 389, n=n) for n in range(9_000)]
    settings = config(tmp_path, batch_size_rows=700)
    kills = done = 0
    while done < len(records):
        messages: list[dict[str, Any]] = []
        for place, message in enumerate(records[done:], done + 1):
            messages.append(message)
            if place % 97 == 0 or place == len(records):
                messages.append(state(done=place))
        run = Command(tmp_path, settings, stdin=write(tmp_path / "in", [*schemas, *messages]))
        if kills < 20 and not run.wait(choose.uniform(0, 0.7)):
            run.send(signal.SIGKILL)
            kills += 1
        run.wait()
        states = (tmp_path / "out").read_text().splitlines(keepends=True)
        told = [json.loads(line)["done"] for line in states if line.endswith("\n")]
        done = told[-1] if told else done
        if (tmp_path / "w.duckdb").exists():
            with duckdb.connect(tmp_path / "w.duckdb") as connection:
                made = connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall()[0][0]
            assert made in (0, len(STREAMS))
            if made:
                found = {stream: rows(tmp_path, stream) for stream in STREAMS}
                loaded = 1 + max(
                    (n for table in found.values() for n in table.values()), default=-1
                )
                assert loaded >= done
                # One transaction over all streams: the tables are of one moment.
                assert found == expected(records, loaded)
    assert kills >= 5
    assert {stream: rows(tmp_path, stream) for stream in STREAMS} == expected(records, None)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_run_with_its_code_and_without_the_open_batch(number, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    run = Command(tmp_path, config(tmp_path), stdin=pipe)
    with pipe.open("w") as tap:
        for message in (schema("s", KEY, ["id"]), record("s", id=1), state(n=1)):
            tap.write(json.dumps(message) + "\n")
        tap.flush()
        while not (tmp_path / "w.duckdb").exists():
            assert not run.wait(0.01)
        run.send(number)
        result = run.result()
    assert result.exit_code == 128 + number
    assert result.out == ""
    assert result.err.splitlines()[-1].startswith(f"target-apex: error: stopped by signal {number}")


def hold(path, seconds):
    """Hold the database file for a while, in the process that calls this."""
    with duckdb.connect(path):
        (path.parent / "held").touch()
        time.sleep(seconds)


@pytest.fixture
def holder(tmp_path):
    """Start a process that holds the warehouse's file for a while; its process id."""
    started = []

    def start(seconds):
        process = CONTEXT.Process(target=hold, args=(tmp_path / "w.duckdb", seconds))
        process.start()
        started.append(process)
        while not (tmp_path / "held").exists():
            time.sleep(0.01)
        return process.pid

    yield start
    for process in started:
        process.kill()
        process.join()


def test_a_locked_file_is_an_error_that_names_the_holder(tmp_path, holder):
    pid = holder(60)
    lines = write(tmp_path / "in", [schema("s", KEY, ["id"]), record("s", id=1, n=1)])
    result = Command(tmp_path, config(tmp_path, lock_wait_seconds=0.2), stdin=lines).result()
    assert result.exit_code == 1
    message = result.err.splitlines()[-1]
    assert "w.duckdb is locked by" in message
    assert f"(PID {pid})" in message
    assert "lock_wait_seconds" in message


def test_a_file_that_is_released_in_time_is_no_error(tmp_path, holder):
    holder(0.5)
    lines = write(tmp_path / "in", [schema("s", KEY, ["id"]), record("s", id=1, n=1)])
    assert Command(tmp_path, config(tmp_path), stdin=lines).result().exit_code == 0
    assert rows(tmp_path, "s") == {1: 1}


def test_a_full_disk_is_one_line_and_the_table_is_as_after_the_last_state(tmp_path):
    text = {"id": {"type": "integer"}, "n": {"type": "integer"}, "t": {"type": "string"}}
    noise = random.Random(1)
    messages = [schema("s", text, ["id"])]
    for n in range(3000):
        filler = noise.randbytes(500).hex()
        messages += [record("s", id=n, n=n, t=filler), state(n=n)]
    lines = write(tmp_path / "in", messages)
    run = Command(
        tmp_path, config(tmp_path, batch_size_rows=300), stdin=lines, largest_file=1_500_000
    )
    result = run.result()
    assert result.exit_code == 1
    message = result.err.splitlines()[-1]
    assert message.startswith("target-apex: error: ")
    assert "make room on that disk" in message
    assert "Traceback" not in result.err
    last = json.loads(result.out.splitlines()[-1])["n"]
    assert 300 <= last < 2999
    assert len(rows(tmp_path, "s")) % 300 == 0
    assert len(rows(tmp_path, "s")) > last


def test_memory_is_bounded(tmp_path):
    filler = {f"c{n}": "x" * 60 for n in range(30)}
    kinds = {"id": {"type": "integer"}, **{name: {"type": "string"} for name in filler}}
    with (tmp_path / "in").open("w") as file:
        file.write(json.dumps(schema("s", kinds, ["id"])) + "\n")
        for n in range(60_000):
            file.write(json.dumps(record("s", id=n, **filler)) + "\n")
    result = Command(tmp_path, config(tmp_path), stdin=tmp_path / "in").result()
    assert result.exit_code == 0
    assert result.peak_mb < 300
