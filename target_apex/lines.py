"""Splits the input into runs of RECORD lines of one stream, and other messages one by one.

A run is passed on as raw bytes; nothing in it is decoded here. This makes the target fast, and is
safe since JSON cannot contain a raw line feed.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import msgspec

from target_apex.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK_SIZE = 1 << 18
"""Bytes that are read at once; they fit into the processor's cache."""


_RECORD_HEAD = re.compile(
    rb'\{\s*"type"\s*:\s*"RECORD"\s*,\s*"stream"\s*:\s*("(?:[^"\\]|\\.)*")\s*,\s*"record"\s*:\s*\{'
)


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive RECORD lines of one stream."""

    stream: str
    data: bytes
    rows: int
    first_line: int
    source: str = ""
    """The file that the line numbers are of, if it is not the input."""


@dataclass(frozen=True, slots=True)
class State:
    """A STATE message."""

    value: str
    """The JSON text of its value, unchanged."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message that is neither a record nor a state."""

    type: str
    content: dict[str, Any]
    line: int

    @property
    def stream(self) -> str:
        """The name of the stream that it is about."""
        return self.text("stream")

    def text(self, name: str) -> str:
        """A required text field.

        Raises:
            InputError: It is missing or is no text.
        """
        value = self._field(name)
        if not isinstance(value, str):
            raise self.error(f"{name!r} of the {self.type} message is not a text")
        return value

    def array(self, name: str) -> list[Any]:
        """A required list field.

        Raises:
            InputError: It is missing or is no list.
        """
        value = self._field(name)
        if not isinstance(value, list):
            raise self.error(f"{name!r} of the {self.type} message is not a list")
        return value

    def object(self, name: str) -> dict[str, Any]:
        """A required object field.

        Raises:
            InputError: It is missing or is no object.
        """
        value = self._field(name)
        if not isinstance(value, dict):
            raise self.error(f"{name!r} of the {self.type} message is not an object")
        return value

    def _field(self, name: str) -> Any:
        if name not in self.content:
            raise self.error(f"the {self.type} message lacks {name!r}")
        return self.content[name]

    def error(self, problem: str) -> InputError:
        """The error for a problem of this message."""
        stream = self.content.get("stream")
        return InputError.at(self.line, stream if isinstance(stream, str) else None, problem)


class _Envelope(msgspec.Struct):
    """The needed fields of a line that does not begin in the common way."""

    type: str
    stream: str | None = None
    value: msgspec.Raw = msgspec.Raw()


_ENVELOPE = msgspec.json.Decoder(_Envelope)


@dataclass(frozen=True, slots=True)
class _Head:
    """The common beginning of a stream's RECORD lines, and a search for the first other line."""

    stream: str
    start: bytes
    next_line: bytes
    end_of_run: re.Pattern[bytes]

    @classmethod
    def of(cls, match: re.Match[bytes]) -> _Head | None:
        """The head for a stream; None if its name is no valid JSON text."""
        try:
            stream = json.loads(match[1])
        except ValueError:
            return None
        start = match[0]
        return cls(stream, start, b"\n" + start, re.compile(rb"\n(?!" + re.escape(start) + rb")"))

    def run(self, block: bytes, position: int) -> tuple[int, int]:
        """The end of the run that begins at `position`, and its number of lines."""
        if position == 0:
            # Most blocks are one run, and counting is faster than searching.
            rows = block.count(b"\n")
            if block.count(self.next_line) == rows - 1:
                return len(block), rows
        last = self.end_of_run.search(block, position)
        end = last.end() if last else len(block)
        return end, block.count(b"\n", position, end)


def blocks(source: IO[str] | IO[bytes]) -> Iterator[bytes]:
    """Blocks of whole lines as they arrive; a missing line feed at the end is added."""
    rest: list[bytes] = []
    for chunk in _chunks(source):
        end = chunk.rfind(b"\n") + 1
        if not end:
            rest.append(chunk)
            continue
        yield b"".join([*rest, chunk[:end]]) if rest else chunk[:end]
        rest = [chunk[end:]] if end < len(chunk) else []
    if rest:
        yield b"".join([*rest, b"\n"])


