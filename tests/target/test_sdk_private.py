"""What the target takes from the SDK's private side; where this fails, the SDK has changed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from singer_sdk import Target, plugin_base

import target_apex

PRIVATE = {"_handle_termination", "_ConfigInput"}


@pytest.mark.parametrize(
    ("owner", "name"),
    [(Target, "_handle_termination"), (plugin_base, "_ConfigInput")],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_it_is_still_there(owner, name):
    assert hasattr(owner, name), f"the SDK has changed: {owner.__name__}.{name} is gone"


def test_a_config_is_what_it_was():
    found = plugin_base._ConfigInput(config={"a": 1}, parse_env=True)
    assert (found.config, found.parse_env) == ({"a": 1}, True), "the SDK has changed"


def test_nothing_else_is_taken():
    taken = set()
    for path in Path(target_apex.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("singer_sdk"):
                taken |= {each.name for each in node.names if each.name.startswith("_")}
            elif isinstance(node, ast.ClassDef):
                inherited = {name for base in Target.__mro__ for name in vars(base)}
                bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
                taken |= {
                    each.name
                    for each in node.body
                    if isinstance(each, ast.FunctionDef)
                    and "Target" in bases
                    and each.name.startswith("_")
                    and not each.name.startswith("__")
                    and each.name in inherited
                }
    assert taken == PRIVATE


def test_what_it_exports_is_there():
    assert all(hasattr(target_apex, name) for name in target_apex.__all__)
