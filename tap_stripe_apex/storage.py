"""Where a restricted key is kept, and how it is found again.

In a Meltano project Meltano itself keeps it, in `.env`; elsewhere the system's keyring does if
there is one (extra `keyring`), else a file that only its owner can read. A key is never an argument
of a command, where others on the machine could see it.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import dotenv

from tap_stripe_apex.errors import ConfigurationError, CredentialError
from tap_stripe_apex.project import project_root, secrets_folder
from tap_stripe_apex.tokens import make_private_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyring.backend import KeyringBackend

VARIABLE: Final = "TAP_STRIPE_APEX_API_KEY"

_SERVICE, _NAME = "tap-stripe-apex", "api_key"
_KEY_FILE = "stripe-key"
_PATIENCE = 120.0

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
            return f"{root / '.env'} (by Meltano's sensitive setting)"
        if _save_in_keyring(key):
            return "the system's keyring"
        file = secrets_folder(environ) / _KEY_FILE
        make_private_folder(file.parent)
        _write_private(file, key)
    except OSError as exc:
        raise ConfigurationError(f"The key cannot be kept: {exc}.") from exc
    return str(file)


def load_key(environ: Mapping[str, str]) -> str | None:
    """The key that was kept outside of a project, if one was.

    In a project it arrives as the setting `api_key`.

    Raises:
        CredentialError: it is there, but locked or not to be read.
    """
    file = secrets_folder(environ) / _KEY_FILE
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    except (OSError, UnicodeDecodeError) as exc:
        raise CredentialError(f"Cannot read the key in {file}. Connect again.") from exc
    return _load_from_keyring() if project_root(environ) is None else None


def forget_key(environ: Mapping[str, str]) -> list[str]:
    """Delete whatever key was kept; where it was, in the user's words."""
    found = []
    root = project_root(environ)
    if root is not None and VARIABLE in dotenv.dotenv_values(root / ".env"):
        dotenv.unset_key(root / ".env", VARIABLE)
        found.append(str(root / ".env"))
    file = secrets_folder(environ) / _KEY_FILE
    if file.exists():
        file.unlink()
        found.append(str(file))
    if root is None and _load_from_keyring() is not None:
        _delete_from_keyring()
        found.append("the system's keyring")
    return found


def _save_in_project(root: Path, key: str) -> None:
    env_file = root / ".env"
    if not _save_by_meltano(root, key):
        # No Meltano here, or the tap is not one of its plugins: the same line, by the same library.
        env_file.touch(mode=0o600)
        dotenv.set_key(env_file, VARIABLE, key)
    env_file.chmod(0o600)


def _save_by_meltano(root: Path, key: str) -> bool:
    """Whether Meltano took the key, which it reads from its standard input."""
    beside = Path(sys.executable).with_name("meltano")
    meltano = str(beside) if beside.exists() else shutil.which("meltano")
    if meltano is None:
        return False
    done = subprocess.run(  # noqa: S603 - no shell, and nothing of a user's in the arguments
        [meltano, "config", "set", "--store", "dotenv", "--from-file", "-", _SERVICE, _NAME],
        input=key,
        cwd=root,
        env={**os.environ, "MELTANO_PROJECT_ROOT": str(root)},
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE,
    )
    return done.returncode == 0


def _write_private(file: Path, content: str) -> None:
    new = file.with_name(f"{file.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="ascii") as opened:  # noqa: PTH123 - a descriptor
        opened.write(f"{content}\n")
        opened.flush()
        os.fsync(descriptor)
    new.replace(file)


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
    except KeyringError as exc:
        _logger.warning("The system's keyring does not take the key: %s.", type(exc).__name__)
        return False
    return True


def _load_from_keyring() -> str | None:
    backend = _keyring()
    if backend is None:
        return None
    from keyring.errors import KeyringError  # noqa: PLC0415 - see above

    try:
        return backend.get_password(_SERVICE, _NAME)
    except KeyringError as exc:
        raise CredentialError(
            "The system's keyring cannot be opened. Unlock it, or set the key as api_key "
            f"({VARIABLE} in the environment)."
        ) from exc


def _delete_from_keyring() -> None:
    backend = _keyring()
    if backend is not None:
        backend.delete_password(_SERVICE, _NAME)
