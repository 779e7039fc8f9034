"""One simulated account, and the servers that its marts are built on."""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from stripe_simulator.seeds import write
from stripe_simulator.server import serve
from stripe_simulator.story.history import Story
from tests import servers
from tests.warehouses import cluster
from tests.warehouses.project import Clone

STORY = Story(seed=7, charges=2000)


@pytest.fixture(scope="session")
def server_folder():
    """A folder that the user `postgres` has access to, unlike pytest's own folders."""
    folder = Path(tempfile.mkdtemp(prefix="warehouses-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(server_folder):
    with servers.postgres(server_folder) as environment:
        yield environment


@pytest.fixture(scope="module")
def databases(postgres):
    """A function that makes an empty database."""

    def make(name: str) -> dict[str, str]:
        with servers.connect(postgres) as connection:
            connection.execute(f'create database "{name}"')
        return postgres | {"PGDATABASE": name}

    return make


@pytest.fixture(scope="session")
def spark(server_folder):
    with cluster.spark(server_folder) as environment:
        yield environment


@pytest.fixture(scope="module")
def account():
    return STORY.account()


@pytest.fixture(scope="module")
def stripe(account):
    with serve(account) as server:
        yield server


@pytest.fixture(scope="module")
def settings(stripe):
    """The settings with which the tap reads the simulated account."""
    return {
        "TAP_STRIPE_APEX_API_KEY": "rk_test_simulated",
        "TAP_STRIPE_APEX_API_BASE": stripe.url,
        "TAP_STRIPE_APEX_DATE_RANGE": json.dumps({"start": "2025-05-01"}),
        "TAP_STRIPE_APEX_EXPAND_BALANCE_TRANSACTIONS": "true",
        "TAP_STRIPE_APEX_MAX_REQUESTS_PER_SECOND": "100",
        "TAP_STRIPE_APEX__SELECT": json.dumps(
            ["charges.*", "refunds.*", "disputes.*", "checkout_sessions.*", "failed_charges.*"]
        ),
    }


@pytest.fixture(scope="module")
def clones(tmp_path_factory):
    """A function that makes a clone of the project with the story's data besides Stripe."""

    def make(name: str, environment: dict[str, str]) -> Clone:
        folder = tmp_path_factory.mktemp(name)
        seeds = folder / "transform" / "seeds" / "apex"
        made = Clone.make(folder, environment)
        write(seeds, STORY)
        write_later_rates(seeds / "fx_rates.csv")
        return made

    return make


def write_later_rates(path: Path) -> None:
    """Write the rates of the story's last day for the weeks after it, too."""
    rows = [line.split(",", 1) for line in path.read_text().splitlines()[1:]]
    last = max(day for day, _ in rows)
    rates = [rate for day, rate in rows if day == last]
    days = [date.fromisoformat(last) + timedelta(days=number) for number in range(1, 32)]
    with path.open("a") as file:
        file.writelines(f"{day},{rate}\n" for day in days for rate in rates)
