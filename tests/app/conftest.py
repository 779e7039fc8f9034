"""A Postgres server for the tests of commands that read and write warehouses."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests import servers


@pytest.fixture(scope="session")
def postgres():
    """The environment of a new cluster: PGHOST, PGPORT, PGUSER."""
    try:
        servers.postgres_binaries()
    except servers.ServerError as missing:
        pytest.skip(str(missing))
    # The user `postgres` must have access, too; only root has access to pytest's own folders.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    folder.chmod(0o755)
    try:
        with servers.postgres(folder) as found:
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)
