"""Write the definitions of tap and target for Meltano Hub, from `--about`: hub.py [FOLDER].

The Hub's schema: https://github.com/meltano/hub/tree/main/schemas/plugin_definitions
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
REPOSITORY = "https://github.com/<owner>/tap-stripe-apex"
HEAD = "# Made by scripts/hub.py from `--about`; <owner> is whoever publishes the repository.\n"


@dataclass(frozen=True)
class Plugin:
    """The fields that the Hub requires and `--about` does not have."""

    name: str
    label: str
    pip_url: str
    """The arguments of pip, which Meltano splits as a shell does."""
    domain_url: str
    not_on_hub: frozenset[str] = frozenset()
    """Capabilities that the Hub does not allow for this kind of plugin."""
    more: tuple[tuple[str, Any], ...] = ()


PLUGINS = (
    Plugin(
        name="tap-stripe-apex",
        label="Stripe (Apex)",
        pip_url=f"git+{REPOSITORY}.git",
        domain_url="https://stripe.com",
        more=(
            ("settings_group_validation", [["api_key"], ["access_token"], ["token_file"]]),
            # By default, Meltano selects all streams, most of which need further permissions.
            ("select", ["charges.*"]),
        ),
    ),
    Plugin(
        name="target-apex",
        label="DuckDB and Parquet lakes (Apex)",
        pip_url=f"'tap-stripe-apex[target] @ git+{REPOSITORY}.git'",
        domain_url="https://duckdb.org",
        not_on_hub=frozenset({"structured-logging"}),
    ),
)


def definition(plugin: Plugin, about: dict[str, Any]) -> dict[str, Any]:
    """The definition of a plugin, in the form of the Hub's files."""
    capabilities = [each for each in about["capabilities"] if each not in plugin.not_on_hub]
    return {
        "name": plugin.name,
        "variant": "<owner>",
        "label": plugin.label,
        "description": about["description"],
        "namespace": plugin.name.replace("-", "_"),
        "executable": plugin.name,
        "pip_url": plugin.pip_url,
        "repo": REPOSITORY,
        "domain_url": plugin.domain_url,
        "keywords": ["meltano_sdk"],
        "maintenance_status": "beta",
        "quality": "unknown",  # the Hub judges it
        "supported_python_versions": about["supported_python_versions"],
        "capabilities": capabilities,
        **dict(plugin.more),
        "settings": [
            setting(name, schema) for name, schema in about["settings"]["properties"].items()
        ],
    }


def setting(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The definition of a setting for Meltano."""
    made: dict[str, Any] = {"name": name, "label": schema["title"], "kind": kind(schema)}
    if made["kind"] == "options":
        made["options"] = [{"label": value, "value": value} for value in schema["enum"]]
    if "default" in schema:
        made["value"] = schema["default"]
    if schema.get("secret"):
        made["sensitive"] = True
    return {**made, "description": schema["description"]}


def kind(schema: dict[str, Any]) -> str:
    """Meltano's name of a type."""
    if "enum" in schema:
        return "options"
    (type_,) = {schema["type"]} if isinstance(schema["type"], str) else {*schema["type"]} - {"null"}
    return "decimal" if type_ == "number" else str(type_)


def text(made: dict[str, Any]) -> str:
    """The text of a definition's file."""
    return HEAD + yaml.safe_dump(made, sort_keys=False, width=100, allow_unicode=True)


def main(folder: Path) -> None:
    """Write the definitions' files into a folder."""
    for plugin in PLUGINS:
        program = Path(sys.executable).with_name(plugin.name)
        said = subprocess.run(  # noqa: S603 - one of our own programs
            [program, "--about", "--format=json"], capture_output=True, text=True, check=True
        )
        path = folder / f"{plugin.name}.yml"
        path.write_text(text(definition(plugin, json.loads(said.stdout))))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "hub")
