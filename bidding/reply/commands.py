"""Taking answers and reports. What an expert caused is logged with the actor "expert".

Whoever guesses learns nothing: secrets that never were, that were used, that are over and that
were made for another end are refused alike, from each address a few times only.
"""

from datetime import datetime, timedelta

from bidding.answer.commands import EXPERT, propose
from bidding.closing.rules import State as DrawState
from bidding.contact import queries as contact
from bidding.contact.commands import end_try, issue_secrets, set_state, the_clock, tries_told
from bidding.contact.facts import Responded
from bidding.contact.queries import Invited, Standing
from bidding.contact.rules import (
    ANSWER_INVITATION,
    ANSWER_OPENS,
    AWAITED_STATE,
    KEY_OFFERED,
    REST_MINUTES,
    RING,
    TRY_UNDER_WAY,
    State,
    check_calm,
    check_reason,
    refused_secret,
)
from bidding.gateway.commands import queue
from bidding.gateway.rules import Channel
from bidding.invitation.rules import (
    PURPOSE_OF,
    REASONS,
    Purpose,
    Response,
    answer_key,
    confirmation_words,
    is_link,
    secret_digest,
    told,
)
from bidding.pacing.rules import Outcome
from bidding.reply import queries
from bidding.reply.queries import Held
from bidding.reply.schema import OfferView, Reply, ReplyReceipt, Report, ReportReceipt
from oversight.act import Act, begin
from oversight.authority.rules import Actor, Post, Role
from oversight.database import retried, run, writing
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion
from oversight.identity import queries as identity
from oversight.keys.directory import ring
from oversight.values.instants import to_micro_text, to_text

SOMEBODY = Actor(EXPERT, Role.EXPERT, "", frozenset({Post.EXPERT}))  # until the reveal
KEY = "key"


async def offer(secret: str, source: str, now: datetime) -> OfferView:
    """Return what a link or a code is for.

    Args:
        secret: as it was typed.
        source: the caller's address; only a keyed digest of it is kept, for wrong ones.
        now: the present.

    Raises:
        RuleBroken: ANSWER_OPENS; ANSWERS_CALM.
    """
    await _require_calm(secret, source, now)
    held = await queries.held(secret_digest(secret), now)
    standing = await contact.standing(held.draw) if held else None
    if held is None or standing is None or not _opens(standing, held):
        raise await _wrong(source, now)
    what = told(standing.terms.evaluation, standing.figures.tells)
    answers = [one for one, purpose in PURPOSE_OF.items() if purpose is held.purpose]
    return OfferView(
        what.day, what.hour, what.hours, what.region,
        [one.value for one in answers], list(REASONS[answers[-1]]),
    )  # fmt: skip


async def answer(sent: Reply, source: str, occasion: Occasion) -> ReplyReceipt:
    """Take an expert's own answer, once.

    Raises:
        RuleBroken: ANSWER_REASONED; ANSWER_OPENS; ANSWERS_CALM.
    """
    response, now = Response(sent.answer), occasion.clock()
    check_reason(response, sent.reason)
    await _require_calm(sent.secret, source, now)
    try:
        return await retried(lambda: _answer(sent, response, occasion))
    except RuleBroken as refusal:
        if refusal.rule != ANSWER_OPENS:
            raise
    raise await _wrong(source, now)


async def _answer(sent: Reply, response: Response, occasion: Occasion) -> ReplyReceipt:
    async with begin(SOMEBODY, ANSWER_INVITATION, occasion) as act:
        digest = secret_digest(sent.secret)
        held = await queries.held(digest, act.at)
        if held is None or held.purpose is not PURPOSE_OF[response]:
            raise refused_secret()
        now = await contact.standing(held.draw, lock=True)
        if not _opens(now, held) or not await _use(digest, act.at):
            raise refused_secret()
        means = "link" if is_link(sent.secret) else "code"
        await _respond(act, now, now.invited[held.line], (response, sent.reason, means))
        return act.answered(ReplyReceipt(response.value, to_text(act.at)))


def _opens(now: Standing, held: Held) -> bool:
    """Tell whether a secret that is current still awaits its answer."""
    one = now.invited[held.line]
    response = Response.WITHDREW if held.purpose is Purpose.LEAVE else Response.ACCEPTED
    return (
        now.found.state is DrawState.DRAWN
        and one.round == held.round
        and one.state is AWAITED_STATE[response]
        and one.line in now.seated
        and one.line not in now.waiting
    )


async def _use(digest: bytes, at: datetime) -> bool:
    """Use a secret up; False if another act did."""
    rows = await run(
        "UPDATE answer_secret SET used_at = {} WHERE digest = {} AND used_at IS NULL"
        " RETURNING invitation",
        at,
        digest,
    )
    return bool(rows)


