"""What the warehouse holds beside the payments, as it was when last looked at."""

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
"""Seconds that a question to the warehouse gets at the end."""
_POSTGRES_EVERY: Final = 10.0
"""Seconds between two looks into a database, which does not say whether it has changed."""


class Shelf:
    """Spend, leads, visits, experiments and rates in one warehouse. Belongs to one event loop.

    Args:
        address: of the warehouse, as `stripe-apex import` takes it.
        news: is told of every change.
        report_page: where the report of the warehouse is written.
    """

    def __init__(self, address: str, news: News, report_page: Path) -> None:
        self.address: Final = address
        self.report_page: Final = report_page
        self.report: Latest | None = None
        """The newest report; None until one was found."""
        self.holdings: Holdings | None = None
        """None until the warehouse was read."""
        self.error = ""
        """Why it could not be read or changed."""
        self.said: Sequence[str] = ()
        """What the last import or undo did."""
        self.changed = False
        """Whether the report lacks what was imported or undone here."""
        self.undoing = False
        self.looking = False
        """Whether what is shown may be out of date in a moment."""
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
        """Find out, meanwhile, what there is."""
        self.looking = True
        self._seen = self._stamp()
        self._background.begin(self._look())

    def look_if_changed(self) -> None:
        """Look again if another program has changed something: an import in a terminal, a run."""
        if not self.looking and not self.undoing and self._stamp() != self._seen:
            self.look()

    def undo(self, import_id: int) -> None:
        """Take the last import back, meanwhile; nothing, if it is another one by now."""
        if self.last is not None and self.last.import_id == import_id and not self.undoing:
            self.undoing = True
            self._news.tell()
            self._background.begin(self._undo(import_id))

    async def ask(self, question: Callable[[], T]) -> T:
        """The answer to a question that opens the warehouse.

        One at a time: DuckDB opens no file for writing that this process reads.
        """
        async with self._one_at_a_time:
            self._asked = asked = asyncio.create_task(in_thread(question))
            return await asyncio.shield(asked)

    def tell(self, said: Sequence[str], *, changed: bool) -> None:
        """Something was done to the warehouse: say so, and look what it holds now."""
        self.said = said
        self.changed = self.changed or changed
        self.look()

    def synced(self, well: bool) -> None:  # noqa: FBT001 - a fact that is reported
        """A run of the pipeline has ended."""
        if well:
            self.said, self.changed = (), False
        self.look()

    async def stop(self) -> None:
        """End what is under way; a driver that is cut off in a thread would abort the program."""
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
        """Read the report anew if it was written anew.

        No oftener: reading the marts takes a while, and dbt does not wait for whoever reads them.
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
        """Something that differs once warehouse or report may have changed."""
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
