"""A database with every kind of entry that the service can make, by its own commands.

`everything(house)` tells one long story: parties and credentials, the pool, draws to each of their
ends, readings, erasures. `UNMADE` names the kinds that no command makes yet; a test demands that
nothing else is missing, so that whoever adds a kind adds it here.
"""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
from appointing import ask_to_appoint
from contact_stage import tell_contact
from cosigned import Cosigned
from day_stage import tell_day
from draw_stage import Stage
from draw_story import CHAIN, ROUND, ROUND_SIGNATURE
from item_stage import ItemStage
from own_chain import CHAIN as OWN_CHAIN
from own_chain import chains_file
from pool import KEEPER, REVIEWER, csv_file, people

from api_spec import assembly
from bidding.answer import queries as answers
from bidding.appointment.commands import approve_appointment, refuse_appointment
from bidding.classification.commands import import_list
from bidding.classification.rules import Kind
from bidding.classification.schema import ListImport
from bidding.draw.schema import BreachOrder
from bidding.draw_record.commands import release_auditor_file, request_auditor_file
from bidding.draw_record.schema import AuditorFileOrder
from bidding.draw_sheet.commands import print_sheet
from bidding.draw_sheet.schema import SheetOrder
from bidding.duty.commands import cancel_shift, hand_over, plan_shift
from bidding.duty.schema import ShiftForm
from bidding.external_draw.commands import record_external_draw
from bidding.external_draw.schema import CallForm, DocumentForm, ExternalDrawForm
from bidding.intake.commands import import_experts
from bidding.reading.commands import digest_readings, show_expert
from bidding.reading.schema import Showing
from bidding.recusal.commands import declare_absence, declare_recusal, lift
from bidding.recusal.schema import AbsenceForm, RecusalForm
from bidding.reveal.commands import name_breach
from bidding.roster.commands import (
    admit_experts,
    change_employer,
    change_standing,
    link_account,
    register_expert,
)
from bidding.roster.rules import Step
from bidding.roster.schema import (
    AccountLink,
    Admission,
    EmployerChange,
    FormerEmployerForm,
    OrganisationForm,
    Registration,
    StandingOrder,
)
from oversight.act import begin
from oversight.authority.rules import Actor, Permission, Post, Role
from oversight.beacon.commands import bring_round
from oversight.beacon.schema import RoundOrder
from oversight.blind.commands import close_uncounted, log_blind, open_uncounted, receive
from oversight.configuration import use_settings
from oversight.custody.commands import erase, publish_key, retire_key
from oversight.database import run, writing
from oversight.identity import commands as identity
from oversight.identity.rules import KeyReason, TokenReason
from oversight.keys.directory import make_ring, ring
from oversight.keys.signing import SigningKey
from oversight.ledger.checkpoint import Checkpoint
from oversight.ledger.cosignatures import cosign_ed25519
from oversight.ledger.notes import COSIGNATURE_ED25519, VerifierKey, make_vkey
from oversight.ledger.queries import entries_of_act
from oversight.ledger.terms import terms
from oversight.policy.commands import adopt_policy
from oversight.publication.collecting import store_cosignature
from oversight.values.digests import sha256, to_base64

OPENING = Permission("test.bids.open", frozenset({Post.ADMINISTRATOR}), None, "开", "Open")
WHAT = "019a5c7e-6f00-7000-8000-00000000aaaa"
DUE = 1_772_438_400  # POSIX second
UNMADE: dict[str, str] = {}
CODES = "code,name,parent,valid_from,valid_to,confidence\nA,工程,,2020-01-01,,A\nA1,新专业,A,,,B\n"


async def everything(house, directory):
    """Tell the story in an empty house; `directory` takes a second key ring. Return the stage."""
    stage = await Stage(house).set_up(experts=24)
    await _credentials(stage)
    await _duty(stage)
    await _pool(stage)
    await _draws(stage, directory)
    await _lists(stage)
    await _readings(stage)
    await _elsewhere(stage)
    await _custody(stage)
    await _uncounted(stage)
    carried = RoundOrder(ROUND, CHAIN, ROUND_SIGNATURE)
    await bring_round(stage.operator, carried, house.occasion())
    await _witnessed(stage)
    await _silenced(stage, directory)
    await import_list(
        KEEPER, ListImport(Kind.NDRC, "every-kind", "a test", CODES), house.occasion()
    )
    await Cosigned(house).settle()
    admin = stage.actor(Role.TRADING_CENTER, Post.ADMINISTRATOR, person=9)
    await identity.register_party(admin, Role.FIRM, "late", "", house.occasion())  # not settled
    return stage


