"""Parses the parameters of a list request, and checks them as Stripe does."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from stripe_simulator.errors import InvalidRequestError
from stripe_simulator.store import EVER, Window

MAX_LIMIT = 100
DEFAULT_LIMIT = 10
MAX_TYPES = 20

_BRACKETED = re.compile(r"([a-z_]+)\[([a-z0-9]*)\]")


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The parameters of a list request; `window` is half-open whatever operators were used."""

    limit: int = DEFAULT_LIMIT
    window: Window = EVER
    starting_after: str | None = None
    ending_before: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    types: frozenset[str] = frozenset()
    expand: tuple[str, ...] = ()


def parse_list_query(query: str, filters: Iterable[str], *, types: bool = False) -> ListQuery:
    """Parses the query string of a list request; raises InvalidRequestError.

    Args:
        query: the query string without its question mark.
        filters: the names of the parameters that compare a field.
        types: whether `types[]` is allowed as well.
    """
    limit, (start, end) = DEFAULT_LIMIT, EVER
    cursors: dict[str, str] = {}
    where: dict[str, str] = {}
    expand: list[str] = []
    kinds: list[str] = []
    for name, value in parse_qsl(query, keep_blank_values=True):
        base, operator = _split(name)
        if name == "limit":
            limit = _limit(value)
        elif name in {"starting_after", "ending_before"}:
            cursors[name] = value
        elif base == "created":
            low, high = _bounds(operator, _integer(value, name))
            start, end = max(start, low), min(end, high)
        elif base == "expand" and operator is not None:
            expand.append(value)
        elif types and base == "types" and operator is not None:
            kinds.append(value)
        elif name in filters:
            where[name] = value
        else:
            raise InvalidRequestError(
                f"Received unknown parameter: {base}", code="parameter_unknown", param=base
            )
    _only_one(cursors, "ending_before", "starting_after")
    _only_one({*where, *(["types"] if kinds else [])}, "type", "types")
    if len(kinds) > MAX_TYPES:
        raise InvalidRequestError(
            f"Array types exceeded maximum {MAX_TYPES} allowed elements.", param="types"
        )
    return ListQuery(
        limit=limit,
        window=Window(start, end),
        where=where,
        types=frozenset(kinds),
        expand=tuple(expand),
        **cursors,
    )


def parse_expand(query: str) -> tuple[str, ...]:
    """The `expand[]` of a retrieve request, which has no other parameter."""
    expand = []
    for name, value in parse_qsl(query, keep_blank_values=True):
        base, operator = _split(name)
        if base != "expand" or operator is None:
            raise InvalidRequestError(
                f"Received unknown parameter: {base}", code="parameter_unknown", param=base
            )
        expand.append(value)
    return tuple(expand)


def _split(name: str) -> tuple[str, str | None]:
    """A parameter's name and what is in its brackets: `created[gte]` is created and gte."""
    match = _BRACKETED.fullmatch(name)
    return (match[1], match[2]) if match else (name, None)


def _bounds(operator: str | None, at: int) -> Window:
    match operator:
        case None:
            return Window(at, at + 1)
        case "gte":
            return Window(start=at)
        case "gt":
            return Window(start=at + 1)
        case "lt":
            return Window(end=at)
        case "lte":
            return Window(end=at + 1)
        case _:
            raise InvalidRequestError(
                f"Received unknown parameter: created[{operator}]",
                code="parameter_unknown",
                param=f"created[{operator}]",
            )


def _integer(value: str, param: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,16}", value) or abs(int(value)) >= EVER.end:
        raise InvalidRequestError(
            f"Invalid integer: {value}", code="parameter_invalid_integer", param=param
        )
    return int(value)


def _only_one(given: Collection[str], one: str, other: str) -> None:
    if one in given and other in given:
        raise InvalidRequestError(
            f"You may only specify one of these parameters: {one}, {other}.", param=one
        )


def _limit(value: str) -> int:
    limit = _integer(value, "limit")
    for wrong, bound in (
        (limit > MAX_LIMIT, "less than or equal to 100"),
        (limit < 1, "greater than or equal to 1"),
    ):
        if wrong:
            raise InvalidRequestError(
                f"This value must be {bound} (it currently is '{limit}').",
                code="parameter_invalid_integer",
                param="limit",
            )
    return limit
