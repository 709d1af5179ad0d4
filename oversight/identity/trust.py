"""The trust file as this service would have it; a verifier compares it with other sources."""

from oversight.configuration import settings
from oversight.identity import queries
from oversight.identity.schema import Trust, TrustedEdition, Witnesses
from oversight.keys.directory import ring
from oversight.ledger.notes import make_vkey
from oversight.rulebook.rules import edition


async def trust_file() -> Trust:
    """Return log key, parties and editions in the form of draw.md (bundle and trust file)."""
    return Trust(
        log_keys=[make_vkey(settings().origin, ring().log.public)],
        witnesses=Witnesses(0, []),
        center=await queries.center(),
        parties=await queries.trust_parties(),
        beacons={},
        editions={name: _trusted_edition(name) for name in settings().editions},
    )


def _trusted_edition(name: str) -> TrustedEdition:
    figures = edition(name).draw
    return TrustedEdition(
        vrf_lead_hours=figures.vrf_lead_hours,
        round_lead_minutes=figures.round_lead_minutes,
        attempts_max=figures.attempts_max,
        roster_multiple=figures.roster_multiple,
        must_contribute=list(figures.must_contribute),
        demo=figures.demo,
    )
