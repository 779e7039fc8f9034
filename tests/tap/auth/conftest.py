"""An installed Stripe App, and commands as users run them."""

from __future__ import annotations

import json
import os

import pytest

from tests import commands
from tests.stripe_app import Installed


@pytest.fixture
def oauth(stripe, nowhere):
    """A newly installed app."""
    return Installed.on(stripe, nowhere)


@pytest.fixture
def command(stripe, nowhere, tmp_path):
    """A function that runs a command of ours as a user does, in an empty project."""

    def run(*arguments, said="", environ=None, **settings):
        if settings:
            path = tmp_path / "config.json"
            path.write_text(json.dumps({"api_base": stripe.url, **settings}))
            arguments = [*arguments, "--config", path]
        return commands.run(
            *arguments,
            said=said,
            folder=nowhere,
            environment=os.environ | {"TAP_STRIPE_APEX_API_BASE": stripe.url} | (environ or {}),
        )

    return run
