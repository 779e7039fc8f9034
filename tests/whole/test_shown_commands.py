"""Every command that the documentation shows is run by a test, or it stands here why it is not.

The commands of a page are run in one shell and in their order, as by somebody who follows the page.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess

import pytest
import yaml

from stripe_simulator.keys import DEFAULT_KEY
from tests.app.sources import exports
from tests.whole import projects
from tests.whole.projects import ROOT

PROJECTS = ["meltano.yml", "sample_ads.meltano.yml"]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

AD_ACCOUNT = "needs an account of an ad platform"
ADDRESS = "needs the address of the repository, and a package index"
SERVICE = "changes the services of the machine"
IMAGE = "makes an image from one of a registry, or runs it"
NOT_RUN = {
    "git clone <this repository> tap-stripe-apex && cd tap-stripe-apex": ADDRESS,
    "git clone <this repository> /srv/apex && cd /srv/apex && make .venv/.installed": ADDRESS,
    'pip install "tap-stripe-apex[target] @ git+<this repository>"': ADDRESS,
    "meltano install": ADDRESS,
    "meltano --environment dev run ads-to-duckdb": AD_ACCOUNT,
    "meltano run tap-stripe-apex target-apex": ADDRESS,
    "make check": "is a run of these tests",
    "make test": "is a run of these tests",
    "make chaos": "is a run of tests/chaos",
    "make chaos COUNT=1 SEED=17": "is a run of tests/chaos",
    '.venv/bin/pytest tests/tap -n auto -m "not slow"': "is a run of these tests",
    "sudo systemctl enable --now apex.timer": SERVICE,
    "journalctl --unit apex --follow": SERVICE,
    "cd transform": "leads to the next one",
    "APEX_WAREHOUSE=$PWD/../output/warehouse.duckdb DBT_PROFILES_DIR=profiles ../.venv/bin/mf "
    "query --metrics roas --group-by channel_day__channel": "asks PyPI for a newer version of "
    "itself; tests/transform/metrics.py asks its engine",
    "podman build --tag apex .": IMAGE,
    "podman run --rm --env-file .secrets/container.env --volume apex:/home/apex/project/output "
    "apex": IMAGE,
}
OF_SPARK = ("make .venv-warehouses/", "export ", "spark=", "$spark/")
"""How those begin that prepare Spark: `make test-warehouses` does the same."""

ENGINES = "tests/warehouses/test_same_marts.py::test_all_marts_are_the_same_on_all_engines"
FIRST_ROAS = (
    "tests/whole/test_first_roas.py::test_three_files_and_one_press_show_the_roas_that_is_true"
)
ACCOUNT = (
    "tests/whole/test_pipeline.py::test_a_connected_account_is_read_into_a_warehouse_of_its_own"
)
LAKE = (
    "tests/target/test_lake_models.py::test_models_build_the_same_marts_from_a_lake_as_from_tables"
)
POSTGRES = "tests/app/report/test_postgres.py::test_the_environment_completes_the_address"
ELSEWHERE = {
    "make run": "tests/whole/test_pipeline.py::test_the_demo_agrees_with_the_ledger_to_the_cent",
    "make connect": FIRST_ROAS,
    "stripe-apex connect": FIRST_ROAS,
    "meltano --environment dev run stripe-to-duckdb": ACCOUNT,
    "meltano --environment prod run stripe-to-postgres": ENGINES,
    "meltano --environment spark run stripe-to-spark": ENGINES,
    "stripe-apex report --warehouse postgresql://": POSTGRES,
    "stripe-apex status --warehouse postgresql:// --max-age 2h": POSTGRES,
    "APEX_LAKE=$PWD/output/lake dbt build --project-dir transform --profiles-dir "
    "transform/profiles": LAKE,
}
"""Who runs what takes long, or needs a server."""

INSTEAD = {
    "# write the utm_campaign beside each campaign that you know": ":",
    "some-tap --config tap.json": "tap-stripe-apex --config config.json",
    "cd /srv/apex": 'cd "$PROJECT"',
    "> output/status.log": "> output/status.log || [ $? = 1 ]",
    "stripe-apex import map.csv": "stripe-apex import --yes map.csv",
    'stripe-apex import "Campaign': 'stripe-apex import --yes "Campaign',
}
"""What is the reader's own, and what is run in its place.

