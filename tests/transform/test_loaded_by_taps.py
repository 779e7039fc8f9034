"""Ad taps, our target and the models: the total is what was spent, to the millionth."""

from __future__ import annotations

import json
import re
from collections import Counter

import duckdb
import pytest
import yaml

from tests import commands
from tests.transform.tap_messages import PLUGINS, ROOT, SAMPLE, SCHEMAS, messages, readings
from tests.transform.warehouse import dbt, query
from tests.transform.worlds import CHARGES

DOCUMENT = (ROOT / "docs/sources.md").read_text()
(GUIDE,) = re.findall(r"^## From nothing to spend.*?(?=^## )", DOCUMENT, re.DOTALL | re.MULTILINE)
BLOCKS = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)]
(COPIED,) = (block for block in BLOCKS if isinstance(block, list))
(GOOGLE,) = (block["plugins"]["extractors"][0] for block in BLOCKS if "plugins" in block)
OTHERS = [
    {
        "type": "tap_facebook",
        "schema": "singer_facebook",
        "currency": {"5051": "usd", "other": "eur"},
    },
    {"type": "tap_google_ads", "schema": "singer_google"},
    {"type": "tap_googleads", "schema": "matatika"},
]
TAPS = {
    **{
        plugin["load_schema"]: name
        for name, plugin in [*PLUGINS.items(), (GOOGLE["name"], GOOGLE)]
    },
    "singer_facebook": "tap-facebook of singer-io",
    "singer_google": "tap-google-ads",
    "matatika": "tap-googleads as it comes",
}  # fmt: skip


@pytest.fixture(scope="module")
def spent(tmp_path_factory):
    """Millionths by schema, currency and campaign: by hand, and as the models have them."""
    folder = tmp_path_factory.mktemp("taps")
    path = folder / "warehouse.duckdb"
    with duckdb.connect(str(path)) as warehouse:
        warehouse.execute(f"create schema raw_stripe; create table raw_stripe.charges ({CHARGES})")
    by_hand: Counter[tuple[str, str, str]] = Counter()
    for number, (schema, tap) in enumerate(TAPS.items()):
        target = {"path": str(path), "default_target_schema": schema}
        target["add_record_metadata"] = tap == "tap-googleads as it comes"
        (folder / "target.json").write_text(json.dumps(target))
        first, second = readings(number, by_device="as it comes" in tap)
        for spend in [*second, *(spend for spend in first if spend.day.day == 1)]:
            campaign = f"campaign {spend.campaign}"
            by_hand[schema, spend.currency.lower(), campaign] += spend.micros
        for reading in (first, second):
            done = commands.run(
                "target-apex", "--config", folder / "target.json", said=messages(tap, reading)
            )
            assert done.returncode == 0, done.stderr
    dbt(
        folder, "build", "--select", "stripe_currencies", "base_ads__loaded",
        "--indirect-selection", "cautious", settings={"ad_spend_sources": [*COPIED, *OTHERS]},
    )  # fmt: skip
    found = Counter(
        {
            (origin.rsplit(" ", 1)[1], currency, campaign): int(micros)
            for origin, currency, campaign, micros in query(
                path,
                "select origin, currency, campaign, sum(spend_micros) "
                "from staging.base_ads__loaded group by all",
            )
        }
    )
    return by_hand, found


@pytest.mark.parametrize("schema", TAPS)
def test_what_a_tap_loads_is_what_was_spent(spent, schema):
    """After two runs, of which the second reads days again, when campaigns have other names."""
    by_hand, found = (
        {key: micros for key, micros in side.items() if key[0] == schema} for side in spent
    )
    assert found == by_hand
    assert len(by_hand) == 4


def test_the_sources_to_copy_are_those_of_the_plugins():
    plugins = [*PLUGINS.values(), GOOGLE]
    assert [(entry["type"], entry["schema"]) for entry in COPIED] == [
        (plugin["namespace"], plugin["load_schema"]) for plugin in plugins
    ]


def test_every_column_that_is_selected_is_one_of_the_tap():
    for name, plugin in PLUGINS.items():
        columns = {
            f"{stream}.{column}"
            for stream, schema in SCHEMAS[name]["streams"].items()
            for column in schema["properties"]
        }
        assert set(plugin["select"]) <= columns, name


def test_the_query_of_google_ads_has_the_columns_of_its_schema():
    (custom,) = GOOGLE["config"]["custom_queries"]
    fields = re.findall(r"\w+\.\w+", custom["query"])
    camel = {
        re.sub(r"_([a-z])", lambda match: match[1].upper(), field).replace(".", "__")
        for field in fields
    }
    schema = SCHEMAS["tap-googleads"]["streams"][custom["name"]]
    assert camel | {"customer_id", "parent_customer_id"} == set(schema["properties"])
    assert custom["primary_keys"] == schema["keys"]


def test_a_plain_project_has_no_ad_taps():
    project = yaml.safe_load((ROOT / "meltano.yml").read_text())
    assert project["include_paths"] == ["ads.meltano.yml"]
    names = {plugin["name"] for kind in project["plugins"].values() for plugin in kind}
    assert not names & set(PLUGINS)


def test_ad_taps_have_environments_of_their_own_and_no_key_of_stripe():
    project = yaml.safe_load((ROOT / "meltano.yml").read_text())
    (without_key,) = (
        plugin["env"] for plugin in project["plugins"]["loaders"] if plugin["name"] == "target-apex"
    )
    for plugin in [*PLUGINS.values(), GOOGLE]:
        assert re.search(r"==|@[0-9a-f]{40}$", plugin["pip_url"])
        # In a run of theirs, what a loader gets as MELTANO_EXTRACT_... is of them.
        assert plugin["env"] == {
            name: value
            for name, value in without_key.items()
            if not name.startswith("MELTANO_EXTRACT_")
        }
    (job,) = SAMPLE["jobs"]
    loads = [f"{name} target-apex-ads" for name in PLUGINS]
    assert job == {"name": "ads-to-duckdb", "tasks": [*loads, "dbt:refresh report:build"]}


def test_secrets_of_ad_taps_are_hidden():
    secrets = {"token", "secret"}
    for plugin in [*PLUGINS.values(), GOOGLE]:
        for setting in plugin["settings"]:
            is_secret = bool(secrets & set(setting["name"].split("_")))
            assert setting.get("sensitive", False) == is_secret, setting["name"]
