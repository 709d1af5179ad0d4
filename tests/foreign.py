"""Where the vectors of other projects lie, and what happens when they do not."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest


def foreign_vectors(name: str) -> Any:
    """Return the parsed vector file of that name (with or without `.json`).

    The folder is DAYLIGHT_FOREIGN_VECTORS, else `../shared/vectors` beside the repository. Without
    the file the test is skipped aloud; under CI=true it fails, for there nothing may be skipped.
    """
    folder = os.environ.get("DAYLIGHT_FOREIGN_VECTORS") or "../shared/vectors"
    repository = Path(__file__).resolve().parent.parent
    path = repository / folder / (name if name.endswith(".json") else f"{name}.json")
    if path.is_file():
        return json.loads(path.read_text(encoding="utf-8"))
    message = f"NOT CHECKED: foreign vectors {path.name} are missing; set DAYLIGHT_FOREIGN_VECTORS"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message, allow_module_level=True)
