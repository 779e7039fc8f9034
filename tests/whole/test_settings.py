"""The settings are the same wherever a user meets them."""

import json
from pathlib import Path

import pytest
import yaml
from singer_sdk.helpers.capabilities import (
    ACTIVATE_VERSION_CONFIG,
    BATCH_CONFIG,
    FLATTENING_CONFIG,
    STREAM_MAPS_CONFIG,
)

from tap_stripe_apex.tap import TapStripeApex
from target_apex.target import TargetApex

ROOT = Path(__file__).parents[2]
SDK = {
    name
    for schema in (ACTIVATE_VERSION_CONFIG, BATCH_CONFIG, FLATTENING_CONFIG, STREAM_MAPS_CONFIG)
    for name in schema["properties"]
}
PLUGINS = {"tap-stripe-apex": ("extractors", TapStripeApex), "target-apex": ("loaders", TargetApex)}


def declared(plugin):
    properties = plugin.config_jsonschema["properties"]
    return {name: schema for name, schema in properties.items() if name not in SDK}


def in_meltano(name):
    project = yaml.safe_load((ROOT / "meltano.yml").read_text())
    (entry,) = (p for p in project["plugins"][PLUGINS[name][0]] if p["name"] == name)
    return {setting["name"]: setting for setting in entry["settings"]}


@pytest.mark.parametrize("name", PLUGINS)
def test_meltano_knows_the_settings_of_the_plugin(name):
    assert set(in_meltano(name)) == set(declared(PLUGINS[name][1]))


@pytest.mark.parametrize("name", PLUGINS)
def test_meltano_knows_the_same_defaults(name):
    for setting, schema in declared(PLUGINS[name][1]).items():
        assert in_meltano(name)[setting].get("value") == schema.get("default"), setting


@pytest.mark.parametrize("name", PLUGINS)
def test_meltano_hides_the_secrets(name):
    for setting, schema in declared(PLUGINS[name][1]).items():
        assert in_meltano(name)[setting].get("sensitive", False) == schema.get("secret", False)


def test_the_sample_configuration_is_valid():
    sample = json.loads((ROOT / "sample_config.json").read_text())
    tap = TapStripeApex(config=sample)
    assert set(sample) <= set(declared(TapStripeApex))
    assert [stream.name for stream in tap.discover_streams()]
