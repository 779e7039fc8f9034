"""Meltano Hub could take the definitions in hub/ as they are, and they say what `--about` says."""

import json
import shlex
from importlib.resources import files

import jsonschema
import pytest
import yaml
from packaging.requirements import Requirement

from scripts import hub
from tests import commands

REQUIRED = {"name", "namespace", "variant", "quality"}
OPTIONAL = {
    *("label", "description", "executable", "pip_url", "repo", "domain_url", "keywords"),
    *("maintenance_status", "supported_python_versions", "capabilities", "settings"),
    *("settings_group_validation", "select", "docs", "usage", "prereq", "next_steps"),
}
"""What a definition must and may say: https://github.com/meltano/hub, schemas/plugin_definitions at
319e8b41 (extractors) and d3af1c61 (loaders), and schemas/common/common.schema.json at 5128d343."""

CAPABILITIES = {
    "tap-stripe-apex": {
        *("properties", "catalog", "discover", "state", "about", "stream-maps", "test"),
        *("schema-flattening", "activate-version", "batch", "log-based", "structured-logging"),
    },
    "target-apex": {
        *("about", "stream-maps", "activate-version", "batch", "soft-delete", "hard-delete"),
        *("datatype-failsafe", "schema-flattening", "target-schema", "validate-records"),
    },
}
"""schemas/common/extractors_specific.schema.json at 44192efe, loaders_specific at b48a9a08."""


@pytest.fixture(params=hub.PLUGINS, ids=lambda plugin: plugin.name)
def plugin(request):
    return request.param


@pytest.fixture
def definition(plugin):
    return yaml.safe_load((hub.ROOT / "hub" / f"{plugin.name}.yml").read_text())


def test_the_file_says_what_about_says(plugin):
    """`.venv/bin/python scripts/hub.py` renews it."""
    about = json.loads(commands.run(plugin.name, "--about", "--format=json").stdout)
    made = hub.text(hub.definition(plugin, about))
    assert (hub.ROOT / "hub" / f"{plugin.name}.yml").read_text() == made


def test_the_schema_of_the_hub_allows_it(plugin, definition):
    allowed = REQUIRED | OPTIONAL - ({"select"} if plugin.name == "target-apex" else set())
    assert REQUIRED <= definition.keys() <= allowed
    assert set(definition["capabilities"]) <= CAPABILITIES[plugin.name]
    assert definition["maintenance_status"] in {"active", "beta", "development", "inactive"}
    assert definition["quality"] in {"gold", "silver", "bronze", "unknown"}
    assert all(isinstance(each, str) for each in definition["supported_python_versions"])


def test_meltano_allows_its_settings(definition):
    """By the schema that Meltano itself ships; the Hub's own says the same of settings."""
    schema = json.loads(files("meltano").joinpath("schemas/meltano.schema.json").read_text())
    valid = jsonschema.Draft202012Validator({**schema, **schema["$defs"]["base_setting"]})
    for setting in definition["settings"]:
        valid.validate(setting)
        assert {"label", "kind", "description"} <= setting.keys()
        assert all(isinstance(option["value"], str) for option in setting.get("options", []))


def test_meltano_gives_pip_one_package(definition):
    (requirement,) = shlex.split(definition["pip_url"])
    address = requirement if requirement.startswith("git+") else Requirement(requirement).url
    assert address == f"git+{hub.REPOSITORY}.git"


def test_what_is_enough_for_a_run_are_settings(definition):
    names = {setting["name"] for setting in definition["settings"]}
    for group in definition.get("settings_group_validation", []):
        assert set(group) <= names
