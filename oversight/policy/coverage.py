"""Policies stand in their entries alone."""

from collections.abc import Mapping

from oversight.ledger.policy import PolicyAdopted

LEAVES_NO_ROW: Mapping[str, str] = {
    PolicyAdopted.kind: "effect is computed from the entry itself, and never stored"
}
