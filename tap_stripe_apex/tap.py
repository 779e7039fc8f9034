"""The tap: settings and streams."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final, NoReturn

from singer_sdk import Tap
from typing_extensions import override

from tap_stripe_apex.client import StripeStream
from tap_stripe_apex.command import ApexCommand, TerminatedError
from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.inputs import check_catalog, check_state, read_config
from tap_stripe_apex.maps import StreamMaps
from tap_stripe_apex.reading.sync import StripeSync
from tap_stripe_apex.settings import SCHEMA, Settings
from tap_stripe_apex.streams import STREAMS
from tap_stripe_apex.wire.patience import RUN, Patience
from tap_stripe_apex.writer import BufferedWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    import click

_ONE_RECORD: Final = "all"
"""What the SDK's option --test means without a value."""


class TapStripeApex(Tap):
    """Reads Stripe completely: every charge, every later change, to the cent."""

    name = "tap-stripe-apex"
    message_writer_class = BufferedWriter
    patience: ClassVar[Patience] = RUN
    """How long a run retries failures of Stripe."""

    config_jsonschema: ClassVar = SCHEMA

    def __init__(self, *, catalog: Any = None, validate_config: bool = True, **kwargs: Any) -> None:
        if isinstance(catalog, dict):
            catalog = check_catalog(catalog)
        super().__init__(catalog=catalog, validate_config=validate_config, **kwargs)
        if validate_config:  # discovery needs no key
            self.sync.check()
            self._check_selection()

    def _check_selection(self) -> None:
        if not any(stream.selected for stream in self.streams.values()):
            names = ", ".join(stream.name for stream in STREAMS)
            raise ConfigurationError(
                f"The catalog selects none of the streams that there are: {names}. Set selected to "
                "true in the metadata of one of them, as --discover writes it, or give no catalog."
            )

    @cached_property
    def sync(self) -> StripeSync:
        """What all streams of a run share."""
        return StripeSync(
            Settings.of(self.config), self.logger, self._stripe_streams, self.patience
        )

    @override
    def discover_streams(self) -> Sequence[StripeStream[Any]]:
        return [stream(self, self.sync) for stream in STREAMS]

    @override
    def setup_mapper(self) -> None:
        self.mapper = StreamMaps(self.config, self.logger)
        self.mapper.register_raw_streams_from_catalog(self.catalog)

    @override
    def load_state(self, state: dict[str, Any]) -> None:
        super().load_state(check_state(state))

    @classmethod
    @override
    def cb_config(cls, ctx: click.Context, param: click.Option, value: tuple[str, ...]) -> Any:
        for path in value:
            if path != "ENV":
                read_config(path)
        return super().cb_config(ctx, param, value)

    @classmethod
    @override
    def cb_test(cls, ctx: click.Context, param: click.Option, value: str) -> None:
        given, catalog = ctx.params.get("config"), ctx.params.get("catalog")
        if given is None or value != _ONE_RECORD:
            super().cb_test(ctx, param, value)
            return
        tap = cls(
            config=given.config,
            parse_env_config=given.parse_env,
            catalog=None if catalog is None else json.load(catalog),
        )
        # The SDK's own test would read a record of every stream, selected or not.
        selected = [stream for stream in tap.streams.values() if stream.selected]
        tap.run_sync_dry_run(dry_run_record_limit=1, streams=selected)
        ctx.exit()

    @classmethod
    @override
    def get_singer_command(cls) -> click.Command:
        return ApexCommand.of(super().get_singer_command(), cls.logger)

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> NoReturn:
        # The SDK would write the state inside the signal handler, perhaps in the middle of a record
        # or of a change of the state, and would exit with success.
        raise TerminatedError(signum)

    def _stripe_streams(self) -> Iterator[StripeStream[Any]]:
        return (each for each in self.streams.values() if isinstance(each, StripeStream))