`status` finds a problem where nothing has run yet, and an import asks its question on a terminal.
"""

ON_THE_DEMO = {"privacy.md"}
"""Pages about a warehouse in which there is everything."""

BEFORE = {
    "privacy.md": "stripe-apex import --yes leads.csv",
    "target.md": "tap-stripe-apex --config config.json > messages.jsonl",
}
"""What a page takes for granted."""

FILES = {
    "Campaign report.csv": exports.GOOGLE_CSV.content,
    "meta.xlsx": exports.META_XLSX.content,
    "hubspot.csv": exports.HUBSPOT.content,
    "leads.csv": "Email,Create Date\nann@example.com,2026-10-01 09:00\n",
    "lake.json": '{"path": "output/lake", "destination": "parquet"}',
    "target.json": '{"path": "warehouse.duckdb", "default_target_schema": "raw"}',
}


def shown_on(page):
    """Every command in the blocks of a page, without the remark behind it."""
    text = page.read_text()
    for language, block in re.findall(r"^ *```(\w+)\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
        lines = iter(block.splitlines())
        for line in map(str.strip, lines):
            if language == "cron":
                yield line.split(maxsplit=5)[5]
            elif language in {"bash", "sh"}:
                yield re.sub(r"\s+# .*", "", line)
            elif language == "console" and line.startswith("$ "):
                command = line.removeprefix("$ ")
                while command.count("(") > command.count(")"):
                    command += "\n" + next(lines)
                yield re.sub(r"\s+# .*", "", command)


SHOWN = {page.name: list(shown_on(page)) for page in PAGES}
ALL = [command for commands in SHOWN.values() for command in commands]


def is_run_here(command):
    return command not in NOT_RUN | ELSEWHERE and not command.startswith(OF_SPARK)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_block_is_of_a_language_that_is_not_looked_at(page):
    languages = {"cron", "ini", "json", "mermaid", "python", "sql", "text", "yaml"}
    found = re.findall(r"^ *```(\w+)$", page.read_text(), re.MULTILINE)
    assert set(found) <= languages | {"bash", "console", "sh"}


def test_whatever_is_not_run_here_is_shown():
    assert len(ALL) > 50
    assert (NOT_RUN | ELSEWHERE).keys() <= set(ALL)
    assert all(any(each.startswith(start) for each in ALL) for start in OF_SPARK)
    assert all(part in "\n".join(ALL) for part in INSTEAD)


@pytest.mark.parametrize("test", sorted(set(ELSEWHERE.values())))
def test_what_is_run_elsewhere_is_run_by_a_test(test):
    file, name = test.split("::")
    tree = ast.parse((ROOT / file).read_text())
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_environments_and_jobs_of_meltano_are_declared():
    declared = [yaml.safe_load((ROOT / each).read_text()) for each in PROJECTS]
    environments, jobs = (
        {each["name"] for project in declared for each in project.get(of, ())}
        for of in ("environments", "jobs")
    )
    asked = re.findall(r"meltano --environment (\w+) run ([\w-]+)", "\n".join(ALL))
    assert len(asked) >= 4
    assert {environment for environment, _ in asked} <= environments
    assert {job for _, job in asked} <= jobs


@pytest.fixture
def folder(page, request, tmp_path):
    """A project, with the files that readers bring along."""
    if page in ON_THE_DEMO:
        project = projects.copied(request.getfixturevalue("demo"), tmp_path / "project")
    else:
        project = projects.lay_out(tmp_path / "project")
    for name, content in FILES.items():
        (project / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return project


def on_the_account(stripe, folder):
    """The settings of a connected account, in the environment and in a file."""
    settings = {
        "api_key": DEFAULT_KEY,
        "api_base": stripe.url,
        "date_range": {"start": "2020-01-01"},
    }
    (folder / "config.json").write_text(json.dumps(settings))
    (folder / ".env").write_text(f"TAP_STRIPE_APEX_API_KEY='{DEFAULT_KEY}'\n")
    return {"TAP_STRIPE_APEX_API_BASE": stripe.url}


def let_meltano_say_what_it_is_asked_for(folder):
    """Whole runs are ACCOUNT's; here it is the line around them that is tried."""
    programs = (folder / ".venv/bin").resolve()
    (folder / ".venv").unlink()
    (folder / ".venv/bin").mkdir(parents=True)
    for program in programs.iterdir():
        (folder / ".venv/bin" / program.name).symlink_to(program)
    meltano = folder / ".venv/bin/meltano"
    meltano.unlink()
    meltano.write_text('#!/bin/sh\necho meltano "$@"\n')
    meltano.chmod(0o755)


@pytest.mark.dbt
@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [name for name, commands in SHOWN.items() if any(map(is_run_here, commands))]
)
def test_the_commands_of_a_page_work_in_their_order(page, folder, account, stripe):
    account.create_charge(1_000, receipt_email="ann@example.com")
    environment = projects.unfriendly(folder) | {
        "PROJECT": str(folder),
        "PATH": f"{folder}/.venv/bin:{os.environ['PATH']}",
    }
    if page in ON_THE_DEMO:
        environment |= {"APEX_WAREHOUSE": "output/warehouse.duckdb"}
    else:
        environment |= on_the_account(stripe, folder)
    if page == "scheduling.md":
        let_meltano_say_what_it_is_asked_for(folder)
    script = "\n".join([BEFORE.get(page, ""), *filter(is_run_here, SHOWN[page])])
    for part, instead in INSTEAD.items():
        script = script.replace(part, instead)
    done = subprocess.run(
        ["bash", "-euxo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        input="y\n" * 5,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if page == "scheduling.md":
        asked = "meltano --environment dev run stripe-to-duckdb\n"
        assert (folder / "output/run.log").read_text() == asked
