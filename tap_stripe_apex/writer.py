"""Singer messages to standard output, fast."""

from __future__ import annotations

import io
import sys
from functools import cached_property
from typing import TYPE_CHECKING

from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.singerlib import RecordMessage
from typing_extensions import override

if TYPE_CHECKING:
    from typing import BinaryIO

    from singer_sdk.singerlib.encoding.simple import Message


class BufferedWriter(MsgSpecWriter):
    """Flushes after every message but records, so that none waits behind a state."""

    @cached_property
    def _output(self) -> BinaryIO:
        """Standard output, with the buffer that PYTHONUNBUFFERED, as in many images, takes away."""
        output = sys.stdout.buffer
        if isinstance(output, io.RawIOBase):
            return io.BufferedWriter(io.FileIO(output.fileno(), "wb", closefd=False))
        return output

    @override
    def write_message(self, message: Message) -> None:
        self._output.write(self.format_message(message))
        if not isinstance(message, RecordMessage):
            self._output.flush()
