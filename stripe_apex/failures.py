"""Prints which tests and models of the last `dbt build` failed, and which marts they check.

In GitHub Actions it also writes annotations and a summary of the job.
"""

import json
import os
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from tap_stripe_apex.errors import printable, redact

TARGET = Path("transform/target")
MOST_PARENTS = 4
"""A test that reads more models than this is not attributed to single ones."""


def failures(manifest: dict[str, Any], results: list[dict[str, Any]]) -> Iterator[str]:
    """One line for each node that failed."""
    nodes = manifest["nodes"] | manifest.get("unit_tests", {})
    for result in results:
        if result["status"] not in {"error", "fail"} or result["unique_id"] not in nodes:
            continue
        node = nodes[result["unique_id"]]
        parents = [nodes[name]["name"] for name in node["depends_on"]["nodes"] if name in nodes]
        told = node["resource_type"] == "test" and 0 < len(parents) <= MOST_PARENTS
        about = f" (about {', '.join(parents)})" if told else ""
        # The error of an engine may quote a row, with an address or control characters.
        said = redact(f"{result['message']}. {node.get('description', '')}")
        yield printable(f"{node['resource_type']} {node['name']}{about}: {said}")


def has_results() -> bool:
    """Whether there is a result of a build, which tells what failed."""
    return (TARGET / "run_results.json").exists()


def last_build() -> list[str]:
    """One line for each node of the last build that failed."""
    manifest = json.loads((TARGET / "manifest.json").read_text())
    results = json.loads((TARGET / "run_results.json").read_text())["results"]
    return list(failures(manifest, results))


def main() -> None:
    """Print the failures. The exit code is 0, since the build has had its own."""
    if not has_results():
        sys.exit(f"{TARGET} holds no results: dbt did not get that far.")
    lines = last_build() or ["Every model and test of the last build passed."]
    in_actions = os.environ.get("GITHUB_ACTIONS") == "true"
    for line in lines:
        escaped = line.replace("%", "%25")
        sys.stdout.write(f"::error title=dbt::{escaped}\n" if in_actions else f"{line}\n")
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a") as file:
            file.writelines(
                ["### dbt\n\n", *(f"- {escape(line, quote=False)}\n" for line in lines)]
            )
