"""The same marts in Postgres make the same report, to the byte."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from tests.report.conftest import run_report
from tests.report.marts import SCENARIOS


def binaries():
    """The newest server of Debian's packages."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        if os.environ.get("CI"):
            pytest.fail("No Postgres: CI installs one before the tests.")
        pytest.skip("needs a Postgres server, such as Debian's package postgresql")
    return found[-1].parent


@pytest.fixture(scope="module")
def server():
    """A cluster of its own on loopback, whose sessions live in New York."""
    folder = Path(tempfile.mkdtemp(prefix="report-"))
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    user = "postgres" if os.geteuid() == 0 else None  # Postgres refuses to run as root
    if user:
        shutil.chown(data, user)

    options = {"cwd": data, "user": user, "group": user, "stdout": subprocess.DEVNULL}
    initdb = [binaries() / "initdb", "-D", data, "-U", "apex", "--auth", "trust", "--no-sync"]
    subprocess.run(
        [*initdb, "--locale", "C.UTF-8"], check=True, stderr=subprocess.DEVNULL, **options
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # The kernel ends the server with the tests, even if they are killed and clean up nothing.
    command = ["setpriv", "--pdeathsig", "QUIT", binaries() / "postgres", "-D", data]
    for setting in (
        f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off",
        "timezone=America/New_York",
    ):  # fmt: skip
        command += ["-c", setting]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stderr=log, **options)
    address = f"postgresql://apex@127.0.0.1:{port}"
    try:
        wait_for(process, address, folder / "log")
        yield address
    finally:
        process.send_signal(signal.SIGQUIT)  # at once: nothing is worth a checkpoint
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(process, address, log):
    """Until a server answers; one that ends, or says nothing for two minutes, fails the test."""
    deadline = time.monotonic() + 120
    while True:
        try:
            return psycopg.connect(f"{address}/postgres").close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"Postgres does not start:\n{log.read_text()}")
            time.sleep(0.1)


@pytest.fixture(scope="module")
def database_of(server):
    """The address of a scenario's marts in Postgres."""

    def make(name):
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'create database "{name}"')
        with psycopg.connect(f"{server}/{name}") as connection:
            cursor = psycopg.RawCursor(connection)
            for sql, rows in SCENARIOS[name]().statements():
                if rows:
                    cursor.executemany(sql, rows)
                else:
                    cursor.execute(sql)
        return f"{server}/{name}"

    return make


@pytest.mark.parametrize("scenario", ["small", "empty", "ten_currencies", "wrong_sums"])
def test_postgres_says_the_same_as_duckdb(database_of, warehouse_of, scenario):
    found = [
        run_report("--warehouse", address, "--format", "json")
        for address in (database_of(scenario), warehouse_of(scenario))
    ]
    assert [done.exit_code for done in found] == [0, 0], found[0].output
    assert found[0].output == found[1].output


def test_a_database_without_marts_is_told(server):
    done = run_report("--warehouse", f"{server}/postgres", "--format", "text")
    assert done.exit_code == 1
    assert "has no marts yet" in done.output
