"""The trust file as this service would have it; a verifier compares it with other sources."""

from oversight.beacon.queries import pinned_chains
from oversight.beacon.rules import Chain
from oversight.configuration import settings
from oversight.custody.queries import key_lives
from oversight.custody.rules import LOG, LOG_KEY_TYPES, LOG_MLDSA
from oversight.identity import queries
from oversight.identity.schema import Trust, TrustedBeacon, TrustedEdition, Witnesses
from oversight.keys.directory import ring
from oversight.ledger.effect import eras_now
from oversight.ledger.notes import COSIGNATURE_ED25519, make_vkey
from oversight.rulebook.rules import edition


async def trust_file() -> Trust:
    """Return log keys, parties, chains and editions in the form of draw.md (bundle, trust file)."""
    return Trust(
        log_keys=await _log_keys(),
        witnesses=await _witnesses(),
        center=await queries.center(),
        parties=await queries.trust_parties(),
        beacons={name: _trusted_beacon(chain) for name, chain in pinned_chains().items()},
        editions={name: _trusted_edition(name) for name in settings().editions},
    )


async def _log_keys() -> list[str]:
    """Return the verifier keys of the log: those on record and at hand, without retired ones.

    A key is named from its publication on, before it signs, so that a trust file fetched during a
    rotation holds the old key and the new one. Draw verifiers ignore the type of ML-DSA-44.
    """
    held = {
        LOG: [key.public.hex() for key in ring().log_keys],
        LOG_MLDSA: [key.public.hex() for key in ring().log_mldsa],
    }
    named = []
    for purpose, own in held.items():
        type_ = LOG_KEY_TYPES[purpose]
        lives = await key_lives(purpose)
        retired = {life.key for life in lives if life.retired_at}
        known = dict.fromkeys([*(life.key for life in lives), *own])
        publics = [bytes.fromhex(key) for key in known if key not in retired]
        named += [make_vkey(settings().origin, public, type_) for public in publics]
    return named


async def _witnesses() -> Witnesses:
    """Return the witnesses of the policy that judges the log now, as far as draw.md counts them.

    It counts Ed25519 cosigners alone; a policy whose quorum needs others as well cannot be said
    in this form, and asks for more of these than there are.
    """
    policy = (await eras_now())[-1].policy
    keys = [key for key in policy.cosigners() if key.type == COSIGNATURE_ED25519]
    return Witnesses(policy.least(), [make_vkey(key.name, key.public, key.type) for key in keys])


def _trusted_beacon(chain: Chain) -> TrustedBeacon:
    return TrustedBeacon(chain.public_key, chain.scheme, chain.period, chain.genesis)


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