async def missing_kinds():
    """Return the kinds of facts of which the log has no entry."""
    made = {row["kind"] for row in await run("SELECT DISTINCT kind FROM entry")}
    return {fact.kind for fact in assembly.FACTS} - made


async def _credentials(stage):
    """People, posts, tokens, a password, a key that is given up."""
    occasion = stage.house.occasion
    admin = stage.actor(Role.TRADING_CENTER, Post.ADMINISTRATOR, person=9)
    party = stage.ids[Role.TRADING_CENTER]
    made = await identity.register_person(admin, party, "李四", [Post.POOL_KEEPER], occasion())
    await identity.grant_post(admin, made.id, Post.ARCHIVE_READER, occasion())
    await identity.revoke_post(admin, made.id, Post.ARCHIVE_READER, occasion())
    await identity.issue_token(admin, made.id, occasion=occasion())
    token = await identity.issue_token(admin, made.id, occasion=occasion())
    await identity.revoke_token(admin, token.id, TokenReason.COMPROMISED, occasion())
    own = Actor(party, Role.TRADING_CENTER, made.id, frozenset({Post.POOL_KEEPER}))
    await identity.set_password(own, "lisi", "correct horse battery staple", occasion())
    holder = stage.actor(Role.AUDIT_OFFICE, Post.DRAW_CONTRIBUTOR)
    key = to_base64(stage.keys[stage.ids[Role.AUDIT_OFFICE]].public)
    await identity.revoke_signing_key(holder, key, KeyReason.SUPERSEDED, occasion())


async def _duty(stage):
    """Shifts of the supervisor's office: one is handed over, then cancelled; one stands."""
    occasion = stage.house.occasion
    admin = stage.actor(Role.TRADING_CENTER, Post.ADMINISTRATOR, person=9)
    office = stage.ids[Role.ADMINISTRATIVE_SUPERVISOR]
    first, second = [
        (await identity.register_person(admin, office, name, [Post.DRAW_SUPERVISOR], occasion())).id
        for name in ("王五", "赵六")
    ]
    form = ShiftForm(first, second, "2026-03-02T00:00:00Z", "2026-03-02T10:00:00Z")
    for _ in range(2):
        planned = await plan_shift(stage.supervisor, form, occasion())
    await hand_over(stage.supervisor, planned.id, occasion())
    await cancel_shift(stage.supervisor, planned.id, occasion())


async def _pool(stage):
    """An import, single registrations, every step of a standing, declarations."""
    house, occasion = stage.house, stage.house.occasion
    imported = await import_experts(KEEPER, csv_file(60), occasion())
    await admit_experts(REVIEWER, Admission(registered_by=imported.act), occasion())
    rows = await run("SELECT id FROM expert WHERE act = {} ORDER BY id", imported.act)
    first, second, third, fourth = [row["id"] for row in rows[:4]]
    for expert, step, reason in (
        (first, Step.SUSPEND, "investigation"),
        (first, Step.RESUME, "investigation-closed"),
        (second, Step.REMOVE, "bribery"),
        (third, Step.RETIRE, "own-request"),
    ):
        await change_standing(REVIEWER, expert, step, StandingOrder(reason, "in words"), occasion())
    await _registered_one_by_one(stage)
    office = EmployerChange(OrganisationForm("New Works"), date(2026, 3, 1))
    await change_employer(KEEPER, fourth, office, occasion())
    await link_account(KEEPER, fourth, AccountLink(stage.tenderer.person), occasion())
    against = RecusalForm("close-relative", name="Bidder Works")
    await declare_recusal(KEEPER, first, against, occasion())
    recusal = await declare_recusal(KEEPER, first, against, occasion())
    await lift(REVIEWER, recusal.id, occasion())
    away = AbsenceForm(date(2026, 3, 9), date(2026, 3, 10))
    await declare_absence(KEEPER, first, away, occasion())
    absence = await declare_absence(KEEPER, fourth, away, occasion())
    await lift(REVIEWER, absence.id, occasion())
    await house.settle()


