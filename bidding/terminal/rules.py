"""What the terminal is sure of before it fixes or computes anything (draw.md, 3, 5). Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from bidding.bundle.rules import Round
from oversight.beacon.rules import Chain, first_round_at_or_after
from oversight.errors import Ground, Rule, RuleBroken

REVEAL_TIME_AHEAD = Rule(
    "terminal.reveal_time_ahead",
    "Reveals are due after the seal, soon enough that the draw is not forgotten.",
    "design: draw.md#3. Seal",
    Ground.UNLAWFUL,
)
CONTRIBUTOR_KEY_GOOD = Rule(
    "terminal.contributor_key_good",
    "The key under which a contributor committed was not compromised or lost before the seal.",
    "design: draw.md#Words and bytes",
)
VRF_KEY_PUBLISHED = Rule(
    "terminal.vrf_key_published",
    "The center's VRF key is on the log before anything is sealed under it.",
    "design: draw.md#3. Seal",
)
VRF_KEY_AT_HAND = Rule(
    "terminal.vrf_key_at_hand",
    "The key that the request names is the one that this service holds.",
    "design: draw.md#5. Draw",
)

REVEAL_MINUTES_MIN = 1
REVEAL_DAYS_MAX = 30


def reveal_time(wanted: datetime | None, sealed: datetime, minutes: int) -> datetime:
    """Return the last moment for reveals, in whole seconds.

    Args:
        wanted: what the operator asks for, or None for the edition's `minutes` after the seal.

    Raises:
        RuleBroken: REVEAL_TIME_AHEAD.
    """
    due = wanted or (sealed + timedelta(minutes=minutes)).replace(microsecond=0)
    assert due.microsecond == 0
    earliest = sealed + timedelta(minutes=REVEAL_MINUTES_MIN)
    latest = sealed + timedelta(days=REVEAL_DAYS_MAX)
    if wanted is not None and not earliest <= due <= latest:
        raise RuleBroken(
            REVEAL_TIME_AHEAD,
            needed=f"{REVEAL_MINUTES_MIN} minute to {REVEAL_DAYS_MAX} days after the seal",
            reveal_by=due.isoformat(),
        )
    return due


def bound_round(chain: Chain | None, reveal_by: datetime, lead_minutes: int) -> Round | None:
    """Return the round that a seal binds: the first one late enough. Nobody chooses it.

    Args:
        chain: in use here; None: the draw goes without a beacon.
        reveal_by: in whole seconds.
        lead_minutes: the edition's, from reveal_by to the round.
    """
    if chain is None:
        return None
    second = int(reveal_by.timestamp()) + 60 * lead_minutes
    return Round(chain=chain.hash, round=first_round_at_or_after(chain, second))


def check_contributor_keys(
    committed: Iterable[tuple[str, str]], good: Mapping[str, Collection[str]]
) -> None:
    """Return only if a verifier will trust every contributor's key.

    Args:
        committed: party and key of each contributor.
        good: by party, the keys whose signatures hold, superseded ones among them.

    Raises:
        RuleBroken: CONTRIBUTOR_KEY_GOOD, naming the parties whose key is not.
    """
    if spoiled := [party for party, key in committed if key not in good.get(party, ())]:
        raise RuleBroken(
            CONTRIBUTOR_KEY_GOOD,
            needed="a further attempt: this one is closed, and all commit anew",
            parties=spoiled,
        )


def check_key_at_hand(request_key: str, held: bool) -> None:
    """Return only if the VRF key that the request names (hex) is held here.

    Raises:
        RuleBroken: VRF_KEY_AT_HAND.
    """
    if not held:
        raise RuleBroken(
            VRF_KEY_AT_HAND,
            needed="the key that was sealed; without it the supervisor voids with no-proof",
            sealed_under=request_key,
        )
