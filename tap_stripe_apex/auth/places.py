"""The Meltano project of this process, its environment, and the folder of its secrets."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dotenv import dotenv_values

if TYPE_CHECKING:
    from collections.abc import Mapping

TOKEN_FILE: Final = "stripe-tokens.json"  # noqa: S105 - a name


def project_root(environ: Mapping[str, str]) -> Path | None:
    """The Meltano project that holds the working directory; None outside of a project."""
    if named := environ.get("MELTANO_PROJECT_ROOT"):
        return Path(named)
    here = Path.cwd()
    return next((p for p in (here, *here.parents) if (p / "meltano.yml").is_file()), None)


def env_file(environ: Mapping[str, str]) -> Path:
    """The path of the .env file whose variables are added to the environment; it need not exist."""
    return (project_root(environ) or Path.cwd()) / ".env"


def environment() -> dict[str, str]:
    """The environment with the variables of the project's .env, as in Meltano."""
    added = dotenv_values(env_file(os.environ), interpolate=False)
    return {name: value for name, value in added.items() if value is not None} | dict(os.environ)


def secrets_folder(environ: Mapping[str, str]) -> Path:
    """The folder of secrets: `.secrets` of the project, else one of the user's own."""
    root = project_root(environ)
    if root is not None:
        return root / ".secrets"
    configured = environ.get("XDG_CONFIG_HOME")
    return (Path(configured) if configured else Path.home() / ".config") / "tap-stripe-apex"


def token_path(setting: str | None, environ: Mapping[str, str]) -> Path:
    """Where the tokens are; a relative setting begins at the project, or where this runs."""
    if not setting:
        return secrets_folder(environ) / TOKEN_FILE
    return (project_root(environ) or Path.cwd()) / Path(setting).expanduser()
