"""Write the lock files anew: hashes for every archive, and no address of any index.

`python scripts/lock.py` (needs `uv`, a resolver; only maintainers run this).
One universal resolution serves Python 3.11 to 3.13. The witness by others that our log is held
against has a lock of its own: it needs Python 3.12 and never shares an environment with us.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESOLVE = [
    "uv", "pip", "compile", "--universal",
    "--generate-hashes", "--no-emit-index-url", "--no-annotate", "--no-header", "--quiet",
]  # fmt: skip
PROJECT = ["pyproject.toml", "--python-version", "3.11"]
LOCKS = {
    "requirements.lock": [*PROJECT, "--group", "build"],
    "requirements-test.lock": [*PROJECT, "--group", "build", "--group", "test", "--group", "bench",
                               "-c", "requirements.lock"],
    "requirements-witness.lock": ["--python-version", "3.12", "--group", "witness"],
}  # fmt: skip


def main() -> int:
    """Resolve all sets, the second held to the versions of the first."""
    for name, groups in LOCKS.items():
        subprocess.run([*RESOLVE, *groups, "-o", name, *sys.argv[1:]], cwd=ROOT, check=True)
        assert "http://" not in (text := (ROOT / name).read_text()), name
        assert "https://" not in text, name
    return 0


if __name__ == "__main__":
    sys.exit(main())
