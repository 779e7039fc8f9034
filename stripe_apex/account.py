"""Whose money is meant: one's own account, once somebody has begun to connect it, else the demo's.

Made-up money must never stand where real money is expected, so every command asks here which
warehouse it is about.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from stripe_apex.warehouse import ACCOUNT_ADDRESS, DEFAULT_ADDRESS, is_postgres
from tap_stripe_apex.auth.places import project_root, token_path

if TYPE_CHECKING:
    from collections.abc import Mapping

DEMO_WAREHOUSE: Final = DEFAULT_ADDRESS
"""Where `make run` reads the simulated account into."""

_BEGUN_BY: Final = (
    "TAP_STRIPE_APEX_API_KEY",
    "TAP_STRIPE_APEX_ACCESS_TOKEN",
    "TAP_STRIPE_APEX_REFRESH_TOKEN",
    "TAP_STRIPE_APEX_TOKEN_FILE",
    "STRIPE_APP_CLIENT_ID",
    "STRIPE_APP_SECRET_KEY",
)
"""Any of these says that somebody has begun to connect an account."""


def is_begun(environ: Mapping[str, str]) -> bool:
    """Whether somebody has begun to connect an account, even if it does not work yet.

    Args:
        environ: the environment with the project's `.env`: `auth.places.environment()`.
    """
    return any(environ.get(name) for name in _BEGUN_BY) or token_path(None, environ).exists()


def warehouse_address(environ: Mapping[str, str]) -> str:
    """The warehouse that is meant where no option says: path of a DuckDB file, or an address."""
    named = environ.get("APEX_WAREHOUSE")
    address = named or (ACCOUNT_ADDRESS if is_begun(environ) else DEMO_WAREHOUSE)
    return placed(address, project_root(environ))


def own_address(environ: Mapping[str, str]) -> str:
    """The same where only a warehouse of one's own can be meant: the demo's takes no imports."""
    return placed(environ.get("APEX_WAREHOUSE") or ACCOUNT_ADDRESS, project_root(environ))


def placed(address: str, root: Path | None) -> str:
    """An address of which a relative path begins at the project, wherever a command is started.

    Args:
        address: path of a DuckDB file, or an address.
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
    """Where the report of a warehouse is written: each warehouse has a page of its own."""
    if is_postgres(address):
        return Path(placed("output/postgres-report.html", root))
    file = Path(address)
    if is_demo(address, root):
        return file.with_name("report.html")
    return file.with_name(f"{file.stem}-report.html")


def tables_folder(address: str, root: Path | None) -> Path:
    """Where the tables of a warehouse's report are written: a folder beside its page."""
    page = report_page(address, root)
    return page.with_name(f"{page.stem}-tables")


def is_checkout(root: Path) -> bool:
    """Whether a folder is a checkout of this project, which has a pipeline of its own.

    Somebody else's project may have a script of the same name.
    """
    project = root / "transform" / "dbt_project.yml"
    return project.exists() and "name: stripe_apex" in project.read_text("utf-8").splitlines()
