"""What was read but not yet committed, and when it is: one transaction over all streams."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from target_apex.errors import InputError, RereadError, UnknownStreamError
from target_apex.lines import inexact_rows
from target_apex.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable

    from target_apex.lines import Run
    from target_apex.settings import Settings
    from target_apex.streams import Stream
    from target_apex.warehouse import Warehouse

MAX_BATCH_BYTES = 64 << 20
"""A batch ends when its lines reach this size, whatever their number."""

MAX_BATCH_SECONDS = 300.0
"""A batch ends with the first message after this time, however small it is."""


@dataclass(slots=True)
class _Batch:
    """Lines of all streams, and the state that is true once they are committed."""

    streams: dict[str, Stream] = field(default_factory=dict)
    spools: dict[str, Spool] = field(default_factory=dict)
    rows: int = 0
    size: int = 0
    state: dict[str, Any] | None = None
    started: float = field(default_factory=time.monotonic)

    def close(self) -> None:
        for spool in self.spools.values():
            spool.close()


class Session:
    """Gathers a batch while the one before it is committed in a second thread."""

    def __init__(
        self,
        settings: Settings,
        connect: Callable[[Settings], Warehouse],
        emit_state: Callable[[dict[str, Any]], None],
    ) -> None:
        self._settings = settings
        self._connect = connect
        self._emit_state = emit_state
        self._warehouse: Warehouse | None = None
        self._streams: dict[str, Stream] = {}
        self._batch = _Batch()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="target-apex-load")
        self._loading: Future[None] | None = None

    def describe(self, stream: Stream) -> None:
        """Take a SCHEMA: its table is made with the next batch, even if no record comes."""
        if self._warehouse is None:
            self._warehouse = self._connect(self._settings)
        if self._streams.get(stream.name) == stream:
            return
        if stream.name in self._batch.spools:
            self.commit()
        self._streams[stream.name] = stream
        self._batch.streams[stream.name] = stream

    def take(self, run: Run) -> None:
        """Take records.

        Raises:
            UnknownStreamError: Their SCHEMA has not come.
        """
        stream = self._streams.get(run.stream)
        if stream is None:
            raise UnknownStreamError.at(
                run.first_line, run.stream, "a record came before the stream's SCHEMA"
            )
        batch = self._batch
        spool = batch.spools.get(run.stream)
        if spool is None:
            spool = batch.spools[run.stream] = Spool()
            batch.streams[run.stream] = stream
        spool.append(run.data, run.rows, run.first_line, inexact_rows(run.data))
        batch.rows += run.rows
        batch.size += len(run.data)
        if (
            batch.rows >= self._settings.batch_size_rows
            or batch.size >= MAX_BATCH_BYTES
            or time.monotonic() - batch.started > MAX_BATCH_SECONDS
        ):
            self.commit()

    def state(self, value: dict[str, Any]) -> None:
        """Take a STATE: it goes out once all that came before it is committed."""
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
        finally:
            self.close()

    def close(self) -> None:
        """Let go of everything; what is not committed is gone."""
        self._worker.shutdown()
        self._batch.close()
        if self._warehouse is not None:
            self._warehouse.close()
            self._warehouse = None

    def _wait(self) -> None:
        if self._loading is not None:
            loading, self._loading = self._loading, None
            loading.result()

    def _load(self, batch: _Batch) -> None:
        try:
            if batch.streams:
                warehouse = self._warehouse
                if warehouse is None:
                    raise InputError("records came without a SCHEMA")
                while not self._write(warehouse, batch):
                    pass
        finally:
            batch.close()
        if batch.state is not None:
            self._emit_state(batch.state)

    @staticmethod
    def _write(warehouse: Warehouse, batch: _Batch) -> bool:
        """One transaction; false if it must be tried again, which happens once a stream."""
        try:
            with warehouse.transaction():
                for name, stream in batch.streams.items():
                    spool = batch.spools.get(name)
                    if spool is None:
                        warehouse.prepare(stream)
                    else:
                        warehouse.load(stream, spool)
        except RereadError:
            return False
        return True