async def _registered_one_by_one(stage):
    one, occasion = people(1, "every kind")[0], stage.house.occasion
    made = await register_expert(
        KEEPER,
        Registration(
            name=one.name,
            id_number=one.id_number,
            phone=one.phone,
            employer=OrganisationForm("Old Works"),
            specialties=["A080104", "A080105"],
            region="410922",
            title="senior",
            years=20,
            term_until=date(2029, 1, 1),
            trained_on=date(2025, 6, 1),
            past_employers=[FormerEmployerForm("Older Works", "", date(2020, 1, 1))],
        ),
        occasion(),
    )
    wanting = StandingOrder("documents-missing")
    await change_standing(REVIEWER, made.expert, Step.DECLINE, wanting, occasion())
    again = StandingOrder("documents-completed")
    await change_standing(KEEPER, made.expert, Step.PROPOSE, again, occasion())
    await admit_experts(REVIEWER, Admission([made.expert]), occasion())


async def _draws(stage, directory):
    """Draws to each of their ends: opened, voided, lapsed; with and without a result."""
    occasion = stage.house.occasion
    await stage.until("sealed", caps={"employer": 1})
    await request_auditor_file(
        stage.auditor, stage.draw, AuditorFileOrder("a complaint"), occasion()
    )
    await release_auditor_file(stage.supervisor, stage.draw, occasion())
    for role in (Role.TENDERER, Role.ADMINISTRATIVE_SUPERVISOR):
        await stage.reveal(role)
    await stage.run()
    await _answers(stage)
    await stage.open()
    await print_sheet(stage.tenderer, stage.draw, SheetOrder("remarks"), occasion())
    await stage.form(tender="tender-2", lots=["1", "2"])
    await (await stage.until("ordered")).lapse()
    await tell_contact(await stage.until("drawn"))
    await stage.void()
    await stage.form(tender="tender-3")
    await (await stage.until("revealed")).lapse()
    await (await stage.until("revealed")).house.settle()
    await _without_proof(stage, directory)
    await stage.form(tender="tender-4")
    await stage.until("sealed")
    await _appointments(stage)
    await stage.form(tender="tender-5")
    await tell_day(await stage.until("drawn"))


async def _appointments(stage):
    """One appointment that the authority approves, one that it refuses."""
    for number, decide in enumerate((approve_appointment, refuse_appointment)):
        made = await ask_to_appoint(stage, tender=f"tender-p-{number}")
        await decide(stage.supervisor, made.id, stage.house.occasion())


async def _answers(stage):
    """Lines that are freed, one by the expert's own answer, and a proposal that is dismissed."""
    first, second, third, fourth = [seat.line for seat in await answers.seats(stage.draw)]
    await stage.answer(first, "declined")
    await stage.answer(second, "unreachable")
    await stage.dismiss(await stage.propose(third, "recused"))
    await stage.answer(third, "left")
    await stage.propose(fourth, "recused")  # goes on waiting


async def _lists(stage):
    """Draws from lists: a coefficient that everybody watches, suppliers whose names are opened."""
    lists = ItemStage.beside(stage)
    await lists.until_of("parameter")
    await (await lists.until_of("supplier-invitation")).open()


async def _without_proof(stage, directory):
    """Void a draw whose center has lost its key, a day after all inputs were in."""
    true, other = ring(), make_ring(directory / "other-keys")
    kept = true.vrf_secrets
    true.vrf_secrets = other.vrf_secrets
    try:
        stage.house.pass_time(hours=24)
        await stage.void("no-proof")
    finally:
        true.vrf_secrets = kept


async def _readings(stage):
    """Two days of readings, the first of them digested."""
    house = stage.house
    rows = await run("SELECT id FROM expert ORDER BY id LIMIT 2")
    for row in rows:
        asked = Showing(["name", "phone"], "a question")
        await show_expert(stage.auditor, row["id"], asked, house.clock)
    day = house.now.date()
    house.pass_time(days=1)
    await digest_readings(stage.auditor, day, house.occasion())
    await show_expert(stage.auditor, rows[0]["id"], Showing(["name"], "another"), house.clock)


