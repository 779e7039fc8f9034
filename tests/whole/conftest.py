"""Projects as users have them."""

import pytest

from tests.once import once
from tests.whole import projects


@pytest.fixture
def project(tmp_path):
    """The project as it is after cloning, in a folder whose name not every locale can encode."""
    return projects.lay_out(tmp_path / "Größe")


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The project after `make run`; tests may only read it or copy it."""
    return once(tmp_path_factory, "Größe", projects.run_demo)
