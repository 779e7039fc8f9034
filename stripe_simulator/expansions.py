"""Parses what a request expands: `expand[]=data.charge.balance_transaction` as a tree of names."""

from collections.abc import Callable, Container, Iterable, Mapping
from typing import TypeAlias

from stripe_simulator.errors import InvalidRequestError

Expanded: TypeAlias = Mapping[str, "Expanded"]
"""The fields that are expanded, each with those of its own fields that are expanded."""

_Tree: TypeAlias = dict[str, "_Tree"]

NOTHING: Expanded = {}
MAX_DEPTH = 4

Expandable: TypeAlias = Mapping[str, str | None]
"""The fields of a kind of object, each with the kind it holds, or None if it is always null."""


def parse_expansions(
    paths: Iterable[str],
    kind: str,
    kinds: Mapping[str, Expandable],
    *,
    parts: Container[str] = (),
    listed: bool,
    require: Callable[[str], None],
) -> Expanded:
    """The tree of expanded fields; raises InvalidRequestError for a field that cannot be expanded.

    Args:
        paths: the paths of the request.
        kind: the kind of the requested objects.
        kinds: the expandable fields of each kind of object that is served.
        parts: kinds that are always sent whole within another object, so that only their own
            fields can be expanded.
        listed: whether a list is requested, whose objects are in `data`.
        require: a callback for each kind that is expanded; raises if the key may not read it.
    """
    tree: _Tree = {}
    for path in paths:
        names = path.split(".")
        if listed and names[0] != "data":
            raise _impossible(path)
        if len(names) > MAX_DEPTH:
            raise InvalidRequestError(
                f"You cannot expand more than {MAX_DEPTH} levels of a property ({path})."
            )
        node, current = tree, kind
        for name in names[listed:]:
            if name == "data" and node is not tree:
                continue  # the `data` of a list within an object, such as a charge's refunds
            found = _held(kinds, current, name, path)
            node = node.setdefault(name, {})
            if found is None:
                break
            if found not in parts:
                require(found)
            current = found
        if current in parts:
            raise _impossible(path)
    return tree


def _held(kinds: Mapping[str, Expandable], kind: str, name: str, path: str) -> str | None:
    """The kind of object in a field; None if the field is always null."""
    if name not in kinds[kind]:
        raise _impossible(path)
    found = kinds[kind][name]
    if found is not None and found not in kinds:
        raise InvalidRequestError(
            f"The simulated account serves no {found}: '{path}' cannot be expanded."
        )
    return found


def _impossible(path: str) -> InvalidRequestError:
    return InvalidRequestError(f"This property cannot be expanded ({path}).")
