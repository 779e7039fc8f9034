"""The SDK's own target tests, against a DuckDB file."""

from __future__ import annotations

import pytest
from singer_sdk.testing import get_target_test_class

from target_apex.target import TargetApex

TestSingerSdk = get_target_test_class(TargetApex, config={})


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path, monkeypatch):
    """The default path is relative."""
    monkeypatch.chdir(tmp_path)
