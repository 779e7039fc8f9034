"""Stores a restricted key outside of a Meltano project: in the system's keyring, else in a file.

In a project the key is in `.env`, and Meltano passes it as the setting `api_key`.
"""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from tap_stripe_apex.auth.places import project_root, secrets_folder
from tap_stripe_apex.errors import CredentialError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from keyring.backend import KeyringBackend

VARIABLE: Final = "TAP_STRIPE_APEX_API_KEY"

_SERVICE, _NAME = "tap-stripe-apex", "api_key"

_logger = logging.getLogger(__name__)


def load_key(environ: Mapping[str, str]) -> str | None:
    """The key that was stored outside of a project; None if there is none.

    Raises:
        CredentialError: the key is there, but cannot be read.
    """
    if project_root(environ) is not None:
        return None
    file = key_file(environ)
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialError(f"Cannot read the key in {file}. Connect again.") from error
    return load_from_keyring()


def key_file(environ: Mapping[str, str]) -> Path:
    """Where the key is kept if there is no keyring; readable by its owner alone."""
    return secrets_folder(environ) / "stripe-key"


def _keyring() -> KeyringBackend | None:
    """The system's keyring; None if there is none, or the package `keyring` is not installed."""
    if find_spec("keyring") is None:
        return None
    import keyring  # noqa: PLC0415 - it is an extra, and takes its time

    backend = keyring.get_keyring()
    return backend if backend.priority >= 1 else None


def save_in_keyring(key: str) -> bool:
    """Store a key in the system's keyring; False if that is not possible."""
    backend = _keyring()
    if backend is None:
        return False
    from keyring.errors import KeyringError  # noqa: PLC0415 - see above

    try:
        backend.set_password(_SERVICE, _NAME, key)
    except KeyringError as error:
        _logger.warning("The system's keyring does not take the key: %s.", type(error).__name__)
        return False
    return True


def load_from_keyring() -> str | None:
    """The key in the system's keyring; None if there is none.

    Raises:
        CredentialError: the keyring cannot be opened.
    """
    backend = _keyring()
    if backend is None:
        return None
    from keyring.errors import KeyringError  # noqa: PLC0415 - see above

    try:
        return backend.get_password(_SERVICE, _NAME)
    except KeyringError as error:
        raise CredentialError(
            "The system's keyring cannot be opened. Unlock it, or set the key as api_key "
            f"({VARIABLE} in the environment)."
        ) from error


def delete_from_keyring() -> None:
    """Delete the key from the system's keyring.

    Raises:
        CredentialError: the keyring does not let it be deleted.
    """
    backend = _keyring()
    if backend is None:
        return
    from keyring.errors import KeyringError  # noqa: PLC0415 - see above

    try:
        backend.delete_password(_SERVICE, _NAME)
    except KeyringError as error:
        raise CredentialError("The system's keyring does not let the key be deleted.") from error
