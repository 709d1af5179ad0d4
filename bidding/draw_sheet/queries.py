"""What is gathered for the record of a draw, and records that were printed. No name is opened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bidding.answer.tables import DrawAnswer
from bidding.bundle.rules import Request
from bidding.ceremony import queries as days
from bidding.classification import queries as catalogues
from bidding.committee.queries import committee
from bidding.committee.schema import CommitteeView
from bidding.contact.tables import Contact, Invitation, InvitationTry
from bidding.draw import queries as draws
from bidding.draw.rules import Case
from bidding.draw.tables import DrawResult
from bidding.draw_record.queries import readable
from bidding.draw_sheet.rules import (
    SHEET_KNOWN,
    Call,
    Course,
    Day,
    Entrant,
    Evaluation,
    Listed,
    Material,
    Place,
    Stratum,
    check_copy,
    word,
)
from bidding.draw_sheet.schema import SheetView
from bidding.draw_sheet.tables import DrawSheet
from bidding.sealed_list.tables import SealedList
from bidding.suspension import queries as suspensions
from bidding.venue import queries as venues
from oversight.authority.rules import TRUSTED_ROLE, Actor
from oversight.configuration import settings
from oversight.errors import RuleBroken
from oversight.identity import queries as identity
from oversight.keys.directory import ring
from oversight.ledger.effect import newest_effective
from oversight.ledger.queries import covered_index_of
from oversight.values.instants import SHANGHAI


async def material(found: Case, number: int, at: datetime, remarks: str, whole: bool) -> Material:
    """Return everything that the record of a draw says, as the act that prints it sees it."""
    body = await committee(found.subject)
    session = suspensions.session_of(found)
    newest = await newest_effective()
    request = await draws.request(found.id)
    result = await DrawResult.select().where(DrawResult.draw == found.id).first()
    beacon = request.beacon if request else None
    return Material(
        draw=found.id,
        number=number,
        tender=body.tender,
        lots="、".join(body.lots),
        body=_body(body),
        applicant=await _name(found.party),
        terminal=await _name(await identity.center()),
        attempt=found.attempt,
        supplements=found.of or "",
        edition=found.rulebook,
        state=word(found.state.value),
        evaluation=await _evaluation(found),
        strata=await _strata(found, request),
        avoided=await _avoided(found, whole),
        entrants=tuple([await _entrant(one.party, one) for one in found.senders]),
        steps=tuple([await _course(step) for step in found.steps]),
        calls=await _calls(found.id),
        lines=await _lines(found.id),
        lists=await _lists(session),
        day=await _day(session),
        request=found.request,
        alpha=result["alpha"] if result else "",
        walk=result["walk"] if result else "",
        beacon=f"{beacon.chain} 第 {beacon.round} 轮" if beacon else "",
        checkpoint=f"{newest.size} 条 {newest.root.hex()}" if newest else "",
        remarks=remarks,
        link=f"{settings().public_url}/v1/draws/{found.id}",
        at=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


async def count(draw: str) -> int:
    """Return how many records of a draw were printed."""
    return int(await DrawSheet.count().where(DrawSheet.draw == draw))


async def sheets_for(actor: Actor, draw: str) -> list[SheetView]:
    """Return the printed records of a draw, to those who may read it.

    Raises:
        RuleBroken: DRAW_EXISTS; READER_ENTITLED.
    """
    await readable(actor, draw)
    rows = await DrawSheet.select().where(DrawSheet.draw == draw).order_by(DrawSheet.number)
    return [_view(row) for row in rows]


async def file_for(actor: Actor, draw: str, number: int) -> bytes:
    """Return a printed record as it was handed out.

    Raises:
        RuleBroken: DRAW_EXISTS; READER_ENTITLED; SHEET_KNOWN; COPY_ENTITLED.
    """
    await readable(actor, draw)
    row = await DrawSheet.select().where(DrawSheet.id == f"{draw}/{number}").first()
    if row is None:
        raise RuleBroken(SHEET_KNOWN, needed="a number of this draw's records")
    check_copy(actor, bool(row["whole"]))
    return ring().fields.open(bytes(row["file"]), file_context(row["id"]))


def file_context(ident: str) -> str:
    """Return the context under which a printed record is encrypted."""
    return f"draw_sheet/{ident}"


def _view(row: Mapping[str, Any]) -> SheetView:
    return SheetView(row["draw"], row["number"], bool(row["whole"]), row["digest"], row["act"])


def _body(body: CommitteeView) -> str:
    return f"{word(body.body)}，{body.size} 人，其中采购方代表 {body.representatives} 人"


async def _name(party: str) -> str:
    return (await identity.party(party)).name


def _beijing(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")


async def _evaluation(found: Case) -> Evaluation:
    """Return when, where and how long: the day from the order, the rest from the invitations."""
    on = (await draws.conditions(found.id)).on
    contact = await Contact.select().where(Contact.draw == found.id).first()
    sites = await _sites(found.id)
    if contact is None:
        return Evaluation(str(on), sites, "")
    return Evaluation(
        f"{on} {contact['hour']:02d}:00",
        sites or (await catalogues.regions()).codes[contact["region"]].name,
        f"约 {contact['hours']} 小时",
    )


async def _sites(draw: str) -> str:
    if not await venues.plans(draw):
        return ""
    _, plan = await venues.plan(draw)
    return "；".join(
        f"{'主场' if site.home else '客场'} {site.name}：{'、'.join(r.name for r in site.rooms)}"
        for site in plan.sites
    )


async def _strata(found: Case, request: Request | None) -> tuple[Stratum, ...]:
    sizes = [str(one.size) for one in request.strata] if request else [""] * len(found.strata)
    names = {
        code.code: code.name
        for each in (await catalogues.trees()).values()
        for code in each.codes.values()
    }
    regions = (await catalogues.regions()).codes
    told = []
    for (ident, seats), size in zip(found.strata, sizes, strict=True):
        specialty, region = ident.split("@", 1)
        place = regions[region].name if region in regions else ""
        told.append(
            Stratum(
                f"{specialty} {names.get(specialty, '')}".strip(),
                f"{region} {place}".strip(),
                seats,
                size,
            )
        )
    return tuple(told)


async def _avoided(found: Case, whole: bool) -> str:
    units = (await draws.conditions(found.id)).organisations
    if not whole:
        return f"{len(units)} 家，见完整本 (named in the whole copy)"
    return "；".join(" ".join(filter(None, (one.name, one.uscc))) for one in units) or "无"


async def _entrant(party: str, sent: Any) -> Entrant:
    known = await identity.party(party)
    return Entrant(known.name, TRUSTED_ROLE[known.role], sent.commitment, sent.signature)


async def _course(step: Any) -> Course:
    index = await covered_index_of(step.act, step.ordinal)
    return Course(step.word, _beijing(step.at), "" if index is None else str(index))


async def _calls(draw: str) -> tuple[Call, ...]:
    invited = await Invitation.select(Invitation.id, Invitation.line).where(Invitation.draw == draw)
    line_of = {row["id"]: row["line"] for row in invited}
    if not line_of:
        return ()
    rows = (
        await InvitationTry.select()
        .where(InvitationTry.invitation.is_in(list(line_of)))
        .order_by(InvitationTry.made_at, InvitationTry.id)
    )
    return tuple(
        Call(line_of[row["invitation"]], _beijing(row["made_at"]), row["channel"], row["outcome"])
        for row in rows
    )


async def _lines(draw: str) -> tuple[Place, ...]:
    rows = await DrawAnswer.select(DrawAnswer.line, DrawAnswer.countersigner).where(
        DrawAnswer.draw == draw
    )
    names = {party: await _name(party) for party in {row["countersigner"] for row in rows}}
    signed = {row["line"]: names[row["countersigner"]] for row in rows}
    return tuple(
        Place(number, line.stratum, line.outcomes, signed.get(number, ""))
        for number, line in enumerate(await draws.lines(draw))
    )


async def _lists(session: str) -> tuple[Listed, ...]:
    rows = (
        await SealedList.select().where(SealedList.session == session).order_by(SealedList.number)
    )
    return tuple([await _listed(row) for row in rows])


async def _listed(row: Mapping[str, Any]) -> Listed:
    opened = row["opened_at"]
    by = await _name(await identity.party_of_person(row["opened_by"])) if opened else ""
    return Listed(
        row["number"],
        _beijing(row["sealed_at"]),
        _beijing(opened) if opened else "",
        by,
        row["reason"],
    )


async def _day(session: str) -> Day:
    told = await days.recorded(session)
    return Day(
        tuple(
            f"{one.form_zh}：{one.suspended_at} 至 {one.resumed_at or '未恢复'}"
            for one in told.suspensions
        ),
        tuple(
            f"{one.started_at} 至 {one.ended_at}，{one.place}，SHA-256 {one.recording}"
            for one in told.recordings
        ),
        told.concluded_at,
    )
