"""Real servers on loopback, started for the tests and ended with them: Postgres and Spark."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pyspark
import snowpark_connect_deps_iceberg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PATIENCE = 120
"""Seconds that a server may take to start on a machine with much else to do."""

SPARK_HOME = Path(pyspark.__file__).parent
(ICEBERG_JAR,) = Path(snowpark_connect_deps_iceberg.__file__).parent.glob(
    "jars/iceberg-spark-runtime-3.5_2.12-*.jar"
)


class ServerError(Exception):
    """A server is not there or does not start."""


@contextmanager
def postgres(folder: Path) -> Iterator[dict[str, str]]:
    """A cluster of its own; the environment by which clients find it.

    Its sessions live in New York, since nothing may depend on where the server stands.
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
    command = [binaries / "postgres", "-D", data]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    environment = {
        "PGHOST": "127.0.0.1",
        "PGPORT": str(port),
        "PGUSER": "apex",
        "PGPASSWORD": "p&x/ @:%$#",  # not asked for; must survive all that pass it on
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
    """The newest server that Debian's packages, or PATH, have."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    on_path = shutil.which("postgres")
    if on_path:
        found.append(Path(on_path).resolve())
    if not found:
        raise ServerError("no Postgres server is installed; run: apt-get install postgresql")
    return found[-1].parent


@contextmanager
def spark(folder: Path) -> Iterator[dict[str, str]]:
    """One master and two workers with one core each; the environment by which dbt finds them."""
    if not shutil.which("java"):
        raise ServerError("Spark needs Java; run: apt-get install default-jre-headless")
    master_log = folder / "master.log"
    environment = {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "256m"}
    with ExitStack() as stack:
        master = ["master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
        stack.enter_context(
            running(daemon(master), master_log, lambda: bool(url_in(master_log)), environment)
        )
        url = url_in(master_log)
        for number in (1, 2):
            log = folder / f"worker{number}.log"
            options = ["--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0"]
            command = daemon(["worker.Worker", *options, "-d", str(folder / f"work{number}"), url])
            stack.enter_context(
                running(
                    command,
                    log,
                    lambda log=log: "Successfully registered" in log.read_text(),
                    environment,
                )
            )
        configuration = folder / "conf"
        configuration.mkdir()
        (configuration / "spark-defaults.conf").write_text(small_settings(folder))
        yield {
            "SPARK_MASTER": url,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_CONF_DIR": str(configuration),
            "SPARK_WAREHOUSE": str(folder / "warehouse"),
            "ICEBERG_JAR": str(ICEBERG_JAR),
            "PYSPARK_PYTHON": sys.executable,
        }


def daemon(arguments: Sequence[str]) -> list[str | Path]:
    first, *rest = arguments
    return [SPARK_HOME / "bin" / "spark-class", f"org.apache.spark.deploy.{first}", *rest]


def url_in(log: Path) -> str:
    """Where the master listens, once it says so."""
    for line in log.read_text().splitlines():
        if "Starting Spark master at" in line:
            return line.rsplit(" ", 1)[1]
    return ""


def small_settings(folder: Path) -> str:
    """For thousands of rows on two cores: little memory, few partitions, no time to compile."""
    quick = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    metastore = folder / "metastore"
    return f"""\
spark.driver.memory 1g
spark.executor.memory 900m
spark.driver.host 127.0.0.1
spark.driver.bindAddress 127.0.0.1
spark.driver.extraJavaOptions {quick} -Dderby.stream.error.file={folder}/derby.log
spark.executor.extraJavaOptions {quick}
spark.sql.shuffle.partitions 2
spark.sql.codegen.wholeStage false
spark.sql.adaptive.enabled false
spark.ui.enabled false
spark.ui.showConsoleProgress false
spark.hadoop.javax.jdo.option.ConnectionURL jdbc:derby:;databaseName={metastore};create=true
"""


@contextmanager
def running(
    command: Sequence[str | Path | int],
    log: Path,
    ready: Callable[[], bool],
    environment: dict[str, str] | None = None,
    user: str | None = None,
    ends_by: signal.Signals = signal.SIGTERM,
) -> Iterator[None]:
    """A process that is ready inside and gone outside."""
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
