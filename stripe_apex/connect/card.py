"""The Stripe card: whether Stripe is connected, and how the last sync went.

All tabs of the page show this one state.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from stripe_apex.connect.news import Background, in_thread, in_words
from stripe_apex.connect.pipeline import Process, last_sync
from stripe_apex.progress import OutputReader, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from stripe_apex.check import Grant
    from stripe_apex.connect.news import News
    from stripe_apex.connect.pipeline import Pipeline
    from stripe_apex.connection import Connected, Connector

_LINES_KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class Work:
    """An operation in progress: a word for the badge, and a sentence."""

    badge: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Sync:
    """One run of the pipeline.

    Attributes:
        progress: its progress.
        lines: the last lines of its output.
        failure: why it failed; empty while it runs, and if it succeeded.
        ended: when it ended, UTC; None while it runs.
    """

    progress: Progress = field(default_factory=Progress)
    lines: Sequence[str] = ()
    failure: str = ""
    ended: datetime | None = None


class Card:
    """The state of the Stripe card. Belongs to one event loop.

    Args:
        connector: connects, verifies and disconnects.
        pipeline: run by "Sync now"; None without a project.
        news: is notified of every change.
        synced: called at the end of a sync, with whether all of it succeeded.
    """

    def __init__(
        self,
        connector: Connector,
        pipeline: Pipeline | None,
        news: News,
        synced: Callable[[bool], None],
    ) -> None:
        self.connector: Final = connector
        self.pipeline: Final = pipeline
        self.work: Work | None = None
        """The operation in progress; None if there is none."""
        self.connected: Connected | None = None
        self.error = ""
        """Why the last attempt failed."""
        self.tried_key = False
        """Whether the last attempt was with a key from the form."""
        self.grants: Sequence[Grant] = ()
        """The permissions of the connection; empty while they are unknown."""
        self.grants_error = ""
        """Why the permissions are unknown."""
        self.sync: Sync | None = None
        self.last_sync: datetime | None = None
        self.knows_last_sync = False
        self._news = news
        self._synced = synced
        self._process: Process | None = None
        self._background = Background()
        self._ended = False

    @property
    def syncing(self) -> bool:
        """Whether the pipeline runs."""
        return self.sync is not None and self.sync.ended is None

    @property
    def phase(self) -> str:
        """The phase that the page shows."""
        if self._ended:
            return "ended"
        if self.work:
            return "busy"
        if self.syncing:
            return "syncing"
        return "connected" if self.connected else "disconnected"

    def look(self) -> None:
        """Verify a stored connection in the background, and find the last sync."""
        self.tried_key = False
        doing = Work("Checking", "Checking whether the stored connection works.")
        self._ask(doing, self.connector.verify)
        if self.pipeline is not None:
            self._background.begin(self._find_last_sync(self.pipeline))

    def connect_with_key(self, key: str) -> None:
        """Try a key in the background."""
        if not self.work:
            self.tried_key = True
            doing = Work("Connecting", "Checking the key with Stripe, by a single charge.")
            self._ask(doing, lambda: self.connector.connect_with_key(key))

    def connect_with_code(self, code: str) -> None:
        """Try a code from Stripe in the background."""
        self.tried_key = False
        doing = Work("Connecting", "Finishing with Stripe, and checking by a single charge.")
        self._ask(doing, lambda: self.connector.connect_with_code(code))

    def disconnect(self) -> None:
        """Delete the connection in the background; not during a sync."""

        def forget() -> None:
            self.connector.disconnect()

        if not self.syncing:
            self.sync = None
            self._ask(Work("Disconnecting", "Forgetting the connection."), forget)

    def change_range(self, value: Mapping[str, Any]) -> None:
        """Change the date range for the next sync; not during one."""

        def change() -> Connected | None:
            self.connector.date_range.change(value)
            return self.connected

        if self.phase == "connected":
            self._ask(Work("Saving", "Keeping the range."), change, changes_connection=False)

    def fail(self, error: str) -> None:
        """Note an attempt that failed before any request to Stripe."""
        self.error = error
        self._news.tell()

    def start_sync(self) -> None:
        """Run the pipeline, unless it is running or there is none."""
        if self.phase == "connected" and self.pipeline is not None:
            self.sync = Sync()
            self._news.tell()
            self._background.begin(self._run(self.pipeline))

    async def stop(self) -> None:
        """End all operations in progress, with the processes of the pipeline."""
        self._ended = True
        self._news.tell()
        if self._process is not None:
            await self._process.stop()
        await self._background.stop()

    def _ask(
        self,
        work: Work,
        question: Callable[[], Connected | None],
        *,
        changes_connection: bool = True,
    ) -> None:
        if self.work:
            return
        self.work, self.error = work, ""
        self._news.tell()
        self._background.begin(self._answer(question, changes_connection))

    async def _answer(
        self,
        question: Callable[[], Connected | None],
        changes_connection: bool,  # noqa: FBT001 - passed on
    ) -> None:
        try:
            self.connected = await in_thread(question)
            if changes_connection:
                await self._ask_for_grants()
        except Exception as error:  # noqa: BLE001 - the page says so, and goes on
            self.error = in_words(error)
        finally:
            self.work = None
            self._news.tell()

    async def _ask_for_grants(self) -> None:
        """Find out the permissions; a failure to do so leaves the connection as it is."""
        self.grants, self.grants_error = (), ""
        if self.connected is None:
            return
        try:
            self.grants = await in_thread(self.connector.grants)
        except Exception as error:  # noqa: BLE001 - the page says so, and goes on
            self.grants_error = in_words(error)

    async def _find_last_sync(self, pipeline: Pipeline) -> None:
        self.last_sync = await in_thread(partial(last_sync, pipeline.root))
        self.knows_last_sync = True
        self._news.tell()

    async def _run(self, pipeline: Pipeline) -> None:
        reader, lines = OutputReader(), deque[str](maxlen=_LINES_KEPT)
        try:
            self._process = process = await Process.start(pipeline)
            async for line in process.lines():
                if seen := reader.read(line):
                    lines.append(seen)
                self.sync = Sync(reader.progress, tuple(lines))
                self._news.tell()
            code = await process.wait()
        except OSError as error:
            reason: str | None = f"Cannot run {pipeline.command[0]}: {error.strerror}."
        else:
            reason = (reader.progress.reason or _last(lines, code)) if code else None
        self._process = None
        ended = datetime.now(UTC)
        if reason is None:
            self.last_sync = ended
        else:  # Stripe may have been read completely, and only the models failed
            self._background.begin(self._find_last_sync(pipeline))
        progress = replace(reader.progress, stage="Done")
        self.sync = Sync(progress, tuple(lines), reason or "", ended)
        self._synced(reason is None)
        self._news.tell()


def _last(lines: Sequence[str], code: int) -> str:
    return lines[-1] if lines else f"The pipeline ended with exit code {code} and said nothing."
