"""Write the documents that are made from the code: API description, rulebook, permissions, facts.

.venv/bin/python scripts/describe.py            write them
.venv/bin/python scripts/describe.py --check    exit 1, naming those that have drifted
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from api_spec.generated import documents  # noqa: E402


def main(arguments: list[str]) -> int:
    """Write or check; return the exit status."""
    drifted = [name for name, text in documents().items() if _read(ROOT / name) != text]
    if "--check" in arguments:
        for name in drifted:
            print(f"{name} has drifted: run scripts/describe.py")
        return 1 if drifted else 0
    for name, text in documents().items():
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(text, encoding="utf-8")
    print(f"{len(drifted)} changed: {', '.join(drifted) or 'none'}")
    return 0


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