async def _elsewhere(stage):
    """Two draws made elsewhere; what the second one's entry conceals is erased."""
    await record_external_draw(stage.operator, _report(1), stage.house.occasion())
    stage.house.pass_time(seconds=1)
    second = await record_external_draw(stage.operator, _report(2), stage.house.occasion())
    await stage.house.settle()
    admin = stage.actor(Role.TRADING_CENTER, Post.ADMINISTRATOR, person=9)
    (entry,) = await entries_of_act(second.act)
    fields = ["application", "calls"]
    await erase(
        admin, entry.act, entry.n, fields=fields, ground="retention-over",
        occasion=stage.house.occasion(),
    )  # fmt: skip


def _report(number):
    return ExternalDrawForm(
        subject="tender-7",
        application=f"濮抽〔2026〕{number}号",
        terminal="河南省综合评标专家库濮阳终端",
        terminal_number=f"HN-2026-{number:04d}",
        drawn_at="2026-03-02T07:00:00Z",
        calls=[
            CallForm(1, "declined", "2026-03-02T07:10:00Z"),
            CallForm(2, "joined", "2026-03-02T07:12:00Z"),
        ],
        sealed_list_sha256="ab" * 32,
        form=DocumentForm("cd" * 32, 120_000, "image/jpeg"),
    )


async def _uncounted(stage):
    """Something that must stay uncounted, a receipt and its blind entry, a second that waits."""
    occasion = stage.house.occasion
    admin = stage.actor(Role.TRADING_CENTER, Post.ADMINISTRATOR, person=9)
    async with begin(admin, OPENING, occasion()) as act:
        opened = await open_uncounted(act, WHAT)
    for number in (1, 2):
        async with writing():
            await receive(sha256(b"receipt %d" % number), stage.house.now)
        if number == 1:
            await log_blind(admin.party, DUE, occasion())
    async with begin(admin, OPENING, occasion()) as act:
        await close_uncounted(act, opened)


async def _custody(stage):
    """Keys of the log, one of them retired."""
    occasion, keys = stage.house.occasion, ring()
    admin = stage.actor(Role.TRADING_CENTER, Post.ADMINISTRATOR, person=9)
    old = SigningKey(sha256(b"an old key")).public.hex()
    for key in (keys.log.public.hex(), old):
        await publish_key(admin, "log", key, occasion())
    await stage.house.settle()
    await retire_key(admin, "log", old, occasion())


async def _witnessed(stage):
    """A policy with one witness, and its cosignature below the newest checkpoint."""
    admin = stage.actor(Role.TRADING_CENTER, Post.ADMINISTRATOR, person=9)
    signer = SigningKey(sha256(b"a witness"))
    witness = VerifierKey("witness.example", COSIGNATURE_ED25519, signer.public)
    own = make_vkey(terms().origin, ring().log.public)
    theirs = make_vkey(witness.name, witness.public, witness.type)
    lines = [f"log {own}", f"witness w {theirs} http://witness.invalid", "quorum w"]
    await adopt_policy(admin, "\n".join(lines) + "\n", stage.house.occasion())
    point = await stage.house.settle()
    text = Checkpoint(terms().origin, point.size, point.root).text()
    seconds = int(stage.house.now.timestamp())
    line = cosign_ed25519(text, witness.name, signer, seconds)
    await store_cosignature(point, witness, line)


async def _silenced(stage, directory):
    """A draw that waits for a round, and a contributor that is named for its silence."""
    house = stage.house
    bound = {"beacon_chain": OWN_CHAIN.hash, "beacon_chains_file": chains_file(directory)}
    use_settings(msgspec.structs.replace(house.settings, **bound))
    stage.house = Cosigned(house)
    await stage.house.settle()
    await stage.form(tender="tender-of-a-silent-one")
    await stage.until("sealed", evaluation_day=house.now.date() + timedelta(days=7))
    await stage.reveal(Role.TENDERER)
    house.pass_time(minutes=10, seconds=1)
    silent = BreachOrder(stage.ids[Role.ADMINISTRATIVE_SUPERVISOR])
    await name_breach(stage.operator, stage.draw, silent, house.occasion())
    await stage.house.settle()
    stage.house = house
    use_settings(house.settings)
