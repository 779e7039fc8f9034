"""The Singer target: what the SDK asks of it, and the way from messages to the session."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from copy import deepcopy
from typing import IO, TYPE_CHECKING, Any, ClassVar, NoReturn

from singer_sdk import Target
from singer_sdk.helpers.capabilities import PluginCapabilities, TargetCapabilities
from singer_sdk.io_base import SingerReader
from typing_extensions import override

from target_apex import batches
from target_apex.cli import OneLineCommand
from target_apex.errors import InputError, SettingsError, TargetError, TerminatedError
from target_apex.lake import Lake
from target_apex.lines import Message, Run, parse
from target_apex.records import RecordPath
from target_apex.session import Session
from target_apex.settings import SCHEMA, Destination, Settings
from target_apex.streams import Stream
from target_apex.warehouse import Warehouse

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    import click
    from singer_sdk.helpers.capabilities import CapabilitiesEnum
    from singer_sdk.plugin_base import _ConfigInput


class LineReader(SingerReader):
    """Reads bytes, and hands on records in runs instead of one by one."""

    def __init__(self, target: TargetApex) -> None:
        super().__init__()
        self._target = target

    @override
    def process_lines(
        self, file_input: IO[str] | None, callbacks: dict[str, Callable[[dict[str, Any]], None]]
    ) -> Counter[str]:
        counts: Counter[str] = Counter()
        try:
            for item in parse(file_input or sys.stdin):
                if isinstance(item, Run):
                    self._target.take(item)
                    counts["RECORD"] += item.rows
                else:
                    counts[item.type] += 1
                    self._target.line = item.line
                    self._call(callbacks.get(item.type), item)
        except BaseException:
            self._target.session.close()
            raise
        return counts

    @staticmethod
    def _call(callback: Callable[[dict[str, Any]], None] | None, message: Message) -> None:
        if callback is None:
            raise InputError.at(message.line, None, f"unknown message type {message.type!r}")
        try:
            callback(message.content)
        except KeyError as error:
            raise InputError.at(
                message.line, None, f"the {message.type} message lacks {error.args[0]!r}"
            ) from error


class TargetApex(Target):
    """Singer target for DuckDB and Parquet lakes: exact, transactional, fast."""

    name = "target-apex"
    package_name = "tap-stripe-apex"
    config_jsonschema: ClassVar[dict[str, Any]] = deepcopy(SCHEMA)  # the SDK adds its own to it
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

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.settings = Settings.of(self.config)
        connect = Lake if self.settings.destination == Destination.PARQUET else Warehouse
        self.session = Session(self.settings, connect, self._write_state_message)
        self.message_reader = LineReader(self)
        self.line = 0
        """Where the message that is being processed stood in the input."""
        self._records: RecordPath | None = None
        validate = bool(self.config.get("validate_records"))
        if validate or self.config.get("stream_maps") or self.config.get("flattening_enabled"):
            self._records = RecordPath(self.mapper, validate=validate)

    def take(self, run: Run) -> None:
        """Hand records to the session, through Python objects only if they must."""
        if self._records is None:
            self.session.take(run)
        else:
            for each in self._records.transform(run):
                self.session.take(each)

    @override
    def _process_schema_message(self, message_dict: dict[str, Any]) -> None:
        stream, schema = message_dict["stream"], message_dict["schema"]
        given = (stream, schema, message_dict.get("key_properties"))
        described = [given] if self._records is None else self._records.describe(*given)
        for name, properties, keys in described:
            metadata = self.settings.add_record_metadata
            self.session.describe(Stream.of(name, properties, keys, metadata=metadata))

    @override
    def _process_state_message(self, message_dict: dict[str, Any]) -> None:
        self.session.state(message_dict["value"])

    @override
    def _process_activate_version_message(self, message_dict: dict[str, Any]) -> None:
        version = message_dict["version"]
        if not self.settings.activate_versions:
            return
        for name in self._names(message_dict["stream"]):
            self.session.activate(name, int(version), self.line)

    @override
    def _process_batch_message(self, message_dict: dict[str, Any]) -> None:
        names = self._names(message_dict["stream"])
        streams = [self.session.stream(name, self.line) for name in names]
        for run in batches.runs(message_dict, streams, self.line):
            self.take(run)

    def _names(self, stream: str) -> list[str]:
        return [stream] if self._records is None else self._records.aliases(stream, self.line)

    @override
    def _write_state_message(self, state: dict[str, Any]) -> None:
        try:
            sys.stdout.write(json.dumps(state) + "\n")
            sys.stdout.flush()
        except BrokenPipeError as error:
            # Python would complain once more when it flushes stdout at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise TargetError("nobody reads the state that this target writes to stdout") from error

    @override
    def process_endofpipe(self) -> None:
        self.session.finish()

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> NoReturn:
        raise TerminatedError(signum)

    @classmethod
    @override
    def cb_config(
        cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]
    ) -> _ConfigInput:
        try:
            return super().cb_config(ctx, param, value)
        except (OSError, RuntimeError) as error:
            raise SettingsError(f"cannot read the config: {error}") from error
        except ValueError as error:
            raise SettingsError(f"the config is not valid JSON: {error}") from error

    @classmethod
    @override
    def get_singer_command(cls) -> click.Command:
        return OneLineCommand.around(super().get_singer_command(), cls.logger)
