"""The tap's settings, for commands that do not run the tap."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from stripe_apex import meltano
from tap_stripe_apex.auth.places import environment, project_root
from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.tap import TapStripeApex

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def tap_config(path: Path | None) -> dict[str, Any]:
    """The tap's settings: from a file, else from Meltano, else from the environment.

    Raises:
        ConfigurationError: the file, or a variable of the environment, is no valid JSON.
    """
    if path is not None:
        return read_object(path)
    root = project_root(os.environ)
    found = meltano.tap_config(root) if root is not None else None
    if found is not None:
        return found
    return _from_environment(environment())


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in a file.

    Raises:
        ConfigurationError: the file cannot be read, or holds no JSON object.
    """
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}. Check the path."
        ) from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is no valid JSON: {error}.") from error
    if not isinstance(found, dict):
        raise ConfigurationError(f"{path} must hold a JSON object.")
    return found


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """The settings in the environment; unlike the SDK, this does not change the environment."""
    found: dict[str, Any] = {}
    for name, schema in TapStripeApex.config_jsonschema["properties"].items():
        variable = f"TAP_STRIPE_APEX_{name.upper()}"
        value = environ.get(variable)
        if value is not None and "string" in schema["type"]:
            found[name] = value
        elif value is not None:
            try:
                found[name] = json.loads(value.lower() if "boolean" in schema["type"] else value)
            except ValueError:
                raise ConfigurationError(f"{variable} is no valid JSON.") from None
    return found