async def _respond(act: Act, now: Standing, one: Invited, said: tuple[Response, str, str]) -> None:
    """Log an answer and let it follow: a seat that is kept, or a proposal to free it."""
    response, reason, means = said
    details = {"reason": reason, "means": means}
    fact = Responded(
        draw=now.found.id,
        line=one.line,
        response=response.value,
        details=act.conceal("details", details),
    )
    await act.record(fact, subject=now.found.subject, actor=EXPERT, role=EXPERT)
    await set_state(one, State(response.value))
    if response is Response.ACCEPTED:
        await _confirm(act, now, one)
        return
    record = {**details, "at": to_micro_text(act.at), "round": one.round, "tries": tries_told(one)}
    await propose(act, now.found.id, one.line, response.value, record, by_expert=True)


async def _confirm(act: Act, now: Standing, one: Invited) -> None:
    """Send who accepted what was told, and the means to ask for leave."""
    code, link = await issue_secrets(act, now, one.line, one.round, Purpose.LEAVE)
    await queue(
        act,
        channel=Channel.MESSAGE,
        to=await contact.phone_of(now, one.line),
        words=confirmation_words(told(now.terms.evaluation, now.figures.tells), code, link),
        options=(),
        expires=now.terms.ends,
    )


async def take_report(sent: Report, occasion: Occasion) -> ReportReceipt:
    """Take what the gateway says of a message; its signature was verified.

    Raises:
        RuleBroken: TRY_UNDER_WAY, for a message that is unknown or done with; KEY_OFFERED.
    """
    return await retried(
        lambda: _pressed(sent, occasion) if sent.event == KEY else _reported(sent, occasion)
    )


async def _reported(sent: Report, occasion: Occasion) -> ReportReceipt:
    async with begin(the_clock(await identity.center()), RING, occasion) as act:
        now, one = await _of_message(sent.message)
        tried = next((each for each in one.tries if each.number == one.made), None)
        if tried is None or tried.outcome is not None:
            raise _not_under_way()
        await end_try(act, now, one, tried, Outcome(sent.event))
        return act.answered(ReportReceipt(sent.message, sent.event))


async def _pressed(sent: Report, occasion: Occasion) -> ReportReceipt:
    """Take a pressed key: the call was taken, and the expert answered."""
    async with begin(SOMEBODY, ANSWER_INVITATION, occasion) as act:
        now, one = await _of_message(sent.message)
        chosen = answer_key(sent.key)
        if chosen is None:
            raise RuleBroken(KEY_OFFERED, needed="one of the keys that the message offers")
        tried = one.tries[-1]
        if tried.outcome is None:
            await end_try(act, now, one, tried, Outcome.DELIVERED)
        response = Response(chosen.answer)
        await _respond(act, now, one, (response, chosen.reason, KEY))
        return act.answered(ReportReceipt(sent.message, sent.event, response.value))


async def _of_message(message: str) -> tuple[Standing, Invited]:
    """Return the draw and the open invitation that a message belongs to, both held.

    Raises:
        RuleBroken: TRY_UNDER_WAY.
    """
    place = await queries.try_of(message)
    if place is None:
        raise _not_under_way()
    now = await contact.standing(place.draw, lock=True)
    awaited = {one.line: one for one in now.awaited()}
    one = awaited.get(place.line)
    if now.found.state is not DrawState.DRAWN or one is None or one.round != place.round:
        raise _not_under_way()
    return now, one


def _not_under_way() -> RuleBroken:
    return RuleBroken(TRY_UNDER_WAY, needed="the id of a message that is under way")


async def _require_calm(secret: str, source: str, now: datetime) -> None:
    """Refuse codes from where too many wrong ones came. A link cannot be guessed: it passes."""
    if not is_link(secret):
        check_calm(*await queries.wrong_ones(_index(source)), now)


async def _wrong(source: str, now: datetime) -> RuleBroken:
    """Count a wrong secret, and return its refusal; no domain row."""
    index, old = _index(source), now - timedelta(minutes=REST_MINUTES)
    check_calm(*await queries.wrong_ones(index), now)
    async with writing():
        await run("DELETE FROM wrong_secret WHERE last_at < {}", old)
        await run(
            "INSERT INTO wrong_secret (source, times, last_at) VALUES ({}, 1, {})"
            " ON CONFLICT (source) DO UPDATE SET times = wrong_secret.times + 1,"
            " last_at = excluded.last_at",
            index,
            now,
        )
    return refused_secret()


def _index(source: str) -> bytes:
    return ring().blind.index("answer/source", source)
