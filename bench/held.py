"""What a command used. A process counts the memory of the one that began it as its own: so a small one stands between.

`python bench/held.py command …` prints its processor time in seconds, and the most memory that it held in kB.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Held(NamedTuple):
    """What a command used: seconds of processor time, and MB at most; of its own processes, whichever held more."""

    cpu: float
    memory: float


def held(command: Sequence[str | Path], env: Mapping[str, str]) -> Held:
    """Run a command to its end, which must be a good one."""
    told = subprocess.run(
        [sys.executable, __file__, *command], env=env, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    cpu, memory = told.stdout.split()
    return Held(float(cpu), int(memory) / 1024)


def main() -> None:
    ended = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, env=os.environ, check=False)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(used.ru_utime + used.ru_stime, used.ru_maxrss)
    sys.exit(ended.returncode)


if __name__ == "__main__":
    main()
