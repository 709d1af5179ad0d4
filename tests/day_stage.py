"""The day of an evaluation: seats accepted, rooms planned, cards at the door, a sealed list."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from contact_stage import ContactStage, code_in
from draw_stage import BRIDGES, COUNTY, ROADS

from bidding.answer import queries as answers
from bidding.ceremony.commands import conclude, elect_head, witness_recording
from bidding.ceremony.schema import ConclusionForm, HeadForm, RecordingForm
from bidding.draw import queries as draws
from bidding.fee.commands import state_fees
from bidding.fee.schema import FeeOrder
from bidding.representative.commands import name_representative, withdraw_representative
from bidding.representative.schema import RepresentativeForm
from bidding.roster.rules import Organisation, Particulars
from bidding.sealed_list.commands import open_list, seal_list
from bidding.sealed_list.schema import OpeningOrder
from bidding.sealing.queries import candidate
from bidding.sign_in.commands import check_card, check_out, say_absent, say_departed
from bidding.sign_in.schema import Card, CardOut, DepartureOrder
from bidding.suspension.commands import resume, suspend
from bidding.suspension.schema import ResumptionOrder, SuspensionOrder
from bidding.venue.commands import plan_venue
from bidding.venue.schema import PlanForm, RoomForm, SiteForm
from oversight.authority.rules import Post, Role
from oversight.database import run
from oversight.identity import commands as identity
from oversight.keys.directory import ring
from oversight.values.digests import sha256
from oversight.values.money import Sum

STARTS = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)  # nine o'clock in Asia/Shanghai
LETTER, DECLARATION, FORM = (sha256(word).hex() for word in (b"letter", b"declaration", b"form"))
STRANGER = "11010519491231002X"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def card_number(number):
    """Return a made-up identity number whose check digit holds."""
    body = f"41092219750101{number:03d}"
    total = sum(int(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


REPRESENTATIVE = card_number(999)


class DayStage(ContactStage):
    """A drawn committee on its day; `set_up` fills the pool with people who have cards."""

    def __init__(self, house):
        super().__init__(house)
        self.held = {}

    def person(self, number, employers):
        return _expert(number, employers)

    @property
    def clerk(self):
        return self.actor(Role.TRADING_CENTER, Post.SIGN_IN_CLERK, person=5)

    @property
    def second_clerk(self):
        return self.actor(Role.TRADING_CENTER, Post.SIGN_IN_CLERK, person=6)

    @property
    def guest_clerk(self):
        return self.actor(Role.DEPARTMENT, Post.SIGN_IN_CLERK)

    async def accepted(self, experts=30):
        """Draw, invite, and let everybody accept."""
        await self.ready(experts)
        await self.open_contact()
        await self.let_accept()
        return self

    async def let_accept(self):
        """Ring whoever is due, and accept for each."""
        before = self.outbox()
        rung = {message["to"] for message in before.values()}
        await self.hand(seconds=1)
        for message in self.newest(before):
            if message["to"] not in rung:  # whoever accepted before gets a confirmation
                await self.say_yes(message)

    async def say_yes(self, message):
        if message["channel"] == "voice":
            await self.report(message["id"], "key", "1")
        else:
            await self.reply(code_in(message))

    async def prepared(self, experts=30):
        """The same with rooms and the representative, at half past eight."""
        await self.accepted(experts)
        await self.plan()
        await self.represent()
        return self

    async def listed(self, experts=30):
        """The same with a sealed list, at half past eight on the day."""
        await self.prepared(experts)
        await self.seal_list()
        self.house.now = STARTS.replace(hour=0, minute=30)
        return self

    def rooms(self, *seats, name="3", representatives=True):
        return RoomForm(name, list(seats), representatives)

    def plan_form(self, seats=4, representatives=True):
        home = self.rooms(*range(1, seats + 1), representatives=representatives)
        return PlanForm([SiteForm("home", self.ids[Role.TRADING_CENTER], True, [home])])

    async def remote_form(self):
        """Seats 1 and 2 at home, 3 and 4 at a guest site, run by a department."""
        if Role.DEPARTMENT not in self.ids:
            admin = self.actor(Role.TRADING_CENTER, Post.ADMINISTRATOR, person=9)
            made = await identity.register_party(
                admin, Role.DEPARTMENT, "guest", "", self.house.occasion()
            )
            self.ids[Role.DEPARTMENT] = made.id
        away = self.rooms(3, 4, name="G-7", representatives=False)
        return PlanForm(
            [
                SiteForm("home", self.ids[Role.TRADING_CENTER], True, [self.rooms(1, 2)]),
                SiteForm("guest", self.ids[Role.DEPARTMENT], False, [away]),
            ]
        )

    async def plan(self, form=None, draw=None):
        return await self.do(plan_venue, self.operator, form or self.plan_form(), draw=draw)

    async def represent(self, actor=None, number=REPRESENTATIVE, name="王代表"):
        form = RepresentativeForm(name, number, LETTER, DECLARATION)
        return await self.do(name_representative, actor or self.tenderer, form)

    async def seal_list(self):
        return await self.do(seal_list, self.operator)

    async def open_list(self, actor=None, reason=None):
        return await self.do(open_list, actor or self.operator, OpeningOrder(reason))

    async def card(self, number, actor=None, method="document-seen", own=True, **more):
        sent = Card(number, method, own, **more)
        return await self.do(check_card, actor or self.clerk, sent)

    async def card_out(self, number, actor=None):
        return await self.do(check_out, actor or self.clerk, CardOut(number))

    async def say_absent(self):
        return await self.do(say_absent, self.operator)

    async def say_departed(self, line, outcome="left", reason="illness", actor=None):
        order = DepartureOrder(line, outcome, reason)
        return await self.do(say_departed, actor or self.operator, order)

    async def suspend(self, cause="power", actor=None, account="the lights went out"):
        return await self.do(suspend, actor or self.operator, SuspensionOrder(cause, account))

    async def resume(self, actor, form=FORM):
        return await self.do(resume, actor, ResumptionOrder(form))

    async def elect(self, **who):
        return await self.do(elect_head, self.operator, HeadForm(**who))

    async def conclude(self, remarks="none"):
        return await self.do(conclude, self.operator, ConclusionForm(remarks))

    async def record(self, **changes):
        form = RecordingForm(
            sha256(b"film").hex(), "archive shelf 4", "2026-03-01T00:00:00Z",
            "2026-03-01T01:00:00Z", "I watched all of it.",
        )  # fmt: skip
        changed = msgspec.structs.replace(form, **changes)
        return await self.do(witness_recording, self.supervisor, changed)

    async def do(self, deed, actor, *form, draw=None):
        receipt = await deed(actor, draw or self.draw, *form, self.house.occasion())
        await self.house.settle()
        return receipt

    async def seated_of(self, draw):
        return [n for n, line in enumerate(await draws.lines(draw)) if line.holds_seat()]

    async def person_on(self, line, draw=None):
        """Return the candidate on a line: what no door tells."""
        draw = draw or self.draw
        at = (await draws.lines(draw))[line]
        return await candidate(draw, at.stratum, at.position, ring().fields)

    async def number_of(self, line, draw=None):
        """Return the identity number of the expert on a line."""
        one = await self.person_on(line, draw)
        rows = await run("SELECT sealed_id_number FROM expert WHERE id = {}", one.expert)
        sealed = bytes(rows[0]["sealed_id_number"])
        return ring().fields.open(sealed, f"expert/id_number/{one.expert}").decode()

    async def at(self, place):
        """Return the line that the run gave its first, second, … seat; counted from 0."""
        if self.draw not in self.held:
            self.held[self.draw] = await self.seated()
        return self.held[self.draw][place]

    async def card_of(self, place):
        """Return the identity number of whoever got that seat first."""
        return await self.number_of(await self.at(place))

    async def numbers(self):
        """Return the identity numbers of all who hold a seat."""
        return [await self.number_of(line) for line in await self.seated()]

    async def waiting_at(self, place):
        """Return what is proposed of the line that got that seat first."""
        return (await answers.waiting(self.draw))[await self.at(place)]

    async def everybody_comes(self):
        for number in (*await self.numbers(), REPRESENTATIVE):
            assert (await self.card(number)).told == "yes"


async def tell_day(stage):
    """Tell the day of a stage's draw with every kind of entry: only the representative comes."""
    day = DayStage(stage.house)
    day.__dict__ |= stage.__dict__
    before = day.outbox()
    await day.open_contact()
    await day.hand(seconds=1)
    for message in day.newest(before):
        await day.say_yes(message)
    await day.plan()
    await day.plan(await day.remote_form())
    gone = await day.represent(number=card_number(998), name="李代表")
    await day.do(withdraw_representative, day.tenderer, gone.id)
    sent = await day.represent()
    await day.seal_list()
    await day.suspend()
    await day.resume(day.operator)
    await day.resume(day.supervisor)
    await day.suspend("network")
    await day.resume(day.supervisor)
    await day.resume(day.operator)
    await day.suspend("illness")
    await day.card_out(STRANGER)
    await day.resume(day.operator)
    await day.resume(day.supervisor)
    await day.card(STRANGER)
    await day.card(REPRESENTATIVE, method="biometric", reference=LETTER)
    await day.card_out(REPRESENTATIVE)
    await day.card(REPRESENTATIVE)
    await day.open_list(day.supervisor, "short-of-members")
    await day.elect(representative=sent.id)
    await day.record()
    await day.conclude()
    await day.do(state_fees, day.tenderer, FeeOrder(Sum("200.00", "CNY"), "a price list"))
    await day.plan()
    await day.seal_list()
    stage.ids |= day.ids


def _expert(number, employers):
    return Particulars(
        name=f"甄姓专家{number:03d}",
        id_number=card_number(number),
        phone=f"139{number:08d}",
        employer=Organisation(f"Employer {number % employers}"),
        specialties=(ROADS,) if number % 2 == 0 else (BRIDGES,),
        region=COUNTY,
        title="senior",
        years=20,
        birth_year=1975,
    )
