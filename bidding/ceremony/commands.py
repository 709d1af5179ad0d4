"""Recording what happens on the day: recordings vouched for, heads elected, the end."""

from typing import Any

from bidding.ceremony import queries
from bidding.ceremony.facts import Concluded, HeadElected, RecordingWitnessed
from bidding.ceremony.rules import (
    CONCLUDE,
    ELECT_HEAD,
    RECORDING_SOUND,
    WITNESS_RECORDING,
    check_head,
    check_not_concluded,
    check_opened,
    check_recording,
)
from bidding.ceremony.schema import ConclusionForm, DayReceipt, HeadForm, RecordingForm
from bidding.ceremony.tables import CeremonyConclusion, CeremonyRecording, CommitteeHead
from bidding.draw import queries as draws
from bidding.draw.rules import Case, Step, advance
from bidding.draw_record.rules import check_reader
from bidding.sealed_list import queries as lists
from bidding.sign_in import queries as doors
from bidding.suspension.queries import check_running, session_of
from oversight.act import Act, begin
from oversight.authority.rules import Actor
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.keys.directory import ring
from oversight.rulebook.queries import editions_in_force
from oversight.rulebook.rules import edition
from oversight.values.instants import from_text, to_micro_text


async def witness_recording(
    actor: Actor, draw: str, form: RecordingForm, occasion: Occasion
) -> DayReceipt:
    """Vouch, as the supervisor, for a recording of the draw or of the evaluation.

    Raises:
        RuleBroken: DRAW_EXISTS; READER_ENTITLED; RECORDING_SOUND.
    """
    async with begin(actor, WITNESS_RECORDING, occasion) as act:
        found = await _session(draw)
        check_reader(actor, [one.party for one in found.senders])
        try:
            started, ended = from_text(form.started_at), from_text(form.ended_at)
        except ValueError:
            raise RuleBroken(RECORDING_SOUND, needed="times that exist") from None
        check_recording(started, ended, act.at)
        number = await queries.recordings(found.id) + 1
        ident = f"{found.id}/{number}"
        details = {
            "place": form.place,
            "started_at": to_micro_text(started),
            "ended_at": to_micro_text(ended),
            "statement": form.statement,
            "person": actor.person,
        }
        fact = RecordingWitnessed(
            draw=found.id,
            number=number,
            recording=form.recording,
            details=act.conceal("details", details),
        )
        await act.record(fact, subject=found.subject)
        words = ring().fields.seal(form.statement.encode(), queries.statement_context(ident))
        await CeremonyRecording.insert(
            CeremonyRecording(
                id=ident,
                draw=found.id,
                number=number,
                recording=form.recording,
                place=form.place,
                started_at=started,
                ended_at=ended,
                statement=words,
                person=actor.person,
                act=act.id,
            )
        )
        return act.answered(_receipt(act, found, number))


async def _session(draw: str) -> Case:
    """Return the first draw of a session, which nobody else works on until the act ends."""
    return await draws.case(session_of(await draws.case(draw)), lock=True)


def _receipt(act: Act, found: Case, number: int) -> DayReceipt:
    return DayReceipt(found.id, number, to_micro_text(act.at), act.id)


async def elect_head(actor: Actor, draw: str, form: HeadForm, occasion: Occasion) -> DayReceipt:
    """Record whom the members elected as their head.

    Raises:
        RuleBroken: DRAW_EXISTS; STEP_LAWFUL; NOT_SUSPENDED; CONTACT_OPEN; LIST_OPENED_FIRST;
            HEAD_ELIGIBLE.
    """
    async with begin(actor, ELECT_HEAD, occasion) as act:
        found = await _opened_session(draw)
        who = (form.of or found.id, form.line, form.representative or "")
        seated = await _sits(found, *who)
        held = editions_in_force().get(found.rulebook) or edition(found.rulebook)
        check_head(form.line, seated, held)
        number = await queries.heads(found.id) + 1
        told: dict[str, Any] = dict(zip(("of", "line", "representative"), who, strict=True))
        details = act.conceal("details", {**told, "person": actor.person})
        fact = HeadElected(draw=found.id, number=number, details=details)
        await act.record(fact, subject=found.subject)
        await CommitteeHead.insert(
            CommitteeHead(
                **told,
                id=f"{found.id}/{number}",
                draw=found.id,
                number=number,
                person=actor.person,
                act=act.id,
            )
        )
        return act.answered(_receipt(act, found, number))


async def _opened_session(draw: str) -> Case:
    found = await _session(draw)
    advance(found.state, Step.ANSWER)
    await check_running(found)
    row = await lists.newest(found.id)
    check_opened(row is not None and row["opened_at"] is not None)
    return found


async def _sits(found: Case, of: str, line: int | None, representative: str) -> bool:
    """Tell whether this member stands on the newest list, still holds his seat, and came."""
    row = await lists.newest(found.id)
    assert row is not None, "a list was opened"
    members = {one.place[:3] for one in lists.opened(row)[1]}
    session = await doors.session(found.id)
    holds = line is None or (of, line) in {(one.draw, one.line) for one in session.expected}
    came = await doors.arrived(found.id, of, line, representative)
    return (of, line, representative) in members and holds and came


async def conclude(actor: Actor, draw: str, form: ConclusionForm, occasion: Occasion) -> DayReceipt:
    """Record that the evaluation is over.

    Raises:
        RuleBroken: DRAW_EXISTS; STEP_LAWFUL; NOT_SUSPENDED; LIST_OPENED_FIRST; CONCLUDED_ONCE.
    """
    async with begin(actor, CONCLUDE, occasion) as act:
        found = await _opened_session(draw)
        check_not_concluded(await queries.concluded(found.id))
        details = {"remarks": form.remarks, "person": actor.person}
        fact = Concluded(draw=found.id, details=act.conceal("details", details))
        await act.record(fact, subject=found.subject)
        await CeremonyConclusion.insert(
            CeremonyConclusion(
                draw=found.id,
                ended_at=act.at,
                remarks=ring().fields.seal(
                    form.remarks.encode(), queries.remarks_context(found.id)
                ),
                person=actor.person,
                act=act.id,
            )
        )
        return act.answered(_receipt(act, found, 1))
