"""What a contributor reads first is so: .env.example, the list of make's targets, the templates."""

import re
import subprocess
import tomllib
from pathlib import Path

import dotenv
import pytest
import yaml

from stripe_apex.settings import tap_config
from tap_stripe_apex.tap import TapStripeApex

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / ".env.example"
OF_LIBPQ = {"PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD"}
OF_THE_APP = {"STRIPE_APP_CLIENT_ID", "STRIPE_APP_SECRET_KEY"}


@pytest.fixture
def filled_in(tmp_path):
    """The example with every line in use."""
    path = tmp_path / ".env"
    path.write_text(re.sub(r"^# (?=[A-Z_]+=)", "", EXAMPLE.read_text(), flags=re.MULTILINE))
    return dotenv.dotenv_values(path)


def test_a_copy_of_the_example_sets_nothing():
    assert dotenv.dotenv_values(EXAMPLE) == {}


def test_every_name_in_the_example_is_a_setting(filled_in):
    of_the_tap = {
        f"TAP_STRIPE_APEX_{name.upper()}" for name in TapStripeApex.config_jsonschema["properties"]
    }
    assert filled_in.keys() - of_the_tap == OF_LIBPQ | OF_THE_APP


def test_the_values_of_the_example_are_read(filled_in, monkeypatch):
    for name, value in filled_in.items():
        monkeypatch.setenv(name, value)
    config = tap_config(None)
    assert config["date_range"] == {"start": "2025-01-01"}
    assert config["expand_balance_transactions"] is True


def test_make_alone_lists_the_targets_that_contributors_are_told_of():
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = set(re.findall(r"^make ([\w-]+)", done.stdout, flags=re.MULTILINE))
    table = (ROOT / "CONTRIBUTING.md").read_text().split("## The commands of make\n", 1)[1]
    explained = set(re.findall(r"`make ([\w-]+)`", table.split("\nA pull request", 1)[0]))
    assert listed - {"run", "connect"} == explained - {"record", "seeds", "screenshots"}


@pytest.mark.parametrize("form", ["fault", "wish"])
def test_an_issue_form_asks_for_something(form):
    read = yaml.safe_load((ROOT / f".github/ISSUE_TEMPLATE/{form}.yml").read_text())
    asked = [part for part in read["body"] if part["type"] != "markdown"]
    assert read["name"]
    assert read["description"]
    assert any(part.get("validations", {}).get("required") for part in asked)


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", ".github/pull_request_template.md"])
def test_what_a_contributor_is_pointed_to_is_there(document):
    text = (ROOT / document).read_text()
    for target in re.findall(r"\]\(([^):#]+)\)", text):
        assert (ROOT / target).exists(), target
    rules = re.findall(r"^([\w -]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    named = re.findall(r"`make ([\w-]+)`", text)
    assert named
    assert set(named) <= {target for rule in rules for target in rule.split()}


def test_ci_tests_the_versions_of_python_that_the_package_claims():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    claimed = re.findall(r"Python :: (3\.\d+)$", "\n".join(project["classifiers"]), re.MULTILINE)
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == claimed
    assert project["requires-python"] == f">={claimed[0]}"
    asked = f"Python {claimed[0]} to {claimed[-1]}"
    for document in ("README.md", "CONTRIBUTING.md"):
        assert asked in (ROOT / document).read_text(), document


def test_the_dbt_package_has_the_version_of_the_python_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    models = yaml.safe_load((ROOT / "transform/dbt_project.yml").read_text())
    assert models["version"] == project["version"]


def test_the_image_holds_no_secret_and_what_the_pipeline_needs():
    ignored = (ROOT / ".containerignore").read_text().split()
    assert {".env", ".secrets", ".meltano", "output"} <= set(ignored)
    assert not {"meltano.yml", "requirements.lock", "scripts", "transform"} & set(ignored)
    last = (ROOT / "Containerfile").read_text().rsplit("\nFROM ", 1)[1]
    assert "USER apex" in last
