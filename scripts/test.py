"""Run the whole test suite: `python3 scripts/test.py [pytest arguments]`.

Builds `.venv` first where it is missing. SQLite and PostgreSQL are both covered; the report's
last lines say so. Without arguments everything runs, on up to four cores at once.
"""

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.environment import ROOT, enter, keeping_bytecode

WORKERS_MAX = 4  # each has a PostgreSQL server of its own


def main() -> int:
    """Run pytest in the project's own environment and return its exit status."""
    enter("test")
    workers = min(os.cpu_count() or 1, WORKERS_MAX)
    everything = ["-n", str(workers), "--dist", "worksteal"]  # neighbours share what a module makes
    command = [sys.executable, "-m", "pytest", *(sys.argv[1:] or everything)]
    return subprocess.run(command, cwd=ROOT, env=keeping_bytecode(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
