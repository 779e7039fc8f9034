"""Which warehouse a command is about: real money is never mixed up with made-up money."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from stripe_apex.account import is_checkout, own_address, report_page, warehouse_address
from stripe_apex.cli import main
from stripe_apex.connect.pipeline import find_pipeline
from tap_stripe_apex.auth.places import environment
from tests.app.report.scenarios import SCENARIOS


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to work in, with an environment that names no account and no warehouse."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("TAP_STRIPE_APEX_API_KEY", "APEX_WAREHOUSE", "MELTANO_PROJECT_ROOT"):
        monkeypatch.setenv(name, "")  # so that it is restored
        monkeypatch.delenv(name)
    (tmp_path / "meltano.yml").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("dotenv", "address"),
    [
        ("", "output/warehouse.duckdb"),
        ("TAP_STRIPE_APEX_API_KEY=rk_test_simulated", "output/account.duckdb"),
        ("STRIPE_APP_CLIENT_ID=ca_1", "output/account.duckdb"),
        ("APEX_WAREHOUSE=postgresql://", "postgresql://"),
        ("TAP_STRIPE_APEX_API_KEY=", "output/warehouse.duckdb"),
    ],
)
def test_what_is_connected_decides_which_warehouse_is_meant(folder, dotenv, address):
    (folder / ".env").write_text(dotenv)
    assert warehouse_address(environment()) == address


def test_kept_tokens_are_an_account_too(folder):
    (folder / ".secrets").mkdir()
    (folder / ".secrets/stripe-tokens.json").touch()
    assert warehouse_address(environment()) == "output/account.duckdb"


def test_each_warehouse_has_a_report_of_its_own():
    addresses = (
        "output/warehouse.duckdb",
        "output/account.duckdb",
        "/srv/acme.duckdb",
        "postgresql://u:secret@db/x",  # pragma: allowlist secret
    )
    assert [str(report_page(address, None)) for address in addresses] == [
        "output/report.html",
        "output/account-report.html",
        "/srv/acme-report.html",
        "output/postgres-report.html",
    ]


def test_the_report_of_a_connected_account_is_never_made_of_the_demo(folder):
    output = folder / "output"
    output.mkdir()
    SCENARIOS["empty"]().write(output / "warehouse.duckdb")
    (output / "account-report.html").write_text("the real one")
    (folder / ".env").write_text("TAP_STRIPE_APEX_API_KEY=rk_test_simulated\n")
    done = CliRunner().invoke(main, ["report"])
    assert done.exit_code == 1
    assert "There is no warehouse at output/account.duckdb" in done.output
    assert [page.read_text() for page in output.glob("*.html")] == ["the real one"]


def test_the_report_of_the_project_is_written_beside_its_warehouse_from_any_folder(
    folder, monkeypatch
):
    output = folder / "output"
    output.mkdir()
    SCENARIOS["empty"]().write(output / "warehouse.duckdb")
    below = folder / "notebooks"
    below.mkdir()
    monkeypatch.chdir(below)
    done = CliRunner().invoke(main, ["report"])
    assert done.exit_code == 0, done.output
    assert (output / "report.html").exists()
    assert not list(below.iterdir())
    assert own_address(environment()) == str(output / "account.duckdb")


def test_the_report_reads_the_address_in_dotenv(folder):
    SCENARIOS["empty"]().write(folder / "elsewhere.duckdb")
    (folder / ".env").write_text("APEX_WAREHOUSE=elsewhere.duckdb\n")
    done = CliRunner().invoke(main, ["report"])
    assert done.exit_code == 0, done.output
    assert Path("elsewhere-report.html").exists()


def test_a_script_of_somebody_elses_project_is_not_run(folder):
    script = folder / "scripts" / "run"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    (folder / "meltano.yml").unlink()  # so that Meltano is not asked for a job
    assert not is_checkout(folder)
    assert find_pipeline(folder) is None
    (folder / "transform").mkdir()
    (folder / "transform/dbt_project.yml").write_text("name: stripe_apex\n")
    assert find_pipeline(folder).command == (str(script), "--log-format", "json")


@pytest.mark.parametrize(
    ("dotenv", "said"),
    [
        ("", "Connect Stripe by `make connect`: until then `make run` shows the demo"),
        ("TAP_STRIPE_APEX_API_KEY=rk_test_simulated", "brings them into the report"),
    ],
    ids=["not connected", "connected"],
)
def test_an_import_says_what_brings_it_into_the_report(folder, dotenv, said):
    (folder / ".env").write_text(dotenv)
    (folder / "leads.csv").write_text("Email,Create Date\nann@example.com,2026-10-01 09:00\n")
    done = CliRunner().invoke(main, ["import", "--yes", "leads.csv"])
    assert done.exit_code == 0, done.output
    assert said in done.output
