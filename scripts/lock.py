"""Write the two lock files anew: hashes for every archive, and no address of any index.

`python scripts/lock.py` (needs `uv`, a resolver; only maintainers run this).
One universal resolution serves Python 3.11 to 3.13.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESOLVE = [
    "uv", "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11",
    "--generate-hashes", "--no-emit-index-url", "--no-annotate", "--no-header", "--quiet",
]  # fmt: skip
LOCKS = {
    "requirements.lock": ["--group", "build"],
    "requirements-test.lock": ["--group", "build", "--group", "test", "--group", "bench",
                               "-c", "requirements.lock"],
}  # fmt: skip


def main() -> int:
    """Resolve both sets, the second held to the versions of the first."""
    for name, groups in LOCKS.items():
        subprocess.run([*RESOLVE, *groups, "-o", name, *sys.argv[1:]], cwd=ROOT, check=True)
        assert "http://" not in (text := (ROOT / name).read_text()), name
        assert "https://" not in text, name
    return 0


if __name__ == "__main__":
    sys.exit(main())
