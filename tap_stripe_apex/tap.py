"""The tap: settings and streams."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

from singer_sdk import Tap
from typing_extensions import override

from tap_stripe_apex.client import StripeStream
from tap_stripe_apex.command import ApexCommand, TerminatedError
from tap_stripe_apex.reading.sync import StripeSync
from tap_stripe_apex.settings import SCHEMA, Settings
from tap_stripe_apex.streams import STREAMS
from tap_stripe_apex.wire.patience import RUN, Patience
from tap_stripe_apex.writer import BufferedWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    import click


class TapStripeApex(Tap):
    """Reads Stripe completely: every charge, every later change, to the cent."""

    name = "tap-stripe-apex"
    message_writer_class = BufferedWriter
    patience: ClassVar[Patience] = RUN
    """How long a run waits for Stripe."""

    config_jsonschema: ClassVar = SCHEMA

    def __init__(self, *, validate_config: bool = True, **kwargs: Any) -> None:
        super().__init__(validate_config=validate_config, **kwargs)
        if validate_config:  # discovery needs no key
            self.sync.check()

    @cached_property
    def sync(self) -> StripeSync:
        """What all streams share in a run."""
        return StripeSync(
            Settings.of(self.config), self.logger, self._stripe_streams, self.patience
        )

    @override
    def discover_streams(self) -> Sequence[StripeStream[Any]]:
        return [stream(self, self.sync) for stream in STREAMS]

    @classmethod
    @override
    def get_singer_command(cls) -> click.Command:
        return ApexCommand.of(super().get_singer_command(), cls.logger)

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> NoReturn:
        # The SDK would write the state from within the handler, perhaps in the middle of a record
        # or of the state's own change, and call it a success.
        raise TerminatedError(signum)

    def _stripe_streams(self) -> Iterator[StripeStream[Any]]:
        return (each for each in self.streams.values() if isinstance(each, StripeStream))
