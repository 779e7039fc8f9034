"""A Postgres server, for the commands that read and write warehouses."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests import servers


@pytest.fixture(scope="session")
def postgres():
    """The environment that names a cluster of the tests' own: PGHOST, PGPORT, PGUSER."""
    try:
        servers.postgres_binaries()
    except servers.ServerError as missing:
        pytest.skip(str(missing))
    # Where the user `postgres` may go, too; pytest's own folders are root's alone.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    folder.chmod(0o755)
    try:
        with servers.postgres(folder) as found:
            yield found
    finally:
        shutil.rmtree(folder, ignore_errors=True)
