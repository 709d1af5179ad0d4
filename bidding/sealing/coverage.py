"""How sealed rosters follow from entries: each block through what its people commit to."""

import zlib
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from bidding.sealing.queries import block_context
from bidding.sealing.tables import SealedBlock
from oversight.keys.directory import ring
from oversight.ledger.coverage import Coverage, Covered


def people_of(row: Mapping[str, Any]) -> bytes:
    """Return the JSON of a block's people.

    Raises:
        ProofRejected: the column does not open in its place.
    """
    context = block_context(row["draw"], row["stratum"], row["block"])
    return zlib.decompress(ring().fields.open(bytes(row["people"]), context))


def commitments_digest(row: Mapping[str, Any]) -> str:
    """Return the SHA-256, hex, of a block's commitments."""
    return sha256(bytes(row["commitments"])).hexdigest()


def people_digest(row: Mapping[str, Any]) -> str:
    """Return the SHA-256, hex, of the JSON of a block's people; raises as `people_of`."""
    return sha256(people_of(row)).hexdigest()


COVERAGE: tuple[Coverage, ...] = (
    Covered(
        SealedBlock,
        key=("draw", "stratum", "block"),
        said=("id", "size", "act"),
        opened={"commitments": commitments_digest, "people": people_digest},
    ),
)
