"""Run the whole test suite: `python3 scripts/test.py [pytest arguments]`.

Builds `.venv` first where it is missing. SQLite and PostgreSQL are both covered;
the report's first and last lines say so.
"""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from scripts.environment import ROOT, enter


def main() -> int:
    """Run pytest in the project's own environment and return its exit status."""
    enter("test")
    command = [sys.executable, "-m", "pytest", *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
