"""Whatever ends a run, data are at least what the state says, and nothing is half there."""

from __future__ import annotations

import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import duckdb
import pytest

from target_apex.errors import TerminatedError
from target_apex.target import TargetApex
from tests.target.conftest import record, schema, state
from tests.target.process import CONTEXT, Command, hold

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


def states(folder):
    """What whole STATE lines tell."""
    lines = (folder / "out").read_text().splitlines(keepends=True)
    return [json.loads(line)["done"] for line in lines if line.endswith("\n")]


@pytest.mark.slow
def test_kill_9_at_any_instant_loses_nothing_and_leaves_whole_batches(tmp_path, chance):
    schemas = [schema(stream, KEY, ["id"]) for stream in STREAMS]
    records = [record(chance.choice(STREAMS), id=n % 389, n=n) for n in range(9_000)]
    settings = config(tmp_path, batch_size_rows=150)
    done = interrupted = 0
    for kill in [*range(15), None]:
        messages = schemas.copy()
        for place, message in enumerate(records[done:], done + 1):
            messages.append(message)
            if place % 97 == 0 or place == len(records):
                messages.append(state(done=place))
        run = Command(tmp_path, settings, stdin=write(tmp_path / "in", messages))
        if kill is not None:
            # Some time after some states, however fast the machine is.
            seen = chance.randrange(5)
            while len(states(tmp_path)) < seen and not run.wait(0.001):
                pass
            run.wait(chance.uniform(0, 0.1))
            run.send(signal.SIGKILL)
        assert run.wait()
        interrupted += kill is not None and done < (states(tmp_path) or [0])[-1] < len(records)
        done = (states(tmp_path) or [done])[-1]
        if (tmp_path / "w.duckdb").exists():
            check_is_of_one_moment(tmp_path, records, done)
    assert interrupted >= 5
    assert {stream: rows(tmp_path, stream) for stream in STREAMS} == expected(records, None)


def check_is_of_one_moment(folder, records, done):
    """All tables are as after one record, which is not before the last state."""
    with duckdb.connect(folder / "w.duckdb") as connection:
        made = connection.execute("SELECT count(*) FROM duckdb_tables()").fetchall()[0][0]
    assert made in (0, len(STREAMS))
    found = {stream: rows(folder, stream) for stream in STREAMS} if made else {}
    loaded = 1 + max((n for table in found.values() for n in table.values()), default=-1)
    assert loaded >= done
    if made:
        assert found == expected(records, loaded)


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


@pytest.mark.slow
def test_a_signal_that_comes_while_a_line_is_logged_is_not_swallowed(tmp_path):
    """`logging` handles every exception that is raised while it writes."""
    reading, writing = os.pipe()
    command = [Path(sys.executable).with_name("target-apex"), config(tmp_path)]
    outputs = {"stdout": subprocess.DEVNULL, "stderr": writing}
    with subprocess.Popen(command, stdin=subprocess.PIPE, **outputs) as target:
        target.stdin.write(json.dumps(schema("s", KEY, ["id"])).encode() + b"\n")
        target.stdin.flush()
        while not (tmp_path / "w.duckdb").exists():
            assert target.poll() is None
            time.sleep(0.01)
        filling = os.open(f"/proc/self/fd/{writing}", os.O_WRONLY | os.O_NONBLOCK)
        with suppress(BlockingIOError):
            while True:
                os.write(filling, b".")
        target.stdin.close()  # what it read is told at the end, and finds no room
        time.sleep(1)
        target.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        for end in (filling, writing):
            os.close(end)
        with os.fdopen(reading) as err:
            assert "target-apex: error: stopped by signal 15" in err.read()
    assert target.returncode == 128 + signal.SIGTERM


class TurnsIt(io.RawIOBase):
    """Input that is read when the signal comes, and makes another error of it, as DuckDB does."""

    def readable(self):
        return True

    def readinto(self, _):
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(1)
        except SystemExit:
            raise KeyError from None


def test_an_error_that_a_signal_has_become_counts_as_the_signal(tmp_path):
    target = TargetApex(config={"path": str(tmp_path / "w.duckdb")})
    with pytest.raises(TerminatedError, match="stopped by signal 15"):
        target.listen(io.TextIOWrapper(io.BufferedReader(TurnsIt())))


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
    assert re.search(r"which runs \S+\w", message)
    assert "lock_wait_seconds" in message


def test_a_file_that_is_released_in_time_is_no_error(tmp_path, holder):
    holder(0.5)
    lines = write(tmp_path / "in", [schema("s", KEY, ["id"]), record("s", id=1, n=1)])
    assert Command(tmp_path, config(tmp_path), stdin=lines).result().exit_code == 0
    assert rows(tmp_path, "s") == {1: 1}


