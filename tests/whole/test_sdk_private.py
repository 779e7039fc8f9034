"""What tap and target take from the private side of Singer's SDK, which may change it any time."""

import ast
import inspect
from pathlib import Path

import pytest
from singer_sdk import Stream, Tap, Target, io_base, mapper, plugin_base, tap_base, target_base
from singer_sdk.contrib import msgspec
from singer_sdk.contrib.msgspec import MsgSpecWriter
from singer_sdk.streams import core

ROOT = Path(__file__).parents[2]

METHODS = {
    "Stream._generate_record_messages": (Stream._generate_record_messages, "self, record"),
    "Tap._handle_termination": (Tap._handle_termination, "self, signum, frame"),
    "Target._handle_termination": (Target._handle_termination, "self, signum, frame"),
    # Public by name, but of no documented interface.
    "SingerCommand": (plugin_base.SingerCommand.__init__, "self, args, logger, kwargs"),
    "SingerCommand.invoke": (plugin_base.SingerCommand.invoke, "self, ctx"),
    "SingerReader.process_lines": (
        io_base.SingerReader.process_lines,
        "self, file_input, callbacks",
    ),
    "MsgSpecWriter.write_message": (MsgSpecWriter.write_message, "self, message"),
    "Tap.setup_mapper": (Tap.setup_mapper, "self"),
    "Tap.cb_test": (Tap.cb_test, "ctx, param, value"),
    "Tap.run_sync_dry_run": (Tap.run_sync_dry_run, "self, dry_run_record_limit, streams"),
    "Target.setup_mapper": (Target.setup_mapper, "self"),
    "Plugin.cb_config": (plugin_base.PluginBase.cb_config, "ctx, param, value"),
    "_ConfigInput": (plugin_base._ConfigInput, "config, parse_env"),
    "PluginMapper": (mapper.PluginMapper, "plugin_config, logger"),
    "PluginMapper.register_raw_streams_from_catalog": (
        mapper.PluginMapper.register_raw_streams_from_catalog,
        "self, catalog",
    ),
    "PluginMapper.register_raw_stream_schema": (
        mapper.PluginMapper.register_raw_stream_schema,
        "self, stream_name, schema, key_properties",
    ),
    "RemoveRecordTransform": (
        mapper.RemoveRecordTransform,
        "stream_alias, raw_schema, key_properties, flattening_options",
    ),
    "MsgSpecWriter.format_message": (MsgSpecWriter.format_message, "self, message"),
}
"""What is overridden or called, with its parameters."""

ATTRIBUTES = {
    "Stream._tap": (core, "self._tap = tap"),
    "Stream._stream_version": (core, "self._stream_version = "),
    "Stream.ABORT_AT_RECORD_COUNT": (core, "ABORT_AT_RECORD_COUNT: int | None = None"),
    "Tap.state_writer": (tap_base, "def state_writer(self) -> StateWriter:"),
    "Target.message_reader": (plugin_base, "return self.message_reader.process_lines("),
    "the words of a failed sync": (core, '"An unhandled error occurred while syncing'),
    "CustomStreamMap.expr_evaluator.names": (mapper, "self.expr_evaluator.names = names"),
    "CustomStreamMap.expr_evaluator.eval": (mapper, "= self.expr_evaluator.eval("),
    "PluginMapper.stream_maps_dict": (mapper, "self.stream_maps_dict"),
}
"""What is read, replaced or recognised, with the SDK's line that makes it."""

OURS = {
    "tap_stripe_apex": ["client.py", "command.py", "maps.py", "tap.py", "writer.py"],
    "target_apex": ["cli.py", "target.py"],
}
"""Who derives from the SDK's classes."""


def private_names(source):
    """Names with one leading underscore that a module takes from an object or imports."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.FunctionDef | ast.alias):
            names.add(node.name)
    return {name for name in names if name.startswith("_") and not name.startswith("__")}


@pytest.mark.parametrize("name", METHODS)
def test_a_method_that_is_overridden_is_still_there(name):
    method, parameters = METHODS[name]
    found = ", ".join(inspect.signature(method).parameters)
    assert found == parameters, f"the SDK has changed: {name}({found})"


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_an_attribute_that_is_used_is_still_there(name):
    module, line = ATTRIBUTES[name]
    assert line in inspect.getsource(module), f"the SDK has changed: {name}"


def test_a_stream_is_still_asked_for_its_signpost_before_the_schema_is_written():
    source = inspect.getsource(Stream.sync)
    asked = source.find("self.get_replication_key_signpost(")
    written = source.find("self._write_schema_message()")
    assert -1 < asked < written, "the SDK has changed: Stream.sync"


def test_nothing_else_is_taken_from_the_private_side_of_the_sdk():
    sdk = set()
    for module in (core, io_base, mapper, plugin_base, tap_base, target_base):
        sdk |= private_names(inspect.getsource(module)) | {
            name for name in vars(module) if name.startswith("_") and not name.startswith("__")
        }
    taken = {
        name
        for package, files in OURS.items()
        for file in files
        for name in private_names((ROOT / package / file).read_text())
    }
    listed = {name.rpartition(".")[2] for name in (*METHODS, *ATTRIBUTES)}
    assert taken & sdk == {name for name in listed if name.startswith("_")}


def test_nobody_else_derives_from_the_classes_of_the_sdk():
    sdk = {
        name
        for module in (core, io_base, mapper, plugin_base, tap_base, target_base, msgspec)
        for name, each in vars(module).items()
        if inspect.isclass(each) and each.__module__.startswith("singer_sdk")
        if not issubclass(each, Exception)
    }
    heirs = {
        (package, path.relative_to(ROOT / package).as_posix())
        for package in (*OURS, "stripe_apex", "stripe_simulator")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        if any(isinstance(base, ast.Name) and base.id in sdk for base in node.bases)
    }
    assert ("tap_stripe_apex", "tap.py") in heirs
    assert heirs <= {(package, file) for package, files in OURS.items() for file in files}
