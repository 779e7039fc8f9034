"""Email addresses as keyed hashes, equal where the models treat the addresses as equal.

The hash is SHA-256 of `secret:address` in hexadecimal, which every warehouse and the stream maps of
every tap compute by one call. The address is normalised first, as the models do it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import unquote

from tap_stripe_apex.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

SETTING: Final = "hash_emails"
VARIABLE: Final = "TAP_STRIPE_APEX_HASH_EMAILS"

_SECRET: Final = re.compile(r"[0-9a-f]{64}")
_HASHED: Final = _SECRET
INVISIBLE: Final = (
    "\x01-\x20\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
)
"""Characters that no address has, as ranges of a regular expression; the models have the same in
`invisible_characters`."""

_INVISIBLE: Final = re.compile(f"[\x00{INVISIBLE}]+")

_LOCAL: Final = r"[\w.!$'*+^`{|}~-]"
_ADDRESS: Final = re.compile(
    rf"(?<!{_LOCAL})(?:{_LOCAL}|%(?!40))++(?:@|%40)"
    r"(?:[\w-]++\.)+(?:xn--[\w-]+|[^\W\d_]{2,})"
)
"""An address within a text or a URL, where `@` may be written as %40.

Matches only begin at the start of a word, so that the time grows linearly with the text.
"""


def normalised(address: str) -> str:
    """An address as the models compare it: without blanks, in lower case and Unicode NFC."""
    visible = unicodedata.normalize("NFC", _INVISIBLE.sub("", address))
    # Letter by letter, as databases do it: Python lowers a final sigma differently.
    lowered = visible.lower() if visible.isascii() else "".join(c.lower()[0] for c in visible)
    return unicodedata.normalize("NFC", lowered)


def replace_addresses(text: str, by: Callable[[str], str | None]) -> str:
    """Replace each address by what `by` returns for it, normalised; None keeps it."""
    if "@" not in text and "%40" not in text:
        return text

    def replaced(match: re.Match[str]) -> str:
        found = match[0] if "@" in match[0] else unquote(match[0])
        return by(normalised(found)) or match[0]

    return _ADDRESS.sub(replaced, text)


class Hashing:
    """Replaces addresses by their hashes; hashes stay as they are.

    Args:
        secret: 64 hexadecimal digits. A person who has it can find the address of a hash by trying.

    Raises:
        ConfigurationError: the secret has another form.
    """

    def __init__(self, secret: str) -> None:
        if not _SECRET.fullmatch(secret):
            raise ConfigurationError(
                f"{SETTING} must be a secret of 64 hexadecimal digits in lower case, such as "
                "`openssl rand -hex 32` makes; without it, addresses are kept as they are."
            )
        self._secret = secret
        self._hash = lru_cache(maxsize=10_000)(self._hashed)

    @classmethod
    def of(cls, secret: str | None) -> Self | None:
        """The hashing with this secret; None where there is no secret, so nothing is hashed."""
        return cls(secret) if secret else None

    def address(self, value: str | None) -> str | None:
        """The hash of a text that is an address as a whole; None for a blank text."""
        plain = normalised(value) if value is not None else ""
        return self._hash(plain) if plain else None

    def text(self, value: str) -> str:
        """The text with each address in it replaced by its hash."""
        return replace_addresses(value, self._hash)

    def anything(self, value: Any) -> Any:
        """A JSON value with each address in it, also in names, replaced by its hash."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(name): self.anything(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.anything(each) for each in value]
        return value

    def _hashed(self, plain: str) -> str:
        if _HASHED.fullmatch(plain):
            return plain
        return sha256(f"{self._secret}:{plain}".encode("utf-8", "surrogatepass")).hexdigest()
