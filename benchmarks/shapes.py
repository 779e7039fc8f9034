"""Records of many shapes, each drawn from a seed: the target must load all of them fast."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Maker = Callable[[random.Random], Any]
    Field = tuple[dict[str, Any], Maker]

_WORDS = ("", "paid", "Größe", "naïve", "12,30 EUR", "日本語", "x y z", "https://example.com/?a=b")
_DISTINCT = 30_000
_KEY = b"ch_" + b"#" * 24
_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


def _moment(draw: random.Random) -> str:
    at = _BEGIN + timedelta(microseconds=draw.randrange(10**14))
    return at.astimezone(timezone(timedelta(hours=draw.randrange(-11, 13)))).isoformat()


def _amount(draw: random.Random) -> int | float:
    return draw.choice((draw.randrange(10**5), draw.randrange(10**7) / 100))


def _object(draw: random.Random) -> dict[str, Any]:
    return {"größe": draw.randrange(100), "名前": "x" * draw.randrange(20), "tax": _amount(draw)}


def _number_like(draw: random.Random) -> str:
    return f"{draw.randrange(9)}.{draw.randrange(30)}"


KINDS: dict[str, Field] = {
    "hex": ({"type": ["string", "null"]}, lambda draw: f"{draw.getrandbits(64):x}"),
    "word": ({"type": ["string", "null"]}, lambda draw: draw.choice(_WORDS)),
    "prose": ({"type": ["string", "null"]}, lambda draw: "Größe \n" * draw.randrange(30)),
    "digits": ({"type": ["string", "null"]}, lambda draw: str(draw.randrange(10**18))),
    "release": ({"type": ["string", "null"]}, _number_like),
    "moment": ({"type": ["string", "null"], "format": "date-time"}, _moment),
    "day": ({"type": ["string", "null"], "format": "date"}, lambda draw: _moment(draw)[:10]),
    "integer": ({"type": ["integer", "null"]}, lambda draw: draw.randrange(-(2**62), 2**62)),
    "amount": ({"type": ["number", "null"], "multipleOf": 0.01}, _amount),
    "number": ({"type": ["number", "null"]}, lambda draw: draw.gauss(0, 1000)),
    "yes": ({"type": ["boolean", "null"]}, lambda draw: draw.random() < 0.5),
    "object": ({"type": ["object", "null"]}, _object),
    "list": ({"type": ["array", "null"]}, lambda draw: [_amount(draw)] * draw.randrange(5)),
}

MIXED = (
    "integer", "amount", "number", "moment", "moment", "yes", "object",
    *("hex", "word", "word") * 5, "digits", "prose",
)  # fmt: skip
"""25 columns with the key: offsets, decimals among integers, non-ASCII names, 17 more texts."""


def drawn(seed: int) -> tuple[str, ...]:
    """The kinds of 3 to 40 columns, drawn from a seed."""
    draw = random.Random(seed)
    return tuple(draw.choices(list(KINDS), k=draw.randint(3, 40)))


def messages(kinds: tuple[str, ...], records: int, seed: int) -> Iterator[bytes]:
    """A SCHEMA line and `records` RECORD lines with distinct keys.

    Some values are null, and every other line is pure ASCII. All values but the keys repeat after a
    while.
    """
    draw = random.Random(seed)
    fields = {f"{kind}_{place}": KINDS[kind] for place, kind in enumerate(kinds)}
    properties = {"id": {"type": "string"}} | {name: each[0] for name, each in fields.items()}
    yield _line({
        "type": "SCHEMA", "stream": "charges", "key_properties": ["id"],
        "schema": {"type": "object", "properties": properties},
    })  # fmt: skip
    lines = []
    for place in range(min(records, _DISTINCT)):
        record = {"id": _KEY.decode()} | {
            name: None if draw.random() < 0.15 else make(draw) for name, (_, make) in fields.items()
        }
        message = {"type": "RECORD", "stream": "charges", "record": record}
        lines.append(_line(message, ensure_ascii=place % 2 == 0))
    for place in range(records):
        yield lines[place % len(lines)].replace(_KEY, b"ch_%024d" % place, 1)


def _line(message: dict[str, Any], *, ensure_ascii: bool = True) -> bytes:
    text = json.dumps(message, ensure_ascii=ensure_ascii, separators=(",", ":"))
    return text.encode() + b"\n"
