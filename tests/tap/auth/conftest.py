"""An installed Stripe App, and commands as users run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stripe_app import Installed

BIN = Path(sys.executable).parent


@pytest.fixture
def oauth(stripe, nowhere):
    """An app that was installed a moment ago."""
    return Installed.on(stripe, nowhere)


@pytest.fixture
def command(stripe, nowhere, tmp_path):
    """Run a command of ours as a user does, in a project with nothing in it."""

    def run(*arguments, said="", environ=None, **settings):
        if settings:
            path = tmp_path / "config.json"
            path.write_text(json.dumps({"api_base": stripe.url, **settings}))
            arguments = [*arguments, "--config", path]
        name, *rest = arguments
        return subprocess.run(
            [BIN / name, *rest],
            input=said,
            cwd=nowhere,
            env=os.environ | {"TAP_STRIPE_APEX_API_BASE": stripe.url} | (environ or {}),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run
