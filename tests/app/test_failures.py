"""What is said of a failed build quotes rows without addresses, and commands no terminal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_apex import failures

MANIFEST = {
    "nodes": {
        "model.x.fct": {
            "resource_type": "model",
            "name": "fct",
            "depends_on": {"nodes": []},
            "description": "A charge.",
        }
    }
}
SAID = (
    "Conversion Error: Could not convert string 'ann@example.com' to INT32 \x1b[31m\r\n"
    "::error::Key (email)=(bob@example.com), mail=joe%40example.com <img src=x> 100%0A"
)


def result(message):
    return {"status": "error", "unique_id": "model.x.fct", "message": message}


def test_an_error_quotes_no_address():
    (line,) = failures.failures(MANIFEST, [result(SAID)])
    assert line.startswith("model fct: Conversion Error: Could not convert string '****@****'")
    assert "example.com" not in line
    assert line.endswith("A charge.")


@given(st.text())
def test_an_error_is_one_line_that_commands_no_terminal(text):
    (line,) = failures.failures(MANIFEST, [result(f"{text} ann@example.com")])
    assert line.isprintable()
    assert "ann@example.com" not in line


@pytest.fixture
def last_build(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "transform/target"
    target.mkdir(parents=True)
    (target / "manifest.json").write_text(json.dumps(MANIFEST))
    (target / "run_results.json").write_text(json.dumps({"results": [result(SAID)]}))


@pytest.mark.usefixtures("last_build")
def test_annotations_and_summary_are_as_careful(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    failures.main()
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "100%250A" in said
    summary = (tmp_path / "summary.md").read_text()
    assert "&lt;img" in summary
    for text in (said, summary):
        assert "example.com" not in text
        assert text.replace("\n", "").isprintable()
