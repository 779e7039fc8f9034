"""Real servers on loopback, which are started for the tests and end with them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PATIENCE = 120
"""The most seconds that a server may take to start, even on a busy machine."""


class ServerError(Exception):
    """A server is not installed or does not start."""


@contextmanager
def postgres(folder: Path) -> Iterator[dict[str, str]]:
    """A context manager that runs a new Postgres cluster; yields the environment for its clients.

    Its sessions have New York's time zone, since no result may depend on the server's time zone.
    """
    binaries = postgres_binaries()
    user = "postgres" if os.geteuid() == 0 else None  # Postgres refuses to run as root
    data = folder / "postgres"
    data.mkdir()
    if user:
        shutil.chown(data, user)
    subprocess.run(
        [
            *(binaries / "initdb", "--pgdata", data, "--username", "apex", "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        cwd=data,
    )
    port = free_port()
    options = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "port": port,
        "fsync": "off",
        "timezone": "America/New_York",
    }
    # The kernel ends the server with the tests, even if they are killed and cannot clean up.
    command = ["setpriv", "--pdeathsig", "QUIT", binaries / "postgres", "-D", data]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    environment = {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(port),
        "PGUSER": "apex",
        "PGPASSWORD": "p&x/ @:%$#",  # unused, but every tool must cope with it
        "PGDATABASE": "postgres",
    }

    def answers() -> bool:
        try:
            connect(environment).close()
        except psycopg.OperationalError:
            return False
        return True

    with running(command, folder / "postgres.log", answers, user=user, ends_by=signal.SIGINT):
        yield environment


def connect(environment: dict[str, str]) -> psycopg.Connection:
    return psycopg.connect(
        host=environment["PGHOST"],
        port=environment["PGPORT"],
        user=environment["PGUSER"],
        dbname=environment["PGDATABASE"],
        autocommit=True,
    )


def postgres_binaries() -> Path:
    """The folder of the newest server in Debian's packages, or of the one in PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    on_path = shutil.which("postgres")
    if on_path:
        found.append(Path(on_path).resolve())
    if not found:
        raise ServerError("no Postgres server is installed; run: apt-get install postgresql")
    return found[-1].parent


@contextmanager
def running(
    command: Sequence[str | Path | int],
    log: Path,
    ready: Callable[[], bool],
    environment: dict[str, str] | None = None,
    user: str | None = None,
    ends_by: signal.Signals = signal.SIGTERM,
) -> Iterator[None]:
    """A context manager that starts a process, waits until it is ready, and ends it."""
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            cwd=log.parent,
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )
    try:
        deadline = time.monotonic() + PATIENCE
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise ServerError(f"{command[0]} does not start:\n{log.read_text()}")
            time.sleep(0.2)
        yield
    finally:
        process.send_signal(ends_by)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