@pytest.mark.parametrize(
    ("largest_file", "batch", "problem"),
    [
        (1_500_000, 300, "make room on that disk"),
        (3_000_000, 700, "make room on that disk"),
        (200_000, 300, "cannot write a temporary file: File too large; make room in"),
    ],
    ids=["early", "late", "temporary files"],
)
def test_a_full_disk_is_one_line_and_the_table_is_as_after_the_last_state(
    largest_file, batch, problem, tmp_path
):
    text = {"id": {"type": "integer"}, "n": {"type": "integer"}, "t": {"type": "string"}}
    noise = random.Random(1)
    messages = [schema("s", text, ["id"])]
    for n in range(4000):
        filler = noise.randbytes(500).hex()
        messages += [record("s", id=n, n=n, t=filler), state(n=n)]
    lines = write(tmp_path / "in", messages)
    settings = config(tmp_path, batch_size_rows=batch)
    result = Command(tmp_path, settings, stdin=lines, largest_file=largest_file).result()
    assert result.exit_code == 1
    message = result.err.splitlines()[-1]
    assert message.startswith("target-apex: error: ")
    assert problem in message
    assert "Traceback" not in result.err
    told = [json.loads(line)["n"] for line in result.out.splitlines()]
    assert all(0 < n < 3999 for n in told)
    with duckdb.connect(tmp_path / "w.duckdb") as connection:
        assert bool(connection.execute("FROM duckdb_tables()").fetchall()) == bool(told)
    if told:
        found = len(rows(tmp_path, "s"))
        assert found % batch == 0
        assert found > told[-1]


KINDS = schema("s", KEY, ["id"])


@pytest.mark.parametrize("size", [0, 9, 4095, 4096, 8192, 12287])
@pytest.mark.parametrize("filler", ["begun", "zeros"])
def test_a_file_that_never_held_data_is_replaced(size, filler, tmp_path):
    path = tmp_path / "w.duckdb"
    duckdb.connect(path).close()
    path.write_bytes(path.read_bytes()[:size] if filler == "begun" else bytes(size))
    lines = write(tmp_path / "in", [KINDS, record("s", id=1, n=1)])
    result = Command(tmp_path, config(tmp_path), stdin=lines).result()
    assert result.exit_code == 0
    assert "is made anew" in result.err
    assert rows(tmp_path, "s") == {1: 1}


@pytest.mark.parametrize("largest_file", [0, 1, 4096, 5000, 8192, 12287])
def test_a_disk_that_is_full_as_the_file_is_made_costs_nothing(largest_file, tmp_path):
    lines = write(tmp_path / "in", [KINDS])
    settings = config(tmp_path)
    full = Command(tmp_path, settings, stdin=lines, largest_file=largest_file).result()
    assert full.exit_code == 1
    (tmp_path / "in").write_text((tmp_path / "in").read_text() + json.dumps(record("s", id=1, n=1)))
    assert Command(tmp_path, settings, stdin=tmp_path / "in").result().exit_code == 0
    assert rows(tmp_path, "s") == {1: 1}


def damage(path, how):
    """Some of the file's bytes are no longer what they were."""
    content = bytearray(path.read_bytes())
    if how == "cut to nothing, with a log":
        path.with_name("w.duckdb.wal").write_bytes(b"log")
        content = content[:4096]
    elif how == "no DuckDB file":
        content = bytearray(b"hello, world\n" * 100)
    elif how == "short text":
        content = bytearray(b"hi\n")
    else:
        content[:12288] = os.urandom(12288)
    path.write_bytes(content)
    return bytes(content)


@pytest.mark.slow
@pytest.mark.parametrize(
    "how", ["cut to nothing, with a log", "no DuckDB file", "short text", "headers"]
)
def test_a_damaged_file_is_named_with_what_to_do_and_left_alone(how, tmp_path):
    path = tmp_path / "w.duckdb"
    noise = random.Random(1)
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE t (t VARCHAR)")
        connection.executemany(
            "INSERT INTO t VALUES (?)", [[noise.randbytes(400).hex()] for _ in range(2000)]
        )
    content = damage(path, how)
    lines = write(tmp_path / "in", [KINDS, record("s", id=1, n=1)])
    result = Command(tmp_path, config(tmp_path), stdin=lines).result()
    assert result.exit_code == 1
    assert result.err.splitlines()[-1].startswith(f"target-apex: error: cannot open {path}: ")
    assert "put a backup in its place, or move it away" in result.err.splitlines()[-1]
    assert "Traceback" not in result.err
    assert path.read_bytes() == content


@pytest.mark.slow
def test_memory_is_bounded(tmp_path):
    filler = {f"c{n}": "x" * 60 for n in range(30)}
    kinds = {"id": {"type": "integer"}, **{name: {"type": "string"} for name in filler}}
    with (tmp_path / "in").open("w") as file:
        file.write(json.dumps(schema("s", kinds, ["id"])) + "\n")
        for n in range(60_000):
            gone = {"_sdc_deleted_at": "2024-01-01T00:00:00Z"} if n % 500 == 0 else {}
            file.write(json.dumps(record("s", id=n, **filler, **gone)) + "\n")
    result = Command(tmp_path, config(tmp_path), stdin=tmp_path / "in").result()
    assert result.exit_code == 0
    assert result.peak_mb < 300
