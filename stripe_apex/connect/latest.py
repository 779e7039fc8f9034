"""The newest report of the page's warehouse, and its summary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from stripe_apex.errors import AppError

if TYPE_CHECKING:
    from pathlib import Path

    from stripe_apex.report.brief import Brief


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest report.

    Attributes:
        path: of the report.
        written: when it was written, UTC.
        brief: the summary of the marts in three lines; None if they cannot be read.
    """

    path: Path
    written: datetime
    brief: Brief | None


def latest(address: str, page: Path) -> Latest | None:
    """The newest report; None if there is none yet. May block."""
    try:
        written = datetime.fromtimestamp(page.stat().st_mtime, UTC)
    except OSError:
        return None
    return Latest(page, written, _brief(address))


def _brief(address: str) -> Brief | None:
    try:
        from stripe_apex.report.asked import Filters  # noqa: PLC0415
        from stripe_apex.report.brief import brief  # noqa: PLC0415 - of the extra `report`
        from stripe_apex.report.formats import Formats  # noqa: PLC0415
        from stripe_apex.report.read import read  # noqa: PLC0415

        return brief(read(address, Filters("all", "position_based")), Formats())
    except (AppError, ModuleNotFoundError):
        return None  # the report itself can still be opened
