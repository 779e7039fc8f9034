"""JSON from Stripe with lone surrogates, which UTF-8 cannot encode. Pure.

A lone surrogate is half of a character, left over where a program cut a text in UTF-16. Stripe
passes it on as an escape, and the JSON decoder then refuses the whole page. Each becomes U+FFFD, as
in target-apex.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_ESCAPES: Final = re.compile(
    rb"\\\\"  # an escaped backslash, which begins no other escape
    rb"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a whole character
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"  # half of one
)


def whole_characters(body: bytes) -> bytes:
    """The JSON `body` with U+FFFD in place of each lone surrogate."""
    return _ESCAPES.sub(lambda match: rb"\ufffd" if match[1] else match[0], body)


def decoded(body: bytes, decode: Callable[[bytes], T]) -> T:
    """The result of `decode` for an answer, also if its texts hold lone surrogates.

    Raises:
        msgspec.DecodeError: the answer is not what `decode` expects.
    """
    try:
        return decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Only after a failure: searching every page would take longer than decoding it.
        whole = whole_characters(bytes(body).decode("utf-8", "replace").encode())
        if whole == body:
            raise
    return decode(whole)


def json_decoder(kind: type[T]) -> Callable[[bytes], T]:
    """A decoder of JSON into `kind`; many threads may share it."""
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)
    return decoder.decode
