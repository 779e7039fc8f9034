"""What the warehouse holds beside the payments, as it was when last looked at."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from stripe_apex.connect.news import Background, in_thread, in_words
from stripe_apex.sources import importing
from stripe_apex.sources.holdings import Holdings, holdings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stripe_apex.connect.news import News
    from stripe_apex.sources.store import Import

T = TypeVar("T")


class Shelf:
    """Spend, leads, visits, experiments and rates in one warehouse. Belongs to one event loop.

    Args:
        address: of the warehouse, as `stripe-apex import` takes it.
        news: is told of every change.
    """

    def __init__(self, address: str, news: News) -> None:
        self.address: Final = address
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
        self._background = Background()
        self._one_at_a_time = asyncio.Lock()

    @property
    def last(self) -> Import | None:
        """The last import that was not undone."""
        return next(iter(self.holdings.imports), None) if self.holdings else None

    def look(self) -> None:
        """Find out, meanwhile, what there is."""
        self.looking = True
        self._background.begin(self._look())

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
            return await in_thread(question)

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
        """End what is under way."""
        await self._background.stop()

    async def _look(self) -> None:
        try:
            self.holdings = await self.ask(partial(holdings, self.address))
            self.error = ""
        except Exception as error:  # noqa: BLE001 - the page says so, and goes on
            self.error = in_words(error)
        self.looking = False
        self._news.tell()

    async def _undo(self, import_id: int) -> None:
        try:
            said = await self.ask(partial(importing.undo, self.address, import_id))
        except Exception as error:  # noqa: BLE001 - the page says so, and goes on
            self.error = in_words(error)
        else:
            self.tell([said], changed=True)
        self.undoing = False
        self._news.tell()
