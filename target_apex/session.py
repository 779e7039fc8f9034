"""What was read but not yet committed, and when it is: one transaction over all streams."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from target_apex.errors import InputError, RetryError, UnknownStreamError
from target_apex.exactness import inexact_rows
from target_apex.settings import LoadMethod
from target_apex.spool import Spool
from target_apex.streams import fold

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from target_apex.lines import Run
    from target_apex.settings import Settings
    from target_apex.streams import Stream

MAX_BATCH_BYTES = 64 << 20
"""A batch ends when its lines reach this size, whatever their number."""

MAX_BATCH_SECONDS = 300.0
"""A batch ends with the first message after this time, however small it is."""

MAX_BATCH_STREAMS = 200
"""A batch ends before one more stream: each has a file open, and two batches are under way."""


class Destination(Protocol):
    """Where rows go. All but `interrupt` is called by one thread at a time."""

    def transaction(self) -> AbstractContextManager[None]:
        """What is loaded inside is kept whole or not at all; RetryError asks for another try."""

    def prepare(self, stream: Stream) -> object:
        """Make room for a stream, although no record of it may come."""

    def load(self, stream: Stream, spool: Spool) -> None:
        """Take the lines of a stream."""

    def activate(self, stream: Stream, version: int) -> None:
        """Delete the rows of a stream's older versions."""

    def finish(self) -> None:
        """The run is complete."""

    def interrupt(self) -> None:
        """Make a call that another thread is in return soon, with an error."""

    def close(self) -> None:
        """Let go of it; what is not committed is lost."""


@dataclass(slots=True)
class _Batch:
    """Lines of all streams, and the state that is true once they are committed."""

    streams: dict[str, Stream] = field(default_factory=dict)
    spools: dict[str, Spool] = field(default_factory=dict)
    activations: list[tuple[Stream, int]] = field(default_factory=list)
    rows: int = 0
    size: int = 0
    state: str | None = None
    started: float = field(default_factory=time.monotonic)

    def close(self) -> None:
        for spool in self.spools.values():
            spool.close()


class Session:
    """Gathers a batch while the one before it is committed in a second thread."""

    def __init__(
        self,
        settings: Settings,
        connect: Callable[[Settings], Destination],
        emit_state: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._connect = connect
        self._emit_state = emit_state
        self._destination: Destination | None = None
        self._streams: dict[str, Stream] = {}
        self._names: dict[str, str] = {}
        self._batch = _Batch()
        self._withheld: str | None = None
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="target-apex-load")
        self._loading: Future[None] | None = None

    def describe(self, stream: Stream) -> None:
        """Take a SCHEMA: its table is made with the next batch, even if no record comes.

        Raises:
            WarehouseError: The destination cannot be opened.
            InputError: Another stream takes the same table.
        """
        if self._destination is None:
            self._destination = self._connect(self._settings)
        if self._streams.get(stream.name) == stream:
            return
        twin = self._names.setdefault(fold(stream.name), stream.name)
        if twin != stream.name:
            raise InputError.at(
                stream.line,
                stream.name,
                f"its name and {twin!r} differ in case only, which are one table to DuckDB; give "
                "one stream another name with the __alias__ of stream_maps",
            )
        if stream.name in self._batch.spools:
            self.commit()
        self._streams[stream.name] = stream
        self._batch.streams[stream.name] = stream

    def stream(self, name: str, place: int | str) -> Stream:
        """The stream as its last SCHEMA describes it.

        Raises:
            UnknownStreamError: None has come; the message at `place` is too early.
        """
        if name not in self._streams:
            raise UnknownStreamError.before_schema(place, name)
        return self._streams[name]

    def take(self, run: Run) -> None:
        """Take records.

        Raises:
            UnknownStreamError: Their SCHEMA has not come.
        """
        stream = self.stream(run.stream, run.first_line)
        if self._loading is not None and self._loading.done():
            self._wait()
        if run.stream not in self._batch.spools and len(self._batch.spools) >= MAX_BATCH_STREAMS:
            self.commit()
        batch = self._batch
        spool = batch.spools.get(run.stream)
        if spool is None:
            spool = batch.spools[run.stream] = Spool()
            batch.streams[run.stream] = stream
        spool.append(run, inexact_rows(run.data))
        batch.rows += run.rows
        batch.size += len(run.data)
        if (
            batch.rows >= self._settings.batch_size_rows
            or batch.size >= MAX_BATCH_BYTES
            or time.monotonic() - batch.started > MAX_BATCH_SECONDS
        ):
            self.commit()

    def activate(self, name: str, version: int, line: int) -> None:
        """Take an ACTIVATE_VERSION: it is carried out after all records before it."""
        self._batch.activations.append((self.stream(name, line), version))
        self.commit()

    def state(self, value: str) -> None:
        """Take the JSON text of a state: it goes out once all that came before it is committed."""
        self._batch.state = value

    def commit(self) -> None:
        """Start to commit what has been gathered, after the batch before it."""
        self._wait()
        batch, self._batch = self._batch, _Batch()
        self._loading = self._worker.submit(self._load, batch)

    def finish(self) -> None:
        """Commit all, emit the last state, and let go of the destination."""
        try:
            self.commit()
            self._wait()
            if self._destination is not None:
                self._destination.finish()
            if self._withheld is not None:
                self._emit_state(self._withheld)
        finally:
            self.close()

    def close(self) -> None:
        """Let go of everything; what is not committed is gone."""
        if self._destination is not None and self._loading is not None:
            self._destination.interrupt()
        self._worker.shutdown()
        self._batch.close()
        if self._destination is not None:
            self._destination.close()
            self._destination = None

    def _wait(self) -> None:
        if self._loading is not None:
            loading, self._loading = self._loading, None
            loading.result()

    def _load(self, batch: _Batch) -> None:
        try:
            if batch.streams or batch.activations:
                while not self._write(batch):
                    pass
        finally:
            batch.close()
        if batch.state is None:
            return
        if self._settings.load_method == LoadMethod.OVERWRITE:
            # Until the end of the run the tables hold what they held before it.
            self._withheld = batch.state
        else:
            self._emit_state(batch.state)

    def _write(self, batch: _Batch) -> bool:
        """One transaction; false if it must be tried again."""
        destination = self._destination
        if destination is None:
            return True
        try:
            with destination.transaction():
                for name, stream in batch.streams.items():
                    spool = batch.spools.get(name)
                    if spool is None:
                        destination.prepare(stream)
                    else:
                        destination.load(stream, spool)
                for stream, version in batch.activations:
                    destination.activate(stream, version)
        except RetryError:
            return False
        return True
