"""The Singer target: the SDK's interface, and the handling of messages."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar, NoReturn

from singer_sdk import Target
from singer_sdk.helpers.capabilities import PluginCapabilities, TargetCapabilities
from singer_sdk.io_base import SingerReader
from singer_sdk.plugin_base import _ConfigInput
from typing_extensions import override

from target_apex.cli import OneLineCommand
from target_apex.destinations import batch_runs, destination
from target_apex.errors import SettingsError, TargetError, TerminatedError
from target_apex.lines import Message, Run, State, parse
from target_apex.maps import make_mapper
from target_apex.records import RecordPath
from target_apex.repair import as_version
from target_apex.session import Session
from target_apex.settings import SCHEMA, Settings
from target_apex.streams import Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import FrameType

    import click
    from singer_sdk.helpers.capabilities import CapabilitiesEnum


class LineReader(SingerReader):
    """Reads bytes, and passes records on in runs instead of one by one."""

    def __init__(self, target: TargetApex) -> None:
        super().__init__()
        self._target = target

    @override
    def process_lines(
        self, file_input: IO[str] | None, callbacks: dict[str, Callable[[dict[str, Any]], None]]
    ) -> Counter[str]:
        counts: Counter[str] = Counter()
        try:
            with self._target.unless_stopped():
                for item in parse(file_input or sys.stdin):
                    if isinstance(item, Run):
                        self._target.take(item)
                        counts["RECORD"] += item.rows
                    elif isinstance(item, State):
                        self._target.session.state(item.value)
                        counts["STATE"] += 1
                    else:
                        self._target.obey(item)
                        counts[item.type] += 1
        except BaseException:
            self._target.session.close()
            raise
        return counts


class TargetApex(Target):
    """Singer target for DuckDB and Parquet lakes: exact, transactional, fast."""

    name = "target-apex"
    package_name = "tap-stripe-apex"
    config_jsonschema: ClassVar[dict[str, Any]] = deepcopy(SCHEMA)  # the SDK adds its own settings
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        PluginCapabilities.ABOUT,
        PluginCapabilities.STREAM_MAPS,
        PluginCapabilities.FLATTENING,
        PluginCapabilities.ACTIVATE_VERSION,
        PluginCapabilities.BATCH,
        PluginCapabilities.STRUCTURED_LOGGING,
        TargetCapabilities.TARGET_SCHEMA,
        TargetCapabilities.HARD_DELETE,
        TargetCapabilities.VALIDATE_RECORDS,
    ]

    _stopped: TerminatedError | None = None
    """The signal that came."""

    def __init__(self, **kwargs: Any) -> None:
        try:
            super().__init__(**kwargs)
        except (AttributeError, TypeError, ValueError) as error:
            # The SDK's check of the settings raises for values that it does not expect.
            raise SettingsError(
                "a setting does not have the form that target-apex --about describes: see to "
                "stream_maps, and to the variables of the environment that begin with TARGET_APEX_"
            ) from error
        self.settings = Settings.of(self.config)
        self.session = Session(self.settings, destination(self.settings), self._emit_state)
        self.message_reader = LineReader(self)
        self._records: RecordPath | None = None
        validate = bool(self.config.get("validate_records"))
        if validate or self.config.get("stream_maps") or self.config.get("flattening_enabled"):
            self._records = RecordPath(self.mapper, validate=validate)

    @override
    def setup_mapper(self) -> None:
        self.mapper = make_mapper(self.config, self.logger)

    def take(self, run: Run) -> None:
        """Pass records to the session, through Python objects only if that is necessary."""
        if self._records is None:
            self.session.take(run)
        else:
            for each in self._records.transform(run):
                self.session.take(each)

    def obey(self, message: Message) -> None:
        """Handle a message that is neither a record nor a state.

        Raises:
            InputError: The message is not valid.
        """
        if message.type == "SCHEMA":
            self._describe(message)
        elif message.type == "ACTIVATE_VERSION":
            self._activate(message)
        elif message.type == "BATCH":
            self._load_files(message)
        elif message.type == "RECORD":
            raise message.error("the RECORD message does not name its stream")
        else:
            raise message.error(f"unknown message type {message.type!r}")

    def _describe(self, message: Message) -> None:
        stream, schema = message.stream, message.object("schema")
        given = (stream, schema, message.content.get("key_properties"))
        described: Iterable[tuple[str, object, object]] = [given]
        if self._records is not None:
            described = self._records.describe(*given, message.line)
        for name, properties, keys in described:
            self.session.describe(
                Stream.of(
                    name,
                    properties,
                    keys,
                    metadata=self.settings.add_record_metadata,
                    line=message.line,
                )
            )

    def _activate(self, message: Message) -> None:
        names = self._names(message)
        if not self.settings.activate_versions:
            return
        version = as_version(message.content.get("version"))
        if version is None:
            raise message.error("the ACTIVATE_VERSION message has no version, which is an integer")
        for name in names:
            self.session.activate(name, version, message.line)

    def _load_files(self, message: Message) -> None:
        streams = [self.session.stream(name, message.line) for name in self._names(message)]
        for run in batch_runs(message, streams, self.settings.batch_folders):
            self.take(run)

    def _names(self, message: Message) -> list[str]:
        """The names of the streams that are made of a stream."""
        if self._records is None:
            return [message.stream]
        return self._records.aliases(message.stream, message.line)

    @staticmethod
    def _emit_state(state: str) -> None:
        try:
            sys.stdout.write(state + "\n")
            sys.stdout.flush()
        except OSError as error:
            # Python would complain once more when it flushes stdout at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if isinstance(error, BrokenPipeError):
                problem = "nobody reads the state that this target writes to stdout"
            else:
                problem = (
                    f"cannot write the state to stdout: {error.strerror}; make room there and run "
                    "again: what is loaded stays, and is merged once more"
                )
            raise TargetError(problem) from error

    @contextmanager
    def unless_stopped(self) -> Iterator[None]:
        """A signal that comes while DuckDB works ends that with some error; the signal counts."""
        try:
            yield
        except Exception as error:
            if self._stopped is None:
                raise
            raise self._stopped from error

    @override
    def process_endofpipe(self) -> None:
        with self.unless_stopped():
            self.session.finish()

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> NoReturn:
        self._stopped = TerminatedError(signum)
        raise self._stopped

    @classmethod
    @override
    def cb_config(
        cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]
    ) -> _ConfigInput:
        found: dict[str, Any] = {}
        for path in value:
            if path != "ENV":
                found |= _read_config(path)
        return _ConfigInput(config=found, parse_env="ENV" in value)

    @classmethod
    @override
    def get_singer_command(cls) -> click.Command:
        return OneLineCommand.around(super().get_singer_command(), cls.logger)


def _read_config(path: str) -> dict[str, Any]:
    """The settings in a file; the SDK would not say which of the files it cannot read."""
    try:
        content = json.loads(Path(path).read_bytes())
    except OSError as error:
        raise SettingsError(f"cannot read the config {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"the config {path} is not valid JSON (not UTF-8)") from error
    except json.JSONDecodeError as error:
        where = f"{error.msg} at line {error.lineno}" if error.doc.strip() else "it is empty"
        raise SettingsError(f"the config {path} is not valid JSON ({where})") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"the config {path} cannot be read ({type(error).__name__})") from error
    if not isinstance(content, dict):
        raise SettingsError(f"the config {path} is not a JSON object, which names settings")
    return content
