"""The documentation's site has every page, and a reference that is made from code."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from scripts import site
from stripe_apex.cli import COMMANDS
from tap_stripe_apex.tap import TapStripeApex
from target_apex.target import TargetApex

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site") / "pages"
    site.lay_out(folder)
    return folder


def in_navigation(entries):
    for entry in entries:
        for place in entry.values():
            yield from in_navigation(place) if isinstance(place, list) else [place]


def test_the_navigation_leads_to_every_page_and_no_other(pages):
    navigation = tomllib.loads((ROOT / "zensical.toml").read_text())["project"]["nav"]
    laid = {page.relative_to(pages).as_posix() for page in pages.rglob("*.md")}
    assert set(in_navigation(navigation)) == laid


def test_every_link_and_picture_leads_to_something_on_the_site(pages):
    links = 0
    for page in pages.rglob("*.md"):
        for path in re.findall(r"\]\(([^)#:\s]+)[)#]", page.read_text()):
            assert (page.parent / path).exists(), f"{page.name}: {path}"
            links += 1
    assert links > 50


def test_every_setting_is_in_the_reference(pages):
    listed = re.findall(r"^\| `(\w+)`", (pages / "reference/settings.md").read_text(), re.MULTILINE)
    properties = [plugin.config_jsonschema["properties"] for plugin in (TapStripeApex, TargetApex)]
    assert listed == [name for settings in properties for name in settings]


def test_every_command_is_in_the_reference(pages):
    text = (pages / "reference/commands.md").read_text()
    assert re.findall(r"^## ([\w-]+)$", text, re.MULTILINE) == sorted(COMMANDS)
    assert text.count("\nUsage: ") == text.count("```text\nUsage: ") == len(COMMANDS)


def test_every_mart_is_in_the_reference(pages):
    text = (pages / "reference/marts.md").read_text()
    documented = {
        model["name"]
        for path in (ROOT / "transform/models/marts").glob("*.yml")
        for model in yaml.safe_load(path.read_text()).get("models", ())
    }
    assert set(re.findall(r"^## (\w+)$", text, re.MULTILINE)) == documented
    assert "fct_revenue" in documented


def test_a_link_out_of_the_site_is_its_text_alone():
    assert site.on_the_site("[meltano.yml](../meltano.yml)", "docs/x.md") == "meltano.yml"
    assert site.on_the_site("[here](../README.md#try-it)", "docs/x.md") == "[here](index.md#try-it)"
    assert site.on_the_site("![](docs/images/a.png)", "README.md") == "![](images/a.png)"
