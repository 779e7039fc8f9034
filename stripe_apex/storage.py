"""Where a restricted key is kept, and how it is found again.

In a Meltano project Meltano itself keeps it, in `.env`; elsewhere the system's keyring does if
there is one (extra `keyring`), else a file that only its owner can read. A key is never an argument
of a command, where others on the machine could see it.
"""

from __future__ import annotations

import logging
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import dotenv

from stripe_apex.meltano import keep_secret
from tap_stripe_apex.auth.places import project_root, secrets_folder
from tap_stripe_apex.auth.tokens import make_private_folder
from tap_stripe_apex.errors import ConfigurationError, CredentialError
from tap_stripe_apex.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from keyring.backend import KeyringBackend

VARIABLE: Final = "TAP_STRIPE_APEX_API_KEY"

_SERVICE, _NAME = "tap-stripe-apex", "api_key"
_KEY_FILE = "stripe-key"
_KEYRING = "the system's keyring"

_logger = logging.getLogger(__name__)


def save_key(key: str, environ: Mapping[str, str]) -> str:
    """Keep a key; where, in the user's words.

    Raises:
        ConfigurationError: it cannot be kept.
    """
    root = project_root(environ)
    try:
        if root is not None:
            _save_in_project(root, key)
            return str(root / ".env")
        if _save_in_keyring(key):
            return _KEYRING
        file = secrets_folder(environ) / _KEY_FILE
        make_private_folder(file.parent)
        write_whole(file, f"{key}\n".encode("ascii"), mode=0o600)
    except OSError as error:
        raise ConfigurationError(f"The key cannot be kept: {error}.") from error
    return str(file)


def load_key(environ: Mapping[str, str]) -> str | None:
    """The key that was kept outside of a project, if one was.

    In a project it arrives as the setting `api_key`.

    Raises:
        CredentialError: it is there, but locked or not to be read.
    """
    if project_root(environ) is not None:
        return None
    file = secrets_folder(environ) / _KEY_FILE
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialError(f"Cannot read the key in {file}. Connect again.") from error
    return _load_from_keyring()


def where_key(environ: Mapping[str, str]) -> str | None:
    """Where a key was kept, in the user's words; None if none was."""
    return next(iter(_kept(environ)), None)


def forget_key(environ: Mapping[str, str]) -> list[str]:
    """Delete whatever key was kept; where it was, in the user's words.

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
    """Where keys are kept, in the user's words, and how each is deleted."""
    root = project_root(environ)
    if root is not None:
        env_file = root / ".env"
        held = VARIABLE in dotenv.dotenv_values(env_file, interpolate=False)
        return {str(env_file): partial(dotenv.unset_key, env_file, VARIABLE)} if held else {}
    kept: dict[str, Callable[[], object]] = {}
    file = secrets_folder(environ) / _KEY_FILE
    if file.exists():
        kept[str(file)] = file.unlink
    if _load_from_keyring() is not None:
        kept[_KEYRING] = _delete_from_keyring
    return kept


def _save_in_project(root: Path, key: str) -> None:
    env_file = root / ".env"
    if not keep_secret(root, _NAME, key):
        # No Meltano here, or the tap is not one of its plugins: the same line, by the same library.
        env_file.touch(mode=0o600)
        dotenv.set_key(env_file, VARIABLE, key)
    env_file.chmod(0o600)


def _keyring() -> KeyringBackend | None:
    """The system's keyring; None if there is none, or nothing to speak to it with."""
    if find_spec("keyring") is None:
        return None
    import keyring  # noqa: PLC0415 - it is an extra, and takes its time

    backend = keyring.get_keyring()
    return backend if backend.priority >= 1 else None


def _save_in_keyring(key: str) -> bool:
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


def _load_from_keyring() -> str | None:
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


def _delete_from_keyring() -> None:
    backend = _keyring()
    if backend is None:
        return
    from keyring.errors import KeyringError  # noqa: PLC0415 - see above

    try:
        backend.delete_password(_SERVICE, _NAME)
    except KeyringError as error:
        raise CredentialError("The system's keyring does not let the key be deleted.") from error
