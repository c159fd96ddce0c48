"""A quarter of a minute of the nemesis, with a seed that is the same each time. `make nemesis` is the long one."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.config import PROJECT

PATIENCE = 58  # seconds; whatever is left then dies with its parent


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_killed_stopped_and_lied_to_the_service_keeps_what_it_promises(database: str, tmp_path: Path) -> None:
    options = ["--seed", "5", "--minutes", "0.25", "--rate", "5", "--db", database, "--folder", str(tmp_path / "run")]

    ended = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-m", "nemesis", *options],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "lost 0 of" in ended.stdout
    assert "BROKEN" not in ended.stdout
