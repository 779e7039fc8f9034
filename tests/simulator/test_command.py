"""`stripe-apex simulate` as a process."""

import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from stripe_simulator.command import simulate
from tests.simulator.conftest import Client

COMMAND = [sys.executable, "-m", "stripe_simulator"]


@pytest.fixture
def start(tmp_path):
    """Start the command with arguments; the process and its address."""
    processes = []

    def run(*arguments):
        url_file = tmp_path / "url"
        process = subprocess.Popen(
            [*COMMAND, "--charges", "300", "--url-file", url_file, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        for _ in range(200):
            if url_file.exists():
                return process, url_file.read_text()
            time.sleep(0.05)
        raise AssertionError(process.communicate(timeout=1))

    yield run
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_how_to_use_it_and_ends_cleanly(start, number):
    process, url = start("--gzip", "--key", "rk_test_charges=charge_read")
    with Client(url) as client:
        assert client.get("/_simulator/").json()["charges"] == 300
        assert client.get("/v1/events").status_code == 200
    with Client(url, "rk_test_charges") as client:
        assert client.get("/v1/charges").headers["Content-Encoding"] == "gzip"
        assert client.get("/v1/events").status_code == 403
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 0
    assert err == ""
    assert f"export TAP_STRIPE_APEX_API_BASE={url}\n" in out
    assert "export TAP_STRIPE_APEX_API_KEY=rk_test_simulated\n" in out
    assert "# export STRIPE_APP_CLIENT_ID=ca_simulated\n" in out
    assert "# export STRIPE_APP_SECRET_KEY=sk_test_simulated_app\n" in out
    assert "export TAP_STRIPE_APEX_EXPAND_BALANCE_TRANSACTIONS=true\n" in out


def test_a_port_that_is_taken_is_told_in_one_line(start):
    _, url = start()
    port = url.rpartition(":")[2]
    # In a process of its own: a test's browser has an event loop in this one.
    done = subprocess.run(
        [*COMMAND, "--charges", "1", "--port", port], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: Cannot serve on port {port}: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--charges", "0"],
        ["--port", "70000"],
        ["--requests-per-second", "0"],
        ["--key", "rk_test_x=everything"],
    ],
)
def test_wrong_arguments_are_told(arguments):
    result = CliRunner().invoke(simulate, arguments)
    assert result.exit_code == 2
    assert f"Invalid value for {arguments[0]}" in result.output.replace("'", "")


def test_without_aiohttp_it_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    monkeypatch.delitem(sys.modules, "stripe_simulator.server", raising=False)
    result = CliRunner().invoke(simulate, ["--charges", "1"])
    assert result.exit_code == 1
    assert result.output == (
        "Error: The simulated account needs aiohttp: install tap-stripe-apex[simulate].\n"
    )
