"""Identifiers like Stripe's: determined by seed, kind and serial, and not ordered by time."""

from binascii import b2a_base64
from hashlib import blake2b

_LETTERS = bytes.maketrans(b"+/", b"xZ")


def identifier(prefix: str, seed: int, serial: int) -> str:
    """`prefix` and 24 letters and digits; equal arguments give the same id in every process."""
    digest = blake2b(f"{seed}:{prefix}:{serial}".encode(), digest_size=18).digest()
    return prefix + b2a_base64(digest, newline=False).translate(_LETTERS).decode()


def bucket(key: str, buckets: int) -> int:
    """A number below `buckets` that depends only on `key`, evenly distributed."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest()) % buckets
