"""What tests draw at random: the same each time, unless new examples are asked for.

`make test` proves the same each time, so that a change is the only thing that can break it.
`make test-random` draws new examples; what it finds is reported with a seed that draws it again:
`make test-random ARGS="--hypothesis-seed=SEED tests/..."`.
"""

from __future__ import annotations

import random
import secrets

import pytest
from hypothesis import HealthCheck, Phase, settings

SAME, NEW = "same", "new"

# How long a test takes is the machine's affair.
settings.register_profile(SAME, deadline=None, database=None, derandomize=True)
# Hypothesis would draw the same ones in CI, where it finds the variable.
settings.register_profile(NEW, deadline=None, database=None, print_blob=True, derandomize=False)
settings.load_profile(SAME)


def few_worlds(number: int) -> settings:
    """So many examples, none of which is shrunk: each step would take a run of all models."""
    return settings(
        max_examples=number,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Random numbers for what is no matter of Hypothesis."""
    if settings.get_current_profile_name() == SAME:
        return random.Random(request.node.name)
    seed = request.config.getoption("--hypothesis-seed") or str(secrets.randbits(64))
    print(f"drawn with --hypothesis-seed={seed}")  # noqa: T201 - pytest shows it if the test fails
    return random.Random(seed)
