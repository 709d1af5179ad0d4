"""Showing protected fields, each showing recorded first; digesting a day's readings."""

from datetime import UTC, date, datetime

from bidding.reading import queries
from bidding.reading.facts import Digested
from bidding.reading.rules import (
    DAY_DIGESTED_ONCE,
    DIGEST_READINGS,
    SHOW_EXPERT,
    check_day,
    check_fields,
    digest_of,
)
from bidding.reading.schema import DigestReceipt, Showing, Shown
from bidding.reading.tables import Reading, ReadingDigest
from bidding.roster import queries as roster
from oversight.act import begin
from oversight.ambient import Clock, utc_now
from oversight.authority.rules import Actor, require
from oversight.database import writing
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.keys.directory import ring

NOW = Occasion()


async def show_expert(actor: Actor, expert: str, asked: Showing, clock: Clock = utc_now) -> Shown:
    """Return protected fields of an expert; that they were shown is on record before they are.

    Raises:
        RuleBroken: PERMISSION_HELD; FIELDS_PROTECTED; EXPERT_KNOWN.
    """
    require(actor, SHOW_EXPERT)
    fields = check_fields(asked.fields, asked.purpose)
    row = await roster.expert(expert)
    await note_reading(actor, expert, fields, asked.purpose, clock())
    cipher = ring().fields
    opened = {
        field: cipher.open(bytes(row[f"sealed_{field}"]), f"expert/{field}/{expert}").decode()
        for field in fields
    }
    return Shown(expert, **opened)


async def note_reading(
    actor: Actor, expert: str, fields: tuple[str, ...], purpose: str, at: datetime
) -> None:
    """Write that somebody is shown protected fields. No domain row and no entry: the only
    function that writes readings, in a transaction of its own."""
    async with writing():
        await Reading.insert(
            Reading(
                expert=expert,
                party=actor.party,
                person=actor.person,
                fields=",".join(fields),
                purpose=purpose,
                at=at,
                day=at.astimezone(UTC).date(),
            )
        )


async def digest_readings(actor: Actor, day: date, occasion: Occasion = NOW) -> DigestReceipt:
    """Put the digest of a day's readings on the log: from then on none can be changed unseen.

    Raises:
        RuleBroken: DAY_OVER; DAY_DIGESTED_ONCE.
    """
    async with begin(actor, DIGEST_READINGS, occasion) as act:
        check_day(day, act.at.date())
        if await queries.is_digested(day):
            raise RuleBroken(DAY_DIGESTED_ONCE, needed="another day", day=day.isoformat())
        found = await queries.readings_of(day)
        sha256 = digest_of(found)
        fact = Digested(day=day.isoformat(), readings=len(found), sha256=sha256)
        await act.record(fact, subject="")
        await ReadingDigest.insert(
            ReadingDigest(day=day, readings=len(found), sha256=sha256, act=act.id)
        )
        return act.answered(DigestReceipt(act.id, day.isoformat(), len(found), sha256))
