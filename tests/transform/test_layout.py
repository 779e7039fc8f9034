"""Where a model lies and what it may read."""

from __future__ import annotations

import csv
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from tests.transform.warehouse import PROJECT


@pytest.fixture(scope="module")
def models(default_project):
    """The models of the project by their unique ids."""
    nodes = json.loads((default_project.folder / "target/manifest.json").read_text())["nodes"]
    return {key: node for key, node in nodes.items() if node["resource_type"] == "model"}


def room(model):
    """The folder below `models` that a model lies in."""
    return Path(model["original_file_path"]).parts[1]


def test_no_model_reads_one_of_a_later_room(models):
    order = ["staging", "intermediate", "marts", "semantic"]
    backwards = [
        f"{model['name']} reads {models[parent]['name']}"
        for model in models.values()
        for parent in model["depends_on"]["nodes"]
        if parent in models and order.index(room(models[parent])) > order.index(room(model))
    ]
    assert backwards == []


def test_the_name_of_an_intermediate_model_says_its_folder(models):
    lying = {
        Path(model["original_file_path"]).stem: Path(model["original_file_path"]).parent.name
        for model in models.values()
        if room(model) == "intermediate"
    }
    assert len(lying) >= 25
    assert lying == {name: name.removeprefix("int_").split("__")[0] for name in lying}


def test_each_mart_is_described_in_a_file_of_its_own(models):
    described = {
        model["name"]: model["patch_path"].removeprefix("stripe_apex://")
        for model in models.values()
        if room(model) == "marts"
    }
    assert described == {name: f"models/marts/{name}.yml" for name in described}


def test_the_demo_has_a_seed_of_each_table_that_people_may_have():
    """And of no other: so that the demo reads nobody's table of the schema."""
    read = {
        table
        for path in PROJECT.glob("models/staging/**/*.sql")
        for table in re.findall(r"(?:apex|own)_source\('(\w+)'", path.read_text())
    }
    assert read == {path.stem for path in PROJECT.glob("seeds/apex/*.csv")}


def test_the_seed_of_minor_units_is_the_table_of_the_tap():
    with (PROJECT / "seeds/stripe_currencies.csv").open() as lines:
        seed = {row["currency"]: int(row["minor_units"]) for row in csv.DictReader(lines)}
    shipped = files("tap_stripe_apex").joinpath("data/currencies.json").read_text()
    assert seed == json.loads(shipped)
