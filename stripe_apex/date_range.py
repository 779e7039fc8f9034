"""The setting `date_range`, which the Connect page can change."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Final

from stripe_apex.env_file import keep_in_env_file
from tap_stripe_apex.auth.places import project_root
from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.reading.date_range import parse_date_range
from tap_stripe_apex.settings import DEFAULT_DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE: Final = "TAP_STRIPE_APEX_DATE_RANGE"


class DateRangeSetting:
    """The date range of one project.

    Args:
        config: the tap's settings.
        environ: the environment, with what .env adds.
    """

    def __init__(self, config: Mapping[str, Any], environ: Mapping[str, str]) -> None:
        self._root = project_root(environ)
        self._has_alias = config.get("dateRange") is not None
        self.value: Mapping[str, Any] = (
            config.get("date_range") or config.get("dateRange") or {"last_days": DEFAULT_DAYS}
        )

    @property
    def obstacle(self) -> str:
        """Why the setting cannot be changed here, and where it can be; empty if it can."""
        if VARIABLE in os.environ:
            return f"{VARIABLE} is set where this program was started. Change it there."
        if self._has_alias:
            return "It stands as dateRange in the settings of your pipeline. Change it there."
        if self._root is None:
            return "Your own pipeline decides: change date_range in its settings."
        return ""

    def change(self, value: Mapping[str, Any]) -> None:
        """Store another range in the project's `.env`.

        Raises:
            ConfigurationError: it is no valid range, or cannot be stored.
        """
        parse_date_range(value)
        if self.obstacle or self._root is None:
            raise ConfigurationError(f"The range cannot be changed here. {self.obstacle}")
        said = json.dumps(value)
        try:
            keep_in_env_file(self._root, VARIABLE, said)
        except OSError as error:
            raise ConfigurationError(f"The range cannot be kept: {error}.") from error
        self.value = value
