"""Batches: what was read and is not committed yet; each is one transaction over all streams."""

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
"""A batch ends when its lines have this many bytes."""

MAX_BATCH_SECONDS = 300.0
"""A batch ends with the first message after this many seconds, however small it is."""

MAX_BATCH_STREAMS = 200
"""The most streams in a batch: each has a file open, and there are two batches at a time."""


class Destination(Protocol):
    """The place where rows are stored. Only `interrupt` may be called by a second thread."""

    def transaction(self) -> AbstractContextManager[None]:
        """A context whose loads are stored together or not at all; RetryError: try again."""

    def prepare(self, stream: Stream) -> object:
        """Create what a stream needs, even if no record of it follows."""

    def load(self, stream: Stream, spool: Spool) -> None:
        """Load the lines of a stream."""

    def activate(self, stream: Stream, version: int) -> None:
        """Delete the rows of a stream's older versions."""

    def finish(self) -> None:
        """Complete the run."""

    def interrupt(self) -> None:
        """Let the call of another thread end soon, with an error."""

    def close(self) -> None:
        """Close the destination; what is not committed is lost."""


@dataclass(slots=True)
class _Batch:
    """The lines of all streams, and the state that is true once they are committed."""

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
    """Gathers a batch while a second thread commits the one before."""

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
        """Handle a SCHEMA: its table is created with the next batch, even if no record follows.

        Raises:
            WarehouseError: The destination cannot be opened.
            InputError: Another stream has the same table.
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
            UnknownStreamError: It has none; the message at `place` is too early.
        """
        if name not in self._streams:
            raise UnknownStreamError.before_schema(place, name)
        return self._streams[name]

    def take(self, run: Run) -> None:
        """Handle records.

        Raises:
            UnknownStreamError: Their SCHEMA is missing.
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
        """Handle an ACTIVATE_VERSION, which is carried out after all records before it."""
        self._batch.activations.append((self.stream(name, line), version))
        self.commit()

    def state(self, value: str) -> None:
        """Handle the JSON text of a state, which is emitted once all before it is committed."""
        self._batch.state = value

    def commit(self) -> None:
        """Start to commit the gathered batch, after the one before."""
        self._wait()
        batch, self._batch = self._batch, _Batch()
        self._loading = self._worker.submit(self._load, batch)

    def finish(self) -> None:
        """Commit everything, emit the last state, and close the destination."""
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
        """Close everything; what is not committed is lost."""
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
            # Until the end of the run the tables keep their previous content.
            self._withheld = batch.state
        else:
            self._emit_state(batch.state)

    def _write(self, batch: _Batch) -> bool:
        """Write one transaction; False if it must be tried again."""
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
