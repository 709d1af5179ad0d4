"""Recording a draw made elsewhere."""

from datetime import datetime

import msgspec

from bidding.external_draw import queries
from bidding.external_draw.facts import Recorded
from bidding.external_draw.rules import (
    CALLS_SOUND,
    RECORD_EXTERNAL_DRAW,
    RECORDED_ONCE,
    Call,
    check_calls,
)
from bidding.external_draw.schema import ExternalDrawForm, ExternalDrawView
from bidding.external_draw.tables import ExternalDraw
from oversight.act import Act, begin
from oversight.authority.rules import Actor
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.values.instants import from_text

NOW = Occasion()


async def record_external_draw(
    actor: Actor, form: ExternalDrawForm, occasion: Occasion = NOW
) -> ExternalDrawView:
    """Record a draw that a provincial terminal made, as it was reported.

    Raises:
        RuleBroken: CALLS_SOUND; RECORDED_ONCE.
    """
    async with begin(actor, RECORD_EXTERNAL_DRAW, occasion) as act:
        calls = [Call(call.number, call.outcome, _instant(call.at)) for call in form.calls]
        check_calls(calls, _instant(form.drawn_at), act.at)
        if await queries.is_recorded(form.terminal, form.terminal_number):
            raise RuleBroken(
                RECORDED_ONCE, needed="a number that is not on record", terminal=form.terminal
            )
        ident = act.new_id()
        await act.record(_recorded(act, ident, form), subject=form.subject)
        await ExternalDraw.insert(_row(act, ident, form))
        return act.answered(await queries.external_draw(ident))


def _instant(text: str) -> datetime:
    try:
        return from_text(text)
    except ValueError:
        raise RuleBroken(CALLS_SOUND, needed="times that exist") from None


def _recorded(act: Act, ident: str, form: ExternalDrawForm) -> Recorded:
    return Recorded(
        draw=ident,
        terminal=form.terminal,
        drawn_at=form.drawn_at,
        application=act.conceal("application", form.application),
        terminal_number=act.conceal("terminal_number", form.terminal_number),
        calls=act.conceal("calls", msgspec.to_builtins(form.calls)),
        sealed_list=form.sealed_list_sha256,
        form=msgspec.to_builtins(form.form),
        person=act.conceal("person", act.actor.person),
    )


def _row(act: Act, ident: str, form: ExternalDrawForm) -> ExternalDraw:
    return ExternalDraw(
        id=ident,
        subject=form.subject,
        application=form.application,
        terminal=form.terminal,
        terminal_number=form.terminal_number,
        drawn_at=from_text(form.drawn_at),
        calls=msgspec.json.encode(form.calls).decode(),
        sealed_list_sha256=form.sealed_list_sha256,
        form_sha256=form.form.sha256,
        form_bytes=form.form.bytes,
        form_media_type=form.form.media_type,
        recorded_at=act.at,
        act=act.id,
    )
