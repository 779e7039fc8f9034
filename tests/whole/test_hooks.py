"""What git checks before a commit refuses what it is there to refuse."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / ".pre-commit-config.yaml"
OF_THE_WHOLE_PROJECT = "mypy,lint-imports,sqlfluff"
KEY = "4eC39HqLyjWDarjtT1zdp7dc"
WRONG = {
    "a_live_key": (f'"""sk_live_{KEY}"""\n', "Stripe key"),
    "a_key_of_test_mode": (f'"""rk_test_51{KEY * 4}"""\n', "Stripe key"),
    "a_secret_of_a_webhook": (f'"""whsec_{KEY}"""\n', "Stripe key"),
    "a_typo": ('"""The"""\n'.replace("he", "eh"), "should be `The`"),
    "an_unused_import": ("import os\n", "F401"),
    "another_layout": ('"""Text."""\n\n\n\n\nX=1\n', "File would be reformatted"),
}


@pytest.fixture(scope="module")
def check(tmp_path_factory):
    """Run the hooks that look at single files."""
    folder = tmp_path_factory.mktemp("checkout")
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    (folder / ".venv").symlink_to(sys.prefix)
    for name in (CONFIG.name, "pyproject.toml", "scripts/stripe_keys.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    environment = os.environ | {
        "PRE_COMMIT_HOME": str(folder / "home"),
        "SKIP": OF_THE_WHOLE_PROJECT,
    }

    def check(files):
        for name, text in files.items():
            (folder / name).write_text(text)
        return subprocess.run(
            [sys.executable, "-m", "pre_commit", "run", "--files", *files],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return check


@pytest.fixture(scope="module")
def refusal(check):
    """What the hooks say of files each of which has one thing wrong."""
    done = check({f"{name}.py": text for name, (text, _) in WRONG.items()})
    assert done.returncode == 1
    return done.stdout


def test_the_hooks_pass_what_is_well(check):
    done = check({"well.py": '"""The key is rk_test_simulated."""\n'})
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("Passed") == 4


@pytest.mark.parametrize(("name", "complaint"), [(name, said) for name, (_, said) in WRONG.items()])
def test_the_hooks_refuse(name, complaint, refusal):
    place = re.escape(f"{name}.py")
    said = re.escape(complaint)
    assert re.search(rf"{said}\n.*{place}|{place}.*{said}|{said}.*\n.*{place}", refusal), refusal


def test_no_hook_is_downloaded():
    repositories = yaml.safe_load(CONFIG.read_text())["repos"]
    assert [repository["repo"] for repository in repositories] == ["local"]
    for hook in repositories[0]["hooks"]:
        assert hook["language"] == "system"
        program = hook["entry"].split()[0]
        assert program.startswith(".venv/bin/") or (ROOT / program).exists()
