"""A house whose checkpoints a witness cosigns as they come, by the house's own clock."""

from __future__ import annotations

from oversight.keys.signing import SigningKey
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.cosignatures import cosign_ed25519
from oversight.ledger.notes import COSIGNATURE_ED25519, VerifierKey
from oversight.ledger.terms import terms
from oversight.publication.collecting import store_cosignature
from oversight.values.digests import sha256

WITNESS = SigningKey(sha256(b"a witness"))
COSIGNER = VerifierKey("witness.example", COSIGNATURE_ED25519, WITNESS.public)


class Cosigned:
    """The house, and its witness; while it is not `awake` it signs nothing."""

    def __init__(self, house):
        self._house, self.awake = house, True

    def __getattr__(self, name):
        return getattr(self._house, name)

    def __setattr__(self, name, value):
        if name in {"_house", "awake"}:
            object.__setattr__(self, name, value)
        else:
            setattr(self._house, name, value)

    async def settle(self):
        point = await self._house.settle()
        if self.awake:
            text = Checkpoint(terms().origin, point.size, point.root).text()
            seconds = int(self._house.now.timestamp())
            line = cosign_ed25519(text, COSIGNER.name, WITNESS, seconds)
            await store_cosignature(point, COSIGNER, line)
        return point
