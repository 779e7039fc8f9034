"""Identifiers that look like Stripe's: fixed by seed, kind and serial, in no order of time."""

from base64 import b64encode
from hashlib import blake2b


def identifier(prefix: str, seed: int, serial: int) -> str:
    """`prefix` and 24 letters and digits; the same in every process for the same arguments."""
    digest = blake2b(f"{seed}:{prefix}:{serial}".encode(), digest_size=18).digest()
    return prefix + b64encode(digest, b"xZ").decode()


def bucket(key: str, buckets: int) -> int:
    """A number below `buckets` that depends on `key` alone, evenly spread."""
    return int.from_bytes(blake2b(key.encode(), digest_size=8).digest()) % buckets
