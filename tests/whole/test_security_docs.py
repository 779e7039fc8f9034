"""docs/security.md names tests that exist, and the pins of workflows are commits."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "security.md").read_text()
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", DOCUMENT)


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED)), ids=lambda part: part)
def test_every_promise_names_a_test_that_there_is(file, name):
    found = ast.walk(ast.parse((ROOT / file).read_text()))
    assert name in {node.name for node in found if isinstance(node, ast.FunctionDef)}


def test_every_promise_of_the_code_names_a_test():
    """What a workflow promises is shown by what runs it."""
    promises = re.findall(r"^- .*?(?=^- |^$)", DOCUMENT, flags=re.MULTILINE | re.DOTALL)
    assert len(promises) > 20
    without = [promise for promise in promises if "`tests/" not in promise]
    assert all(re.match(r"- (A release|Each week)", promise) for promise in without), without


@pytest.mark.parametrize(
    "workflow", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.stem
)
def test_every_action_is_pinned_by_its_commit(workflow):
    used = re.findall(r"uses: (.+)", workflow.read_text())
    assert used
    for action in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)


@pytest.mark.parametrize("heading", ["cron", "systemd"])
def test_every_schedule_begins_with_private_files(heading):
    section = (ROOT / "docs" / "scheduling.md").read_text().split(f"\n## {heading}\n")[1]
    assert re.search(r"umask 077|UMask=0077", section.split("\n## ")[0])


@pytest.mark.parametrize("file", ["scripts/run", ".github/workflows/elt.yml"])
def test_what_starts_a_run_makes_private_files(file):
    assert "umask 077" in (ROOT / file).read_text()
