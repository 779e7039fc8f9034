"""A real Spark cluster on loopback, which is started for the tests and ends with them."""

from __future__ import annotations

import shutil
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyspark
import snowpark_connect_deps_iceberg

from tests.servers import ServerError, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SPARK_HOME = Path(pyspark.__file__).parent
(ICEBERG_JAR,) = Path(snowpark_connect_deps_iceberg.__file__).parent.glob(
    "jars/iceberg-spark-runtime-3.5_2.12-*.jar"
)


@contextmanager
def spark(folder: Path) -> Iterator[dict[str, str]]:
    """A context manager that runs a master and two one-core workers; yields dbt's environment."""
    _check_java()
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
        yield session(folder, url)


def session(folder: Path, master: str, memory: str = "1g") -> dict[str, str]:
    """The environment of dbt for a Spark session on this master; files are below `folder`.

    Args:
        folder: a folder of its own.
        master: `local[2]`, or the address of a cluster.
        memory: that of the driver, which on `local[2]` does the work of the executors, too.

    Raises:
        ServerError: there is no Java.
    """
    _check_java()
    configuration = folder / "conf"
    configuration.mkdir()
    (configuration / "spark-defaults.conf").write_text(small_settings(folder, memory))
    return {
        "SPARK_MASTER": master,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_CONF_DIR": str(configuration),
        "SPARK_WAREHOUSE": str(folder / "warehouse"),
        "ICEBERG_JAR": str(ICEBERG_JAR),
        "PYSPARK_PYTHON": sys.executable,
    }


def _check_java() -> None:
    if not shutil.which("java"):
        raise ServerError("Spark needs Java; run: apt-get install default-jre-headless")


def daemon(arguments: Sequence[str]) -> list[str | Path]:
    first, *rest = arguments
    return [SPARK_HOME / "bin" / "spark-class", f"org.apache.spark.deploy.{first}", *rest]


def url_in(log: Path) -> str:
    """The address of the master, once its log says it."""
    for line in log.read_text().splitlines():
        if "Starting Spark master at" in line:
            return line.rsplit(" ", 1)[1]
    return ""


def small_settings(folder: Path, memory: str) -> str:
    """Settings for small data on two cores: little memory, few partitions, no code generation."""
    quick = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    metastore = folder / "metastore"
    return f"""\
spark.driver.memory {memory}
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
