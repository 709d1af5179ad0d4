"""The project's own draw vectors, with altered cases spelled out."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "api_spec" / "vectors" / "draw.json"
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))  # where the scripts are found that make them


def own_cases() -> list[dict[str, Any]]:
    """Return every case with its bundle, trust file and auditor's file (or None)."""
    cases = json.loads(FILE.read_text(encoding="utf-8"))["cases"]
    by_name = {case["name"]: case for case in cases}
    return [_spelled_out(case, by_name) for case in cases]


def _spelled_out(case: dict[str, Any], by_name: dict[str, Any]) -> dict[str, Any]:
    if "of" not in case:
        return {"auditor": None, **case}
    whole = copy.deepcopy({"auditor": None, **by_name[case["of"]]})
    holder = whole[case["file"]]
    for key in case["at"][:-1]:
        holder = holder[key]
    if "to" in case:
        holder[case["at"][-1]] = case["to"]
    else:
        del holder[case["at"][-1]]
    return whole | {key: case[key] for key in ("name", "verdict", "refused_at")}
