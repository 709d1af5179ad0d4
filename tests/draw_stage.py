"""A stage: parties with keys, a pool, a committee, and a draw step by step, as each takes it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import msgspec

from bidding.answer import queries as answers
from bidding.answer.commands import countersign, dismiss, propose
from bidding.answer.rules import EXPERTS_OWN, PROPOSE_ANSWER
from bidding.answer.schema import CounterSignature, Dismissal
from bidding.closing.rules import Close
from bidding.committee.commands import form_committee
from bidding.committee.schema import CommitteeForm
from bidding.contribution.rules import commit_statement, contribution, reveal_statement
from bidding.draw import queries as draws
from bidding.draw.commands import commit_contribution, reveal_contribution
from bidding.draw.schema import (
    Closing,
    ClosingTerms,
    Commitment,
    DrawOrder,
    Recused,
    Reveal,
    SealOrder,
    StratumOrder,
)
from bidding.draw_end.commands import close_draw, open_identities
from bidding.draw_end.queries import closing_statement
from bidding.draw_order.commands import order_draw
from bidding.draw_record.queries import bundle
from bidding.roster.commands import admit_experts, enrol
from bidding.roster.rules import REGISTER, Organisation, Particulars, PastEmployer
from bidding.roster.schema import Admission
from bidding.sealing.rules import statement_digest
from bidding.terminal.commands import run_draw, seal_draw
from oversight.act import begin
from oversight.authority.rules import Actor, Post, Role
from oversight.configuration import use_settings
from oversight.custody.commands import publish_key
from oversight.identity import commands as identity
from oversight.identity import queries as parties
from oversight.identity.rules import possession_statement
from oversight.identity.trust import trust_file
from oversight.keys.directory import ring
from oversight.keys.signing import SigningKey
from oversight.keys.signoff import sign
from oversight.values.digests import sha256, to_base64

ROOT = Path(__file__).resolve().parents[1]
ROADS, BRIDGES, COUNTY = "A080104", "A080105", "410922"
EVALUATION = date(2026, 3, 4)
PERSON = "0198c0de-0000-7000-8000-{:012d}"


class Stage:
    """Everybody who takes part in a draw, each with a key; made by `set_up`."""

    def person(self, number, employers):
        """Return the particulars of the person with this number."""
        return _expert(number, employers)

    def __init__(self, house):
        self.house = house
        self.keys, self.ids, self.nonces, self.people = {}, {}, {}, 0
        self.committee = self.draw = None

    def actor(self, role, *posts, person=0):
        """Return a person of the one party of a role."""
        return Actor(self.ids[role], role, PERSON.format(100 * person + sorted(Role).index(role)),
                     frozenset(posts))  # fmt: skip

    @property
    def tenderer(self):
        return self.actor(Role.TENDERER, Post.DRAW_APPLICANT, Post.DRAW_CONTRIBUTOR)

    @property
    def supervisor(self):
        return self.actor(
            Role.ADMINISTRATIVE_SUPERVISOR, Post.DRAW_SUPERVISOR, Post.DRAW_CONTRIBUTOR
        )

    @property
    def operator(self):
        return self.actor(Role.TRADING_CENTER, Post.DRAW_OPERATOR)

    @property
    def opener(self):
        return self.actor(Role.TRADING_CENTER, Post.IDENTITY_OPENER, person=1)

    @property
    def contributor(self):
        return self.actor(Role.TRADING_CENTER, Post.DRAW_CONTRIBUTOR, person=2)

    @property
    def auditor(self):
        return self.actor(Role.AUDIT_OFFICE, Post.AUDITOR)

    async def set_up(self, experts=30, editions=("demo",)):
        """Found the instance, register parties and keys, fill the pool, publish the VRF key."""
        self.house.settings = msgspec.structs.replace(self.house.settings, editions=editions)
        use_settings(self.house.settings)
        await identity.found("Center", "", "Admin", 90, self.house.occasion())
        self.ids[Role.TRADING_CENTER] = await parties.center()
        admin = self.actor(Role.TRADING_CENTER, Post.ADMINISTRATOR, person=9)
        for role in (Role.TENDERER, Role.ADMINISTRATIVE_SUPERVISOR, Role.AUDIT_OFFICE, Role.AGENT):
            made = await identity.register_party(admin, role, role.value, "", self.house.occasion())
            self.ids[role] = made.id
        for role in self.ids:
            await self.register_key(role)
        await publish_key(admin, "draw-vrf", ring().vrf_public.hex(), self.house.occasion())
        await self.fill_pool(experts)
        await self.form()
        return self

    async def register_key(self, role):
        key = SigningKey(sha256(f"stage/{role}".encode()))
        self.keys[self.ids[role]] = key
        shown = sign(key, possession_statement(self.ids[role], to_base64(key.public)))
        holder = self.actor(role, Post.DRAW_CONTRIBUTOR)
        await identity.register_signing_key(
            holder, shown.key, shown.signature, self.house.occasion()
        )

    async def fill_pool(self, count, employers=12, **changes):
        """Register and admit experts: the even ones for roads, the odd for bridges; return ids."""
        keeper = self.actor(Role.TRADING_CENTER, Post.POOL_KEEPER, person=3)
        reviewer = self.actor(Role.TRADING_CENTER, Post.POOL_REVIEWER, person=4)
        first, self.people = self.people, self.people + count
        made = [
            msgspec.structs.replace(self.person(first + n, employers), **changes)
            for n in range(count)
        ]
        async with begin(keeper, REGISTER, self.house.occasion()) as act:
            ids = await enrol(act, made, name_registrar=True)
        await admit_experts(reviewer, Admission(registered_by=act.id), self.house.occasion())
        await self.house.settle()
        return ids

    async def form(self, **changes):
        form = CommitteeForm(
            tender="tender-1", lots=["1"], rulebook="demo", size=5, representatives=1
        )
        made = await form_committee(
            self.tenderer, msgspec.structs.replace(form, **changes), self.house.occasion()
        )
        self.committee = made.id
        await self.house.settle()
        return made

    def order_form(self, **changes):
        order = DrawOrder(
            subject=self.committee,
            strata=[StratumOrder(ROADS, COUNTY, 2), StratumOrder(BRIDGES, "410900", 2)],
            contributors=[self.ids[Role.TENDERER], self.ids[Role.ADMINISTRATIVE_SUPERVISOR]],
            evaluation_day=EVALUATION,
            recused=[Recused(name="Bidder Works")],
        )
        return msgspec.structs.replace(order, **changes)

    async def order(self, actor=None, occasion=None, **changes):
        receipt = await order_draw(
            actor or self.tenderer, self.order_form(**changes), occasion or self.house.occasion()
        )
        self.draw = receipt.draw
        await self.house.settle()
        return receipt

    def commitment(self, role, draw=None, nonce=None):
        draw, party = draw or self.draw, self.ids[role]
        nonce = nonce or sha256(f"nonce/{draw}/{role}".encode())
        self.nonces[draw, party] = nonce
        value = contribution(draw, party, nonce)
        signature = self.keys[party].sign(commit_statement(draw, party, value))
        return Commitment(value.hex(), to_base64(signature))

    async def commit(self, role=Role.TENDERER, sent=None, occasion=None):
        receipt = await commit_contribution(
            self.actor(role, Post.DRAW_CONTRIBUTOR), self.draw, sent or self.commitment(role),
            occasion or self.house.occasion(),
        )  # fmt: skip
        await self.house.settle()
        return receipt

    async def seal(self, occasion=None, **order):
        receipt = await seal_draw(
            self.operator, self.draw, SealOrder(**order), occasion or self.house.occasion()
        )
        await self.house.settle()
        return receipt

    async def signed_reveal(self, role, **changes):
        party, found = self.ids[role], await draws.case(self.draw)
        nonce = self.nonces[self.draw, party]
        statement = reveal_statement(self.draw, bytes.fromhex(found.request), nonce)
        signature = to_base64(self.keys[party].sign(statement))
        reveal = Reveal(party, found.request, nonce.hex(), signature)
        return msgspec.structs.replace(reveal, **changes)

    async def reveal(self, role=Role.TENDERER, sent=None, occasion=None, actor=None):
        receipt = await reveal_contribution(
            actor or self.actor(role, Post.DRAW_CONTRIBUTOR), self.draw,
            sent or await self.signed_reveal(role), occasion or self.house.occasion(),
        )  # fmt: skip
        await self.house.settle()
        return receipt

    async def run(self, occasion=None):
        receipt = await run_draw(self.operator, self.draw, occasion or self.house.occasion())
        await self.house.settle()
        return receipt

    async def propose(self, line, outcome="declined", record=None, **choices):
        """Say what became of a line; what only the expert can say is said by the expert."""
        choices = {"by_expert": outcome in EXPERTS_OWN} | choices
        async with begin(self.operator, PROPOSE_ANSWER, self.house.occasion()) as act:
            made = await propose(act, self.draw, line, outcome, record or {"tries": 3}, **choices)
        await self.house.settle()
        return made

    async def countersignature(self, proposal, role=Role.ADMINISTRATIVE_SUPERVISOR):
        """Return a party's signature over a proposal, behind the draw's newest entry."""
        said = await answers.statement(proposal.id)
        signed = self.keys[self.ids[role]].sign(said.statement())
        return CounterSignature(said.previous, to_base64(signed))

    async def countersign(self, proposal, actor=None, sent=None, occasion=None):
        receipt = await countersign(
            actor or self.supervisor, proposal.id, sent or await self.countersignature(proposal),
            occasion or self.house.occasion(),
        )  # fmt: skip
        await self.house.settle()
        return receipt

    async def answer(self, line, outcome="declined", **choices):
        """Propose and countersign."""
        return await self.countersign(await self.propose(line, outcome, **choices))

    async def dismiss(self, proposal, actor=None, reason="evidence-insufficient"):
        receipt = await dismiss(
            actor or self.supervisor, proposal.id, Dismissal(reason), self.house.occasion()
        )
        await self.house.settle()
        return receipt

    async def open(self):
        receipt = await open_identities(self.opener, self.draw, self.house.occasion())
        await self.house.settle()
        return receipt

    async def closing(self, role, state, reason, text="The reason in words."):
        """Return a closing signed over what the service says that it would log."""
        salt = sha256(b"salt")
        terms = ClosingTerms(state, reason, statement_digest(salt, text).hex())
        close: Close = await closing_statement(self.draw, terms, self.house.clock)
        signature = to_base64(self.keys[self.ids[role]].sign(close.signed()))
        return Closing(state, reason, text, salt.hex(), signature)

    async def void(self, reason="irregular"):
        closing = await self.closing(Role.ADMINISTRATIVE_SUPERVISOR, "voided", reason)
        receipt = await close_draw(self.supervisor, self.draw, closing, self.house.occasion())
        await self.house.settle()
        return receipt

    async def lapse(self, reason="postponed"):
        closing = await self.closing(Role.TENDERER, "lapsed", reason)
        receipt = await close_draw(self.tenderer, self.draw, closing, self.house.occasion())
        await self.house.settle()
        return receipt

    async def house_hand(self, seconds=2.0):
        """Keep the log for a while, as the running service does."""
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            await self.house.settle()
            await asyncio.sleep(0.05)

    async def until(self, word, **order):
        """Take every step of a draw up to and including `word`."""
        await self.order(**order)
        for step in ("committed", "sealed", "revealed", "drawn", "identified"):
            if word == "ordered":
                return self
            await self._take(step)
            if word == step:
                return self
        return self

    async def _take(self, step):
        both = (Role.TENDERER, Role.ADMINISTRATIVE_SUPERVISOR)
        if step == "committed":
            for role in both:
                await self.commit(role)
        if step == "sealed":
            await self.seal()
        if step == "revealed":
            for role in both:
                await self.reveal(role)
        if step == "drawn":
            await self.run()
        if step == "identified":
            await self.open()

    async def files(self, reader=None):
        """Return bundle and trust file as bytes."""
        given = await bundle(reader or self.auditor, self.draw)
        trust = msgspec.to_builtins(await trust_file())
        return msgspec.json.encode(given), json.dumps(trust, ensure_ascii=False).encode()

    async def verdicts(self, reader=None, auditor_file=None):
        """Return what both verifiers say: (the project's own report, the offline program's)."""
        from bidding.verdict.rules import judge

        given, trust = await self.files(reader)
        other = offline(self.house.directory, given, trust, auditor_file)
        return judge(given, trust, auditor_file), other


def offline(directory, given, trust, auditor_file=None):
    """Return the report of `verify_proof.py --json`, run as a stranger would."""
    files = {"bundle.json": given, "trust.json": trust, "auditor.json": auditor_file}
    for name, data in files.items():
        if data is not None:
            (directory / name).write_bytes(data)
    program = str(ROOT / "scripts" / "verify_proof.py")
    command = [sys.executable, program, "--json", str(directory / "bundle.json")]
    command += ["--trust", str(directory / "trust.json")]
    if auditor_file is not None:
        command += ["--auditor", str(directory / "auditor.json")]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60)
    report = json.loads(ran.stdout)
    return report | {"exit": ran.returncode}


def _expert(number, employers):
    return Particulars(
        name=f"专家{number:06d}",
        id_number=f"{number:018d}",
        phone=f"139{number:08d}",
        employer=Organisation(f"Employer {number % employers}"),
        specialties=(ROADS,) if number % 2 == 0 else (BRIDGES,),
        region=COUNTY,
        title="senior",
        years=20,
        birth_year=1975,
        past_employers=(PastEmployer("Former Works"),),
    )
