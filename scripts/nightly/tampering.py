"""Change every covered column of every table, one at a time, and demand that the audit names it.

python3 scripts/nightly/tampering.py    all changes on both engines: about five minutes each

The suite tries a sample of the same changes (`tests/commands/test_tampering_named.py`).
"""

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from scripts.environment import ROOT, enter


def main() -> int:
    """Run the test of all changes; return its exit status."""
    enter("test")
    command = [sys.executable, "-m", "pytest", "-q", "tests/commands/test_tampering_named.py"]
    every = {**os.environ, "DAYLIGHT_EVERY_CHANGE": "1"}
    return subprocess.run([*command, *sys.argv[1:]], cwd=ROOT, env=every, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
