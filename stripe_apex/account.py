"""Chooses the account of a command: the user's own, once it is being connected, else the demo's.

Simulated money must never appear where real money is expected, so every command asks here for its
warehouse.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from stripe_apex.warehouse import ACCOUNT_ADDRESS, DEFAULT_ADDRESS, is_postgres
from tap_stripe_apex.auth.places import project_root, token_path

if TYPE_CHECKING:
    from collections.abc import Mapping

DEMO_WAREHOUSE: Final = DEFAULT_ADDRESS
"""The warehouse of the simulated account in `make run`."""

_BEGUN_BY: Final = (
    "TAP_STRIPE_APEX_API_KEY",
    "TAP_STRIPE_APEX_ACCESS_TOKEN",
    "TAP_STRIPE_APEX_REFRESH_TOKEN",
    "TAP_STRIPE_APEX_TOKEN_FILE",
    "STRIPE_APP_CLIENT_ID",
    "STRIPE_APP_SECRET_KEY",
)
"""If any of these is set, a user has started to connect an account."""


def is_begun(environ: Mapping[str, str]) -> bool:
    """Whether a user has started to connect an account, even if that does not work yet.

    Args:
        environ: the environment with the project's `.env`: `auth.places.environment()`.
    """
    return any(environ.get(name) for name in _BEGUN_BY) or token_path(None, environ).exists()


def warehouse_address(environ: Mapping[str, str]) -> str:
    """The default warehouse: the path of a DuckDB file, or an address."""
    named = environ.get("APEX_WAREHOUSE")
    address = named or (ACCOUNT_ADDRESS if is_begun(environ) else DEMO_WAREHOUSE)
    return placed(address, project_root(environ))


def own_address(environ: Mapping[str, str]) -> str:
    """The user's own warehouse, for imports, which the demo's does not take."""
    return placed(environ.get("APEX_WAREHOUSE") or ACCOUNT_ADDRESS, project_root(environ))


def placed(address: str, root: Path | None) -> str:
    """The address, with a relative path resolved against the project's folder.

    Args:
        address: the path of a DuckDB file, or an address.
        root: the folder of the project, if there is one.
    """
    if root is None or is_postgres(address) or root.resolve() == Path.cwd():
        return address
    return str(root / address)


def is_demo(address: str, root: Path | None) -> bool:
    """Whether a warehouse is the one that the simulated account is read into."""
    demo = Path(placed(DEMO_WAREHOUSE, root))
    return not is_postgres(address) and Path(address).resolve() == demo.resolve()


def report_page(address: str, root: Path | None) -> Path:
    """The path of a warehouse's report; each warehouse has its own."""
    if is_postgres(address):
        return Path(placed("output/postgres-report.html", root))
    file = Path(address)
    if is_demo(address, root):
        return file.with_name("report.html")
    return file.with_name(f"{file.stem}-report.html")


def tables_folder(address: str, root: Path | None) -> Path:
    """The folder of the CSV tables of a warehouse's report, beside its page."""
    page = report_page(address, root)
    return page.with_name(f"{page.stem}-tables")


def is_checkout(root: Path) -> bool:
    """Whether a folder is a checkout of this project, which has its own pipeline.

    The name of the script is not enough: other projects may have one of that name.
    """
    project = root / "transform" / "dbt_project.yml"
    return project.exists() and "name: stripe_apex" in project.read_text("utf-8").splitlines()
