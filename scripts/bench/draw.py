"""Measure drawing and sealing beside their raw costs and beside peers, in one run.

    python scripts/bench/draw.py [--experts 1000000] [--runs 5] [--without-peers]

Every figure is a ratio of medians measured in turn (ours, raw, ours, raw, ...): bare times say
more about the machine than about the code. The bounds are those of docs/benchmarks/draw.md; the
exit status is 1 when one is missed.
"""

import argparse
import hmac
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256, shake_256
from pathlib import Path

from bidding.lottery.rules import TICKET_BYTES, Order, stratum_key
from bidding.sealing.rules import Candidate, ranked, roster_root, seal_experts
from scripts.draw_scene import Told
from scripts.made_up_log import Scene, experts

SEATS = 7
DRAW_BOUND, SEAL_BOUND = 1.5, 1.75
BUNDLE_BYTES_BOUND, VERIFY_SECONDS_BOUND = 64 * 1024, 2.0
VERIFIER = Path(__file__).resolve().parents[1] / "verify_proof.py"
SEED = sha256(b"a seed for measuring, never for drawing").digest()
STRATUM = "A08@510000"


def seconds(deed: Callable[[], object]) -> float:
    """Return how long one call of `deed` takes."""
    start = time.perf_counter()
    deed()
    return time.perf_counter() - start


def side_by_side(
    ours: Callable[[], object], raw: Callable[[], object], runs: int
) -> tuple[float, float]:
    """Return the median seconds of both, measured in turn after one warm-up of each."""
    ours(), raw()
    pairs = [(seconds(ours), seconds(raw)) for _ in range(runs)]
    return statistics.median(one for one, _ in pairs), statistics.median(two for _, two in pairs)


def draw_figures(size: int, runs: int) -> float:
    """Print and return what tickets and selection cost over the bare stream."""

    def ours() -> list[int]:
        order = Order(SEED, STRATUM, size)
        return [order[rank] for rank in range(SEATS)]

    def raw() -> bytes:
        return shake_256(stratum_key(SEED, STRATUM)).digest(TICKET_BYTES * size)

    mine, bare = side_by_side(ours, raw, runs)
    print(
        f"draw   {SEATS} of {size:,}: tickets + selection {mine:.3f} s, bare SHAKE256 {bare:.3f} s"
    )
    print(f"       ratio {mine / bare:.2f} (bound {DRAW_BOUND})")
    return mine / bare


def candidates(size: int) -> list[Candidate]:
    """Return a pool of about the lengths that real ones have."""
    return [
        Candidate(
            f"0190a3c2-7b1e-7000-8000-{number:012x}",
            f"张三{number % 977}",
            f"四川省第{number % 4000}建筑设计研究院有限公司",
            f"51{number % 20:02d}00",
            ["A08", "A0801", "B01"],
        )
        for number in range(size)
    ]


def seal_figures(size: int, runs: int) -> float:
    """Print and return what sealing costs over one HMAC-SHA512 and five SHA-256 for each entry."""
    pool, secret = candidates(size), SEED

    def ours() -> bytes:
        sealed = seal_experts(secret, pool)
        return roster_root([sealed[index] for index in ranked(sealed)])

    def raw() -> None:
        part, pair = b"x" * 128, b"y" * 65
        for one in pool:
            hmac.digest(secret, one.expert.encode(), "sha512")
            sha256(part).digest()
            sha256(part).digest()
            sha256(pair).digest()
            sha256(pair).digest()
            sha256(pair).digest()

    mine, bare = side_by_side(ours, raw, max(1, runs // 2))
    print(f"seal   {size:,}: commitments + sort + tree {mine:.2f} s, bare hashes {bare:.2f} s")
    print(f"       ratio {mine / bare:.2f} (bound {SEAL_BOUND})")
    return mine / bare


def peer_figures(size: int) -> None:
    """Print what other libraries for verifiable sampling take for the same selection."""
    from consistent_sampler import sampler
    from cryptorandom.cryptorandom import SHA256
    from cryptorandom.sample import random_sample

    ids = [f"{number:07d}" for number in range(size)]
    ours = seconds(lambda: Order(SEED, STRATUM, size)[SEATS - 1])
    peers: dict[str, Callable[[], object]] = {
        "cryptorandom 0.4 (PIKK: a ticket for each)": lambda: random_sample(
            size, SEATS, method="PIKK", prng=SHA256(SEED.hex())),
        "consistent-sampler 1.0.10": lambda: list(sampler(ids, SEED.hex(), take=SEATS)),
    }  # fmt: skip
    for name, deed in peers.items():
        theirs = seconds(deed)
        print(f"peer   {name}: {theirs:.2f} s, {theirs / ours:.0f} x ours")


def bundle_figures(size: int, runs: int) -> bool:
    """Print a whole bundle's size and how long the offline verifier takes, a process each time."""
    told = Told(Scene("a roster for measuring")).commit()
    told.seal({STRATUM: (SEATS, experts("A08", range(size), "510000"))}, {"employer": SEATS})
    bundle = json.dumps(told.reveal().draw().identify().bundle(), ensure_ascii=False).encode()
    with tempfile.TemporaryDirectory() as place:
        files = Path(place, "bundle.json"), Path(place, "trust.json")
        files[0].write_bytes(bundle)
        files[1].write_text(json.dumps(told.scene.trust()))
        command = [sys.executable, str(VERIFIER), str(files[0]), "--trust", str(files[1])]

        def judged() -> None:
            subprocess.run(command, check=True, capture_output=True)

        took = statistics.median(seconds(judged) for _ in range(runs))
    print(f"bundle {size:,}: {len(bundle):,} bytes (bound {BUNDLE_BYTES_BOUND:,})")
    print(f"       verify_proof.py, whole process {took:.2f} s (bound {VERIFY_SECONDS_BOUND})")
    return len(bundle) < BUNDLE_BYTES_BOUND and took < VERIFY_SECONDS_BOUND


def main() -> int:
    """Measure, print, and say whether a bound was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--experts", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--without-peers", action="store_true")
    asked = parser.parse_args()
    kept = [draw_figures(asked.experts, asked.runs) <= DRAW_BOUND]
    kept.append(seal_figures(asked.experts, asked.runs) <= SEAL_BOUND)
    kept.append(bundle_figures(asked.experts, asked.runs))
    if not asked.without_peers:
        peer_figures(asked.experts)
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
