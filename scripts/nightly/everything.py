"""What is too long for every change: all tamperings, all crashes, a minute of load.

    python3 scripts/nightly/everything.py

The suite tries samples of the same: every covered column and every public file, every statement
at which a process can die or a disk fail, two processes and two sequencers under load. Of the
tampered bundles on which three verifiers must agree the suite tries one seed's, this five seeds'.
"""

import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from scripts.environment import ROOT, enter, keeping_bytecode

ASKED = {
    "DAYLIGHT_EVERY_CHANGE": "1",
    "DAYLIGHT_SWEEP": "all",
    "DAYLIGHT_TEST_FULL_SWEEP": "1",
    "DAYLIGHT_TEST_LOAD_SECONDS": "60",
}
TESTS = (
    "tests/commands/test_tampering_named.py",
    "tests/commands/test_public_tampering_named.py",
    "tests/vectors/test_tampered_bundles.py",
    "tests/browser/test_tampered_in_the_page.py",
    "tests/faults",
)


def main() -> int:
    """Run all of it; return the exit status."""
    enter("test")
    begun = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", *TESTS, *sys.argv[1:]]
    done = subprocess.run(command, cwd=ROOT, env=keeping_bytecode() | ASKED, check=False)
    print(f"{(time.monotonic() - begun) / 60:.0f} minutes")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
