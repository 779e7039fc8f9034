"""Projects as users have them."""

import pytest

from tests.once import once
from tests.whole import projects


@pytest.fixture
def project(tmp_path):
    """The project as it was cloned; in a folder that not every locale can spell."""
    return projects.lay_out(tmp_path / "Größe")


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The project after `make run`: to be read, or copied."""
    return once(tmp_path_factory, "Größe", projects.run_demo)