def _chunks(source: IO[str] | IO[bytes]) -> Iterator[bytes]:
    if isinstance(source, io.StringIO):
        while text := source.read(BLOCK_SIZE):
            yield text.encode("utf-8", "surrogatepass")
        return
    binary: Any = getattr(source, "buffer", source)
    read = getattr(binary, "read1", binary.read)
    while data := read(BLOCK_SIZE):
        yield data


def parse(source: IO[str] | IO[bytes]) -> Iterator[Run | State | Message]:
    """The runs and messages of the input, in their order.

    Raises:
        InputError: A line is no Singer message; the error names the line.
    """
    heads: dict[bytes, _Head] = {}
    line = 1
    for block in blocks(source):
        position = 0
        head: _Head | None = None
        while position < len(block):
            if head is None or not block.startswith(head.start, position):
                match = _RECORD_HEAD.match(block, position)
                head = heads.get(match[0]) if match else None
                if match and head is None and (head := _Head.of(match)):
                    heads[match[0]] = head
            if head is None:
                end = block.index(b"\n", position) + 1
                item = _single(block[position:end], line)
                rows = 1
                if item is not None:
                    yield item
            else:
                end, rows = head.run(block, position)
                yield Run(head.stream, block[position:end], rows, line)
            position = end
            line += rows


def _single(data: bytes, line: int) -> Run | State | Message | None:
    """The message of one line that does not begin in the common way; None if it is blank."""
    if not data.strip():
        return None
    try:
        envelope = _ENVELOPE.decode(data)
        kind: object = envelope.type
        stream: object = envelope.stream
        value = bytes(envelope.value).decode()
        content = None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        content = _loads(data, line)
        kind, stream = content.get("type"), content.get("stream")
        value = _text_of(data, "value") if kind == "STATE" else ""
    if kind == "RECORD" and isinstance(stream, str):
        return Run(stream, data, 1, line)
    if kind == "STATE":
        if not value:
            raise InputError.at(line, None, "the STATE message lacks 'value'")
        return State(value)
    content = content or _loads(data, line)
    if not isinstance(kind, str):
        raise InputError.at(line, None, "the message has no type")
    return Message(kind, content, line)


def _loads(data: bytes, line: int) -> dict[str, Any]:
    try:
        content = json.loads(data)
    except json.JSONDecodeError as error:
        raise InputError.at(line, None, f"not valid JSON ({error.msg})") from error
    except UnicodeDecodeError as error:
        raise InputError.at(line, None, "not valid JSON (not UTF-8)") from error
    except ValueError as error:
        raise InputError.at(line, None, "a number has too many digits") from error
    except RecursionError as error:
        raise InputError.at(line, None, "a value is nested too deeply") from error
    if not isinstance(content, dict):
        raise InputError.at(line, None, "not a Singer message (a JSON object is expected)")
    return content


def _text_of(data: bytes, name: str) -> str:
    """The JSON text of a field of an object that only the lenient reader `json` accepts; or ""."""
    text = data.decode("utf-8-sig")
    decoder = json.JSONDecoder()
    position = text.index("{") + 1
    found = ""
    while not text.startswith("}", position := _after_space(text, position)):
        key, position = decoder.raw_decode(text, _after_space(text, position))
        start = _after_space(text, _after_space(text, position) + 1)  # behind the colon
        _, position = decoder.raw_decode(text, start)
        if key == name:
            found = text[start:position]
        position = _after_space(text, position)
        position += text.startswith(",", position)
    return found


def _after_space(text: str, position: int) -> int:
    """The position of the first character from `position` on that is not white space."""
    while text[position] in " \t\r\n":
        position += 1
    return position
