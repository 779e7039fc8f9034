"""Reads and checks configuration, state and catalog; errors name the file."""

from __future__ import annotations

import io
import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import click
from singer_sdk.singerlib.catalog import (
    REPLICATION_FULL_TABLE,
    REPLICATION_INCREMENTAL,
    REPLICATION_LOG_BASED,
)
from typing_extensions import override

from tap_stripe_apex.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

JsonObject = dict[str, Any]

_METHODS: Final = {
    REPLICATION_FULL_TABLE: REPLICATION_FULL_TABLE,
    REPLICATION_LOG_BASED: REPLICATION_LOG_BASED,
    REPLICATION_INCREMENTAL: REPLICATION_LOG_BASED,  # both mean that changes are read
}
"""The replication methods that a catalog may ask for, and what each means here."""

_logger = logging.getLogger("tap-stripe-apex")


class CheckedFile(click.ParamType[io.StringIO]):
    """A file of an option, checked and then handed to the SDK as it wants it: open.

    Args:
        what: the file in a sentence, such as "state".
        check: returns the checked object, or raises if it cannot be right.
        lines: whether each line may hold a message; then the last line counts.
    """

    name = "filename"

    def __init__(
        self,
        what: str,
        check: Callable[[Any, str], JsonObject],
        *,
        lines: bool = False,
    ) -> None:
        self._what = what
        self._check = check
        self._lines = lines

    @override
    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> io.StringIO:
        where = f"the {self._what} {value}"
        found = _read(Path(value), where, lines=self._lines)
        return io.StringIO(json.dumps(self._check(found, where)))


def read_config(path: str) -> JsonObject:
    """The settings in a file.

    Raises:
        ConfigurationError: there is no such file, or it holds no JSON object.
    """
    where = f"the configuration {path}"
    return _object(_read(Path(path), where), where)


def check_state(found: Any, where: str = "the state") -> JsonObject:
    """The state, also if it is wrapped in a Singer STATE message; empty for a first run.

    Args:
        found: the decoded file; None for a first run.
        where: the file in a sentence.

    Raises:
        ConfigurationError: it cannot be a state.
    """
    if found is None:
        return {}
    state = _object(found, where)
    if state.get("type") == "STATE":
        return check_state(state.get("value"), where)
    bookmarks = state.get("bookmarks", {})
    if not isinstance(bookmarks, dict) or not all(isinstance(b, dict) for b in bookmarks.values()):
        raise ConfigurationError(
            f"{_begin(where)} is damaged: its bookmarks must be an object for each stream. Repair "
            "it, or remove it to read the whole date_range again; the target merges what it has "
            "already."
        )
    if state and "bookmarks" not in state:
        _logger.warning(
            "%s holds no bookmarks: everything is read as by a first run.", _begin(where)
        )
        return {}
    return state


def check_catalog(found: Any, where: str = "the catalog") -> JsonObject:
    """A catalog, with the replication method that each stream's metadata asks for.

    Raises:
        ConfigurationError: it cannot be a catalog, or asks for an unknown replication method.
    """
    streams = _object(found, where).get("streams")
    if not isinstance(streams, list):
        raise ConfigurationError(
            f"{_begin(where)} must hold a list of streams, as --discover writes it."
        )
    checked = [_check_stream(each, f"streams[{n}] of {where}") for n, each in enumerate(streams)]
    return {**found, "streams": checked}


def _check_stream(found: Any, where: str) -> JsonObject:
    stream = _object(found, where)
    name = stream.get("tap_stream_id")
    if not isinstance(name, str):
        raise ConfigurationError(f"{_begin(where)} has no tap_stream_id, the name of a stream.")
    where = f"stream {name!r} in {where.partition(' of ')[2]}"
    schema = stream.get("schema")
    if not isinstance(schema, dict) or not isinstance(schema.get("properties"), dict):
        raise ConfigurationError(
            f"{_begin(where)} has no schema with properties. Take the catalog from --discover, and "
            "change only what it selects."
        )
    metadata = stream.get("metadata", [])
    if not isinstance(metadata, list) or not all(map(_is_metadata, metadata)):
        raise ConfigurationError(
            f"The metadata of {where} must be a list of objects with breadcrumb and metadata, as "
            "--discover writes it."
        )
    root: Mapping[str, Any] = next((m["metadata"] for m in metadata if not m["breadcrumb"]), {})
    method = (
        root.get("replication-method")
        or stream.get("replication_method")
        or root.get("forced-replication-method")
    )
    if method is None:
        return stream
    if method not in _METHODS:
        raise ConfigurationError(
            f"{_begin(where)} asks for the replication method {method!r}. There are "
            f"{REPLICATION_LOG_BASED}, which reads what changed, and {REPLICATION_FULL_TABLE}, "
            "which reads everything in every run."
        )
    return {**stream, "replication_method": _METHODS[method]}


def _is_metadata(found: Any) -> bool:
    return (
        isinstance(found, dict)
        and isinstance(found.get("breadcrumb"), list)
        and isinstance(found.get("metadata"), dict)
    )


def _read(path: Path, where: str, *, lines: bool = False) -> Any:
    """The JSON in a file, or in its last line; None if it is empty."""
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigurationError(f"{_begin(where)} does not exist. Check the path.") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{_begin(where)} is not UTF-8 text.") from None
    except OSError as error:
        raise ConfigurationError(f"{_begin(where)} cannot be read: {error.strerror}.") from error
    if lines and not text.strip():
        return None
    try:
        return json.loads(text)
    except ValueError as error:
        whole = error
    if lines:
        try:
            return [json.loads(line) for line in text.splitlines() if line.strip()][-1]
        except ValueError:
            pass  # then the error of the whole text says more
    problem = "it is empty" if not text.strip() else f"it is not JSON ({_position(whole)})"
    raise ConfigurationError(f"{_begin(where)} must hold one JSON object; {problem}.") from None


def _position(error: ValueError) -> str:
    """The position of a JSON error, without any of the text, which may hold a secret."""
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}"
    return "a number has too many digits"


def _object(found: Any, where: str) -> JsonObject:
    if not isinstance(found, dict):
        raise ConfigurationError(f"{_begin(where)} must hold a JSON object.")
    return cast("JsonObject", found)


def _begin(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
