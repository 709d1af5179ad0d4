"""Measure the verification of a round: by the library, and by the offline program on its own.

    python -m scripts.bench.beacon [--runs 5]

The program's figure is that of a whole process over a bundle with one round, beside the same
process over a bundle without one. The exit status is 1 when the bound is missed.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from oversight.beacon.rules import verify_round
from scripts.bench.draw import VERIFIER, seconds
from scripts.made_up_beacon import CHAIN, signature_of

VECTORS = Path(__file__).resolve().parents[2] / "api_spec" / "vectors" / "draw.json"
BOUND = 10.0  # seconds, for a bundle with one round


def whole_process(case: dict[str, Any], runs: int) -> float:
    """Return the median seconds that the offline program takes over a case."""
    with tempfile.TemporaryDirectory() as place:
        files = Path(place, "bundle.json"), Path(place, "trust.json")
        for file, name in zip(files, ("bundle", "trust"), strict=True):
            file.write_text(json.dumps(case[name]))
        command = [
            sys.executable,
            "-I",
            "-S",
            str(VERIFIER),
            str(files[0]),
            "--trust",
            str(files[1]),
        ]

        def judged() -> None:
            subprocess.run(command, check=True, capture_output=True)

        return statistics.median(seconds(judged) for _ in range(runs))


def main() -> int:
    """Measure, print, and say whether the bound was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    cases = {case["name"]: case for case in json.loads(VECTORS.read_text())["cases"]}
    signature = bytes.fromhex(signature_of(1000))
    library = [seconds(lambda: verify_round(CHAIN, 1000, signature)) for _ in range(10 * runs)]
    print(f"round  library {1000 * statistics.median(library):.1f} ms")
    bare = whole_process(cases["witnessed by one of one"], runs)
    took = whole_process(cases["bound to a round"], runs)
    print(f"bundle verify_proof.py, whole process: {bare:.2f} s without a round")
    print(f"       verify_proof.py, whole process: {took:.2f} s with one (bound {BOUND:.0f})")
    return 0 if took < BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
