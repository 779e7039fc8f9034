"""Stores and deletes a restricted key.

In a Meltano project the key is stored in `.env`, which Meltano reads; elsewhere in the system's
keyring if there is one (extra `keyring`), else in a file that only its owner can read. A key is
never an argument of a command, which other users of the machine could see.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import dotenv

from stripe_apex.env_file import keep_in_env_file
from tap_stripe_apex.auth.key import (
    VARIABLE,
    delete_from_keyring,
    key_file,
    load_from_keyring,
    save_in_keyring,
)
from tap_stripe_apex.auth.places import project_root
from tap_stripe_apex.auth.tokens import make_private_folder
from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_KEYRING: Final = "the system's keyring"


def save_key(key: str, environ: Mapping[str, str]) -> str:
    """Store a key; returns where, in the user's words.

    Raises:
        ConfigurationError: it cannot be stored.
    """
    root = project_root(environ)
    try:
        if root is not None:
            keep_in_env_file(root, VARIABLE, key)
            return str(root / ".env")
        if save_in_keyring(key):
            return _KEYRING
        file = key_file(environ)
        make_private_folder(file.parent)
        write_whole(file, f"{key}\n".encode("ascii"))
    except OSError as error:
        raise ConfigurationError(f"The key cannot be kept: {error}.") from error
    return str(file)


def where_key(environ: Mapping[str, str]) -> str | None:
    """The place of the stored key, in the user's words; None if there is none."""
    return next(iter(_kept(environ)), None)


def forget_key(environ: Mapping[str, str]) -> list[str]:
    """Delete the stored keys; returns where they were, in the user's words.

    Raises:
        ConfigurationError: it cannot be deleted.
    """
    kept = _kept(environ)
    for place, forget in kept.items():
        try:
            forget()
        except OSError as error:
            raise ConfigurationError(f"The key cannot be deleted from {place}: {error}.") from error
    return list(kept)


def _kept(environ: Mapping[str, str]) -> dict[str, Callable[[], object]]:
    """The places of stored keys, in the user's words, each with the deleting function."""
    root = project_root(environ)
    if root is not None:
        env_file = root / ".env"
        held = VARIABLE in dotenv.dotenv_values(env_file, interpolate=False)
        return {str(env_file): partial(dotenv.unset_key, env_file, VARIABLE)} if held else {}
    kept: dict[str, Callable[[], object]] = {}
    file = key_file(environ)
    if file.exists():
        kept[str(file)] = file.unlink
    if load_from_keyring() is not None:
        kept[_KEYRING] = delete_from_keyring
    return kept
