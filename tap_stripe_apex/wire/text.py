"""JSON of Stripe's that holds texts which no UTF-8 can hold (pure).

A lone surrogate is the half of a character that is left where a program cut a text in UTF-16.
Stripe passes it on as an escape, and the decoder then refuses the whole page. It becomes U+FFFD, as
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
    rb"\\\\"  # a backslash, which is no beginning of an escape
    rb"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a whole character
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"  # half of one
)


def whole_characters(body: bytes) -> bytes:
    """The JSON `body` with U+FFFD in place of each lone surrogate."""
    return _ESCAPES.sub(lambda match: rb"\ufffd" if match[1] else match[0], body)


def decoded(body: bytes, decode: Callable[[bytes], T]) -> T:
    """What `decode` makes of an answer, whatever is in its texts.

    Raises:
        msgspec.DecodeError: it is not what `decode` expects.
    """
    try:
        return decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Only now, since looking for them would take longer than decoding.
        whole = whole_characters(bytes(body).decode("utf-8", "replace").encode())
        if whole == body:
            raise
    return decode(whole)


def json_decoder(kind: type[T]) -> Callable[[bytes], T]:
    """A decoder into `kind` that many threads may share."""
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)
    return decoder.decode
