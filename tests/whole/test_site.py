"""The documentation's site has every page, and a reference that is made from code."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from scripts import reference, site
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


@pytest.mark.parametrize("page", reference.PAGES, ids=lambda page: page.stem)
def test_the_tables_that_are_made_from_code_are_current(page):
    """After a change of a setting or of a column, `make reference` writes them anew."""
    assert page.read_text() == reference.renewed(page.read_text())


def test_every_setting_and_every_stream_has_its_table():
    marked = re.findall(
        "made by `make reference`: (.+) -->", "".join(map(Path.read_text, reference.PAGES))
    )
    assert sorted(marked) == sorted(reference.PARTS)


@pytest.mark.parametrize(("plugin", "ours"), [(TapStripeApex, "api_key"), (TargetApex, "path")])
def test_a_table_of_settings_has_ours_and_those_of_the_sdk(plugin, ours):
    listed = re.findall(r"^\| `(\w+)`", reference.settings(plugin), re.MULTILINE)
    assert {ours, "stream_maps", "batch_config"} <= set(listed)
    assert len(listed) == len(set(listed))


def test_a_table_of_columns_says_type_and_meaning_of_each():
    amount = {"type": ["number", "null"], "x-sql-datatype": "decimal", "description": "Net | major"}
    moment = {"type": ["string", "null"], "format": "date-time", "description": "When\n it was"}
    assert reference.columns({"properties": {"net": amount, "created": moment}}).splitlines()[
        2:
    ] == [
        r"| `net` | decimal | Net \| major |",
        "| `created` | time | When it was |",
    ]


def test_every_command_is_in_the_reference(pages):
    text = (pages / "reference/commands.md").read_text()
    named = re.findall(r"^## (.+)$", text, re.MULTILINE)
    ours = [f"stripe-apex {name}" for name in sorted(COMMANDS)]
    assert named == ["tap-stripe-apex", "target-apex", *ours]
    assert re.findall(r"```text\nUsage: (.+?) (?:\[|[A-Z])", text) == named


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
