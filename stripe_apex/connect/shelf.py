"""What the warehouse holds besides payments, as of the last look."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from stripe_apex.connect.latest import latest
from stripe_apex.connect.news import Background, in_thread, in_words
from stripe_apex.sources import importing
from stripe_apex.sources.holdings import Holdings, holdings
from stripe_apex.warehouse import is_postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stripe_apex.connect.latest import Latest
    from stripe_apex.connect.news import News
    from stripe_apex.sources.store import Import

T = TypeVar("T")

_PATIENCE: Final = 10.0
"""Seconds for a query to end when the page ends."""
_POSTGRES_EVERY: Final = 10.0
"""Seconds between two queries of Postgres, which does not tell whether it has changed."""


class Shelf:
    """Spend, leads, visits, experiments and rates in one warehouse. Belongs to one event loop.

    Args:
        address: of the warehouse, as for `stripe-apex import`.
        news: is notified of every change.
        report_page: the path of the warehouse's report.
    """

    def __init__(self, address: str, news: News, report_page: Path) -> None:
        self.address: Final = address
        self.report_page: Final = report_page
        self.report: Latest | None = None
        """The newest report; None before one was found."""
        self.holdings: Holdings | None = None
        """What the warehouse holds; None before it was read."""
        self.error = ""
        """Why the warehouse could not be read or changed."""
        self.said: Sequence[str] = ()
        """The result of the last import or undo, in words."""
        self.changed = False
        """Whether the report is older than an import or undo."""
        self.undoing = False
        self.looking = False
        """Whether the warehouse is being read."""
        self._news = news
        self._seen: object = None
        """The state of warehouse and report when they were last looked at."""
        self._report_seen: object = None
        """The state of the report when it was read."""
        self._background = Background()
        self._one_at_a_time = asyncio.Lock()
        self._asked: asyncio.Task[Any] | None = None

    @property
    def last(self) -> Import | None:
        """The last import that was not undone."""
        return next(iter(self.holdings.imports), None) if self.holdings else None

    def look(self) -> None:
        """Read in the background what the warehouse holds."""
        self.looking = True
        self._seen = self._stamp()
        self._background.begin(self._look())

    def look_if_changed(self) -> None:
        """Read again if another program has changed the warehouse or the report."""
        if not self.looking and not self.undoing and self._stamp() != self._seen:
            self.look()

    def undo(self, import_id: int) -> None:
        """Undo the last import in the background, unless it is another one by now."""
        if self.last is not None and self.last.import_id == import_id and not self.undoing:
            self.undoing = True
            self._news.tell()
            self._background.begin(self._undo(import_id))

    async def ask(self, question: Callable[[], T]) -> T:
        """The result of a call that opens the warehouse.

        There is one call at a time: DuckDB does not open a file for writing that this process
        reads.
        """
        async with self._one_at_a_time:
            self._asked = asked = asyncio.create_task(in_thread(question))
            return await asyncio.shield(asked)

    def tell(self, said: Sequence[str], *, changed: bool) -> None:
        """Note a change of the warehouse, and read it again."""
        self.said = said
        self.changed = self.changed or changed
        self.look()

    def synced(self, well: bool) -> None:  # noqa: FBT001 - a fact that is reported
        """Note the end of a pipeline run."""
        if well:
            self.said, self.changed = (), False
        self.look()

    async def stop(self) -> None:
        """Wait for queries in progress: interrupting a driver's thread would abort the program."""
        await self._background.stop()
        if self._asked is not None:
            await asyncio.wait({self._asked}, timeout=_PATIENCE)

    async def _look(self) -> None:
        try:
            self.holdings = await self.ask(partial(holdings, self.address))
            self.error = ""
        except Exception as error:  # noqa: BLE001 - the page says so, and goes on
            self.error = in_words(error)
        await self._look_at_report()
        self.looking = False
        self._news.tell()

    async def _look_at_report(self) -> None:
        """Read the report again if it was rewritten.

        Not more often: reading the marts takes a while, and keeps dbt from writing.
        """
        written = _state_of(self.report_page)
        if self._report_seen == (written,):
            return
        try:
            self.report = await self.ask(partial(latest, self.address, self.report_page))
            if self.report is None or self.report.brief is not None:
                self._report_seen = (written,)
        except Exception as error:  # noqa: BLE001 - the page says so, and goes on
            self.report, self.error = None, self.error or in_words(error)

    def _stamp(self) -> object:
        """A value that differs after a possible change of the warehouse or the report."""
        if is_postgres(self.address):
            warehouse: object = int(time.monotonic() / _POSTGRES_EVERY)
        else:
            warehouse = _state_of(Path(self.address))
        return warehouse, _state_of(self.report_page)

    async def _undo(self, import_id: int) -> None:
        try:
            said = await self.ask(partial(importing.undo, self.address, import_id))
        except Exception as error:  # noqa: BLE001 - the page says so, and goes on
            self.error = in_words(error)
        else:
            self.tell([said], changed=True)
        self.undoing = False
        self._news.tell()


def _state_of(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
