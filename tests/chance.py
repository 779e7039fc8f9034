"""Random examples in tests: the same in each run, unless new ones are asked for.

`make test` runs the same examples each time, so that only a change of the code can make it fail.
`make test-random` draws new examples; it reports a failure with a seed that draws it again:
`make test-random ARGS="--hypothesis-seed=SEED tests/..."`.
"""

from __future__ import annotations

import random
import secrets

import pytest
from hypothesis import HealthCheck, Phase, settings

SAME, NEW = "same", "new"

# There is no deadline, since the time of a test depends on the machine.
settings.register_profile(SAME, deadline=None, database=None, derandomize=True)
# Without derandomize=False, Hypothesis would draw the same examples where the variable CI is set.
settings.register_profile(NEW, deadline=None, database=None, print_blob=True, derandomize=False)
settings.load_profile(SAME)


def few_worlds(number: int) -> settings:
    """Settings for `number` examples without shrinking, whose every step would run all models."""
    return settings(
        max_examples=number,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """A fixture of random numbers for tests that do not use Hypothesis."""
    if settings.get_current_profile_name() == SAME:
        return random.Random(request.node.name)
    seed = request.config.getoption("--hypothesis-seed") or str(secrets.randbits(64))
    print(f"drawn with --hypothesis-seed={seed}")  # noqa: T201 - pytest shows it if the test fails
    return random.Random(seed)
