"""What one large stratum costs from the database to its root: loading and decrypting apart.

    python -m scripts.bench.seal [EXPERTS]

The pool's rows are written in bulk in one act with one entry instead of one for each expert: what
is measured reads rows only. One run, SQLite; bare decryption of as many names stands beside.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api_spec import assembly
from bidding.eligibility.queries import judge, load, open_names
from bidding.eligibility.rules import Conditions
from bidding.intake.facts import Imported
from bidding.intake.rules import IMPORT_EXPERTS
from bidding.roster.commands import EXPERT_COLUMNS
from bidding.roster.tables import Expert, ExpertSpecialty
from bidding.sealing.rules import Candidate, ranked, roster_root, seal_experts
from oversight.act import begin
from oversight.authority.rules import Actor, Post, Role
from oversight.database import bulk_insert, close_database, open_database
from oversight.keys.directory import make_ring, open_ring, ring, use_ring
from oversight.ledger.terms import Terms, use_terms

T = TypeVar("T")
SPECIALTY, REGION = "A080104", "410922"
SECRET = bytes(range(32))
CONDITIONS = Conditions(on=date(2026, 3, 4), lookback_years=3)


def timed(what: str, deed: Callable[[], T]) -> T:
    """Do something, print how long it took, and return what came of it."""
    start = perf_counter()
    made = deed()
    print(f"{what:42} {perf_counter() - start:8.2f} s", flush=True)
    return made


def rows(count: int) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a made-up pool: one specialty, one county, names of three characters."""
    at, chunk = datetime(2026, 3, 1, tzinfo=UTC), 10_000
    for start in range(0, count, chunk):
        numbers = range(start, min(start + chunk, count))
        idents = [f"0195a000-0000-7000-8000-{number:012x}" for number in numbers]
        names = ring().fields.seal_many(
            [f"专家{number % 997}".encode() for number in numbers],
            [f"expert/name/{ident}" for ident in idents],
        )
        for number, ident, name in zip(numbers, idents, names, strict=True):
            index = number.to_bytes(32, "big")
            employer = f"河南省第{number % 4000}建筑设计研究院有限公司"
            sealed = (name, b"", b"", index, index, index)  # id number and phone are not read
            place = (employer, employer, "", REGION, SPECIALTY)
            career = ("高级工程师", 12, 1975, None, None)
            yield (ident, "admitted", *sealed, *place, *career, "", at, "bench")


async def fill(count: int) -> None:
    """Write the pool's rows."""
    keeper = Actor("center", Role.TRADING_CENTER, "keeper", frozenset({Post.POOL_KEEPER}))
    async with begin(keeper, IMPORT_EXPERTS) as act:
        file: dict[str, str | int] = {"sha256": "", "bytes": 0, "media_type": "text/csv"}
        await act.record(Imported(file, count, count, 0, {}, act.conceal("person", "keeper")))
        await bulk_insert(Expert, EXPERT_COLUMNS, rows(count))
        places = (
            (SPECIALTY, f"0195a000-0000-7000-8000-{number:012x}", "bench")
            for number in range(count)
        )
        await bulk_insert(ExpertSpecialty, ("code", "expert", "act"), places)


def bare_decryption(count: int) -> None:
    """Open as many ciphertexts of the same length with the library alone."""
    cipher, nonce = AESGCM(bytes(32)), bytes(12)
    sealed = cipher.encrypt(nonce, "专家123".encode(), b"context")
    for _ in range(count):
        cipher.decrypt(nonce, sealed, b"context")


async def measure(place: Path, count: int) -> None:
    """Print what each part costs."""
    make_ring(place / "keys")
    use_ring(open_ring(place / "keys"))
    use_terms(Terms("bench.daylight.invalid/log"))
    await open_database(f"sqlite:///{place}/pool.sqlite", assembly.TABLES, assembly.MIGRATED)
    await fill(count)
    start = perf_counter()
    loaded = await load([(SPECIALTY, REGION)], CONDITIONS)
    print(f"{'loading':42} {perf_counter() - start:8.2f} s", flush=True)
    (pool,) = timed("judging (pure)", lambda: judge(loaded, CONDITIONS))
    assert len(pool.eligible) == count, "everybody is eligible"
    names = timed("decrypting names", lambda: open_names(pool.eligible))
    timed("  bare AES-256-GCM of as many", lambda: bare_decryption(count))
    people = [
        Candidate(one.expert, name, one.employer, one.region, one.specialties.split(","))
        for one, name in zip(pool.eligible, names, strict=True)
    ]
    sealed = timed("commitments (pure)", lambda: seal_experts(SECRET, people))
    order = timed("sorting (pure)", lambda: ranked(sealed))
    timed("root (pure)", lambda: roster_root([sealed[index] for index in order]))
    await close_database()


def main() -> int:
    """Measure in a scratch directory."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"one stratum of {count:,} experts")
    with tempfile.TemporaryDirectory() as place:
        asyncio.run(measure(Path(place), count))
    return 0


if __name__ == "__main__":
    sys.exit(main())
