"""The worked example in a document: computed, put into its place, or held against what is there."""

import sys
from pathlib import Path

BEGIN, END = "<!-- worked example: begin -->", "<!-- worked example: end -->"


def placed(document: Path, example: str) -> str:
    """Return the document with the worked example as it must be."""
    before, _, rest = document.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{example}\n{END}{after}"


def write_or_check(document: Path, example: str) -> None:
    """Write the document; with --check exit 1 if it differs."""
    new = placed(document, example)
    if "--check" in sys.argv[1:]:
        sys.exit(0 if document.read_text(encoding="utf-8") == new else 1)
    document.write_text(new, encoding="utf-8")
