"""Where the report is written to: for its owner alone, and not where somebody else wants it."""

import stat

import pytest

from tests.app.report.conftest import run_report


@pytest.fixture
def public(tmp_path):
    """A folder that everybody can write, with a link to one that is not ours to write."""
    folder = tmp_path / "public"
    folder.mkdir()
    folder.chmod(0o1777)
    (tmp_path / "theirs").mkdir()
    (folder / "link").symlink_to(tmp_path / "theirs")
    return folder


@pytest.mark.parametrize(("form", "name"), [("text", "link/report"), ("csv", "link")])
def test_a_link_that_anybody_could_have_made_is_refused_in_one_line(
    warehouse_of, public, form, name
):
    path = public / name
    done = run_report("--warehouse", warehouse_of("small"), "--format", form, "--output", path)
    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert line.endswith(
        "cannot be written: link is a link in a folder that everybody can write. Name another "
        "place with --output."
    )
    assert list((public.parent / "theirs").iterdir()) == []


def test_a_place_that_cannot_be_written_is_named_in_one_line(warehouse_of):
    path = "/dev/null/report"
    done = run_report("--warehouse", warehouse_of("small"), "--format", "text", "--output", path)
    assert (done.exit_code, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: /dev/null/report cannot be written: Not a directory.")


@pytest.mark.parametrize("form", ["text", "csv"])
def test_only_its_owner_may_read_a_report(warehouse_of, tmp_path, form):
    path = tmp_path / "new" / "report"
    done = run_report("--warehouse", warehouse_of("small"), "--format", form, "--output", path)
    assert done.exit_code == 0, done.output
    made = [path.parent, *path.parent.rglob("*")]
    assert {stat.S_IMODE(each.stat().st_mode) & 0o077 for each in made} == {0}
