"""Deeds on the pool: registering one, admitting, standing, recusals, showings, draws elsewhere."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from house import someone
from pool import KEEPER, REVIEWER, csv_file, filled, people

from bidding.classification import queries as lists
from bidding.classification.commands import import_list
from bidding.classification.rules import Kind
from bidding.classification.schema import ListImport
from bidding.eligibility.queries import eligible
from bidding.eligibility.rules import Conditions
from bidding.external_draw.commands import record_external_draw
from bidding.external_draw.schema import CallForm, DocumentForm, ExternalDrawForm
from bidding.intake.commands import import_experts
from bidding.reading.commands import digest_readings, show_expert
from bidding.reading.queries import readings, readings_of
from bidding.reading.rules import digest_of
from bidding.reading.schema import Showing
from bidding.recusal.commands import declare_absence, declare_recusal, lift
from bidding.recusal.queries import declarations
from bidding.recusal.schema import AbsenceForm, RecusalForm
from bidding.roster.commands import (
    admit_experts,
    change_employer,
    change_standing,
    link_account,
    register_expert,
)
from bidding.roster.queries import detail, search
from bidding.roster.rules import Organisation, Step
from bidding.roster.schema import (
    AccountLink,
    Admission,
    EmployerChange,
    OrganisationForm,
    Registration,
    Search,
    StandingOrder,
)
from oversight.authority.rules import Post, Role
from oversight.errors import RuleBroken
from oversight.ledger import queries as ledger

AUDITOR = someone(Post.AUDITOR, role=Role.AUDIT_OFFICE)
DAY = date(2026, 3, 10)


def registration(number=0, **changes):
    one = people(20, "single")[number]
    fields = {
        "name": one.name, "id_number": one.id_number, "phone": one.phone,
        "employer": OrganisationForm(one.employer.name, one.employer.uscc),
        "specialties": ["A080104"], "region": "410922", "title": one.title, "years": one.years,
    }  # fmt: skip
    return Registration(**(fields | changes))


async def an_expert(house, number=0, **changes):
    """Register and admit one person; return his id."""
    made = await register_expert(KEEPER, registration(number, **changes), house.occasion())
    await admit_experts(REVIEWER, Admission([made.expert]), house.occasion())
    return made.expert


async def judged(conditions=None):
    """Return who is eligible and who is excluded in the one stratum of these tests."""
    conditions = conditions or Conditions(on=DAY, lookback_years=3)
    ((experts, excluded),) = await eligible([("A080104", "410900")], conditions)
    return [one.expert for one in experts], excluded


async def test_one_person_is_registered_and_admitted_by_another(house):
    ident = await an_expert(house)
    assert (await detail(ident)).expert.status == "admitted"
    assert await judged() == ([ident], [])


async def test_a_registration_names_every_wrong_field(house):
    with pytest.raises(RuleBroken, match="roster.field_valid") as refusal:
        await register_expert(KEEPER, registration(phone="12345678901", name="3"), house.occasion())
    assert sorted(refusal.value.found["fields"]) == ["name", "phone"]
    assert await house.log_rows() == 0


async def test_the_same_person_is_registered_once(house):
    await register_expert(KEEPER, registration(), house.occasion())
    with pytest.raises(RuleBroken, match="roster.expert_new"):
        await register_expert(KEEPER, registration(), house.occasion())
    assert (await house.count("expert"), await house.log_rows()) == (1, 1)


async def test_a_person_registered_twice_at_once_enters_the_pool_once(house):
    deeds = [register_expert(KEEPER, registration(), house.occasion()) for _ in range(4)]
    done = await asyncio.gather(*deeds, return_exceptions=True)
    refused = [one.rule.code for one in done if isinstance(one, RuleBroken)]
    assert refused == ["roster.expert_new"] * 3
    assert (await house.count("expert"), await house.log_rows()) == (1, 1)


async def test_an_expert_admitted_twice_at_once_is_admitted_once(house):
    made = await register_expert(KEEPER, registration(), house.occasion())
    order = Admission([made.expert])
    deeds = [admit_experts(REVIEWER, order, house.occasion()) for _ in range(3)]
    done = await asyncio.gather(*deeds, return_exceptions=True)
    refused = [one.rule.code for one in done if isinstance(one, RuleBroken)]
    assert refused == ["roster.step_lawful"] * 2
    assert await house.count("standing_change") == 1


async def test_an_admission_takes_effect_for_all_or_for_none(house):
    first = await register_expert(KEEPER, registration(0), house.occasion())
    second = await an_expert(house, 1)
    entries = await house.log_rows()
    with pytest.raises(RuleBroken, match="roster.step_lawful"):
        await admit_experts(REVIEWER, Admission([first.expert, second]), house.occasion())
    assert (await detail(first.expert)).expert.status == "proposed"
    assert await house.log_rows() == entries


async def test_nobody_is_admitted_twice_nor_from_nowhere(house):
    receipt = await filled(house, 3)
    with pytest.raises(RuleBroken, match="roster.batch_bounded"):
        await admit_experts(REVIEWER, Admission(registered_by=receipt.act), house.occasion())
    with pytest.raises(RuleBroken, match="roster.expert_known"):
        await admit_experts(REVIEWER, Admission([receipt.act]), house.occasion())


async def test_a_suspension_and_its_end_stand_in_the_history(house):
    ident = await an_expert(house)
    for step, reason in ((Step.SUSPEND, "investigation"), (Step.RESUME, "investigation-closed")):
        await change_standing(
            REVIEWER, ident, step, StandingOrder(reason, "see file 7"), house.occasion()
        )
    steps = [(one.step, one.status, one.reason) for one in (await detail(ident)).history]
    assert steps == [
        ("admit", "admitted", ""),
        ("suspend", "suspended", "investigation"),
        ("resume", "admitted", "investigation-closed"),
    ]
    await house.settle()
    kinds = [one.entry().kind.rsplit(".", 1)[-1] for one in await ledger.entries_about(ident)]
    assert kinds == ["registered", "admitted", "suspended", "resumed"]
    assert await judged() == ([ident], [])


async def test_a_reason_that_is_not_listed_changes_nothing(house):
    ident = await an_expert(house)
    entries = await house.log_rows()
    with pytest.raises(RuleBroken, match="roster.reason_coded"):
        await change_standing(
            REVIEWER, ident, Step.REMOVE, StandingOrder("dislike"), house.occasion()
        )
    assert (await detail(ident)).expert.status == "admitted"
    assert await house.log_rows() == entries


async def test_a_declined_person_is_proposed_again_and_then_admitted_by_another(house):
    made = await register_expert(KEEPER, registration(), house.occasion())
    other = someone(Post.POOL_KEEPER, Post.POOL_REVIEWER, name="other")
    await change_standing(
        REVIEWER, made.expert, Step.DECLINE, StandingOrder("documents-missing"), house.occasion()
    )
    await change_standing(
        other, made.expert, Step.PROPOSE, StandingOrder("documents-completed"), house.occasion()
    )
    with pytest.raises(RuleBroken, match="roster.two_people"):
        await admit_experts(other, Admission([made.expert]), house.occasion())
    await admit_experts(REVIEWER, Admission([made.expert]), house.occasion())


async def test_an_expert_who_changed_employer_stays_away_from_the_old_one_for_three_years(house):
    ident = await an_expert(house)
    old = people(20, "single")[0].employer
    order = EmployerChange(OrganisationForm("新单位有限公司"), date(2023, 6, 1))
    await change_employer(KEEPER, ident, order, house.occasion())
    parties = frozenset({Organisation(uscc=old.uscc)})
    assert await judged(Conditions(DAY, 3, parties)) == ([], [(ident, "employer-recused")])
    later = Conditions(date(2026, 6, 2), 3, parties)
    assert await judged(later) == ([ident], [])
    new = frozenset({Organisation("新单位 有限公司")})
    assert await judged(Conditions(date(2026, 6, 2), 3, new)) == ([], [(ident, "employer-recused")])


# Recusals and absences


async def test_a_recusal_against_an_organisation_excludes_from_its_cases_only(house):
    ident = await an_expert(house)
    form = RecusalForm("economic-interest", name="某某集团")
    await declare_recusal(KEEPER, ident, form, house.occasion())
    there = Conditions(DAY, 3, frozenset({Organisation("某某 集团")}))
    elsewhere = Conditions(DAY, 3, frozenset({Organisation("其他集团")}))
    assert await judged(there) == ([], [(ident, "recused")])
    assert await judged(elsewhere) == ([ident], [])


async def test_a_recusal_from_one_subject_excludes_from_it_only(house):
    ident = await an_expert(house)
    form = RecusalForm("close-relative", subject="tender-7")
    made = await declare_recusal(KEEPER, ident, form, house.occasion())
    case = Conditions(DAY, 3, subjects=frozenset({"tender-7"}))
    assert await judged(case) == ([], [(ident, "recused")])
    assert await judged() == ([ident], [])
    await lift(REVIEWER, made.id, house.occasion())
    assert await judged(case) == ([ident], [])
    (kept,) = (await declarations(ident)).recusals
    assert kept.lifted_at == "2026-03-02T08:00:00Z"
    with pytest.raises(RuleBroken, match="recusal.declaration_known"):
        await lift(REVIEWER, made.id, house.occasion())


async def test_an_absence_counts_from_its_first_day_to_its_last(house):
    ident = await an_expert(house)
    form = AbsenceForm(date(2026, 3, 10), date(2026, 3, 12))
    await declare_absence(KEEPER, ident, form, house.occasion())
    found = [bool((await judged(Conditions(date(2026, 3, day), 3)))[1]) for day in range(9, 14)]
    assert found == [False, True, True, True, False]


async def test_an_expert_declares_for_himself_and_for_nobody_else(house):
    ident, other = await an_expert(house), await an_expert(house, 1)
    himself = someone(Post.EXPERT, role=Role.EXPERT)
    await link_account(KEEPER, ident, AccountLink(himself.person), house.occasion())
    form = RecusalForm("other", name="某某集团")
    made = await declare_recusal(himself, ident, form, house.occasion())
    with pytest.raises(RuleBroken, match="recusal.declared_for_oneself"):
        await declare_recusal(himself, other, form, house.occasion())
    await house.settle()
    (entry,) = [one.entry() for one in await ledger.entries_of_act(made.act)]
    assert (entry.actor, entry.role, entry.subject) == ("expert", "expert", ident)


# Showings


async def test_protected_fields_are_shown_and_each_showing_is_on_record(house):
    ident = await an_expert(house)
    one = people(20, "single")[0]
    asked = Showing(["phone", "name"], "call for case 7")
    shown = await show_expert(KEEPER, ident, asked, house.clock)
    assert (shown.name, shown.phone, shown.id_number) == (one.name, one.phone, "")
    (reading,) = (await readings(ident, "")).items
    assert (reading.person, reading.fields) == (KEEPER.person, "name,phone")
    assert reading.purpose == "call for case 7"


async def test_whoever_runs_a_draw_sees_no_name(house):
    ident = await an_expert(house)
    for post in (Post.DRAW_OPERATOR, Post.DRAW_APPLICANT, Post.ADMINISTRATOR):
        with pytest.raises(RuleBroken, match="authority.permission_held"):
            await show_expert(someone(post), ident, Showing(["name"], "why not"), house.clock)
    assert await house.count("reading") == 0


async def test_a_days_readings_are_digested_once_when_the_day_is_over(house):
    ident = await an_expert(house)
    await show_expert(KEEPER, ident, Showing(["name"], "case 7"), house.clock)
    day = house.now.date()
    with pytest.raises(RuleBroken, match="reading.day_over"):
        await digest_readings(AUDITOR, day, house.occasion())
    house.pass_time(days=1)
    made = await digest_readings(AUDITOR, day, house.occasion())
    assert made.readings == 1
    assert made.sha256 == digest_of(await readings_of(day))
    with pytest.raises(RuleBroken, match="reading.day_digested_once"):
        await digest_readings(AUDITOR, day, house.occasion())


# Search


async def test_an_expert_is_found_by_what_is_sealed(house):
    await filled(house, 30)
    one = people(30)[7]
    for wanted in (Search(id_number=one.id_number), Search(phone=one.phone)):
        (found,) = (await search(wanted)).items
        assert found.employer_uscc == one.employer.uscc
    named = (await search(Search(name=one.name))).items
    assert len(named) == sum(person.name == one.name for person in people(30))


async def test_pages_of_a_search_hold_everybody_once(house):
    await import_experts(KEEPER, csv_file(230), house.occasion())
    seen, cursor = [], ""
    while True:
        page = await search(Search(status="proposed", cursor=cursor))
        seen += [one.id for one in page.items]
        cursor = page.next
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 230


async def test_a_search_by_region_finds_all_within_it(house):
    await filled(house, 60)
    found = (await search(Search(region="410900"))).items
    assert len(found) == sum(one.region.startswith("4109") for one in people(60))


# Lists of codes


async def test_an_imported_list_replaces_the_seed(house):
    text = "code,name,parent,valid_from,valid_to,confidence\nA,工程,,,,A\nA1,新专业,A,,,A\n"
    given = ListImport(Kind.NDRC, "ndrc-test", "a test", text)
    assert (await lists.catalogue(Kind.NDRC)).version == "ndrc-2018-extract-1"
    await import_list(KEEPER, given, house.occasion())
    assert (await lists.catalogue(Kind.NDRC)).version == "ndrc-test"
    assert (await lists.catalogue(Kind.NDRC)).codes.keys() == {"A", "A1"}
    with pytest.raises(RuleBroken, match="classification.version_new"):
        await import_list(KEEPER, given, house.occasion())
    with pytest.raises(RuleBroken, match="roster.field_valid"):
        await register_expert(KEEPER, registration(), house.occasion())


# Draws made elsewhere

ELSEWHERE = ExternalDrawForm(
    subject="tender-7",
    application="濮抽〔2026〕7号",
    terminal="河南省综合评标专家库濮阳终端",
    terminal_number="HN-2026-0001",
    drawn_at="2026-03-02T07:00:00Z",
    calls=[
        CallForm(1, "declined", "2026-03-02T07:10:00Z"),
        CallForm(2, "joined", "2026-03-02T07:12:00Z"),
    ],
    sealed_list_sha256="ab" * 32,
    form=DocumentForm("cd" * 32, 120_000, "image/jpeg"),
)
OPERATOR = someone(Post.DRAW_OPERATOR)


async def test_a_draw_made_elsewhere_is_recorded_and_says_that_it_cannot_be_recomputed(house):
    made = await record_external_draw(OPERATOR, ELSEWHERE, house.occasion())
    assert made.verdict["en"] == "drawn elsewhere, not recomputable here"
    assert made.outcomes == {"declined": 1, "joined": 1}
    await house.settle()
    (logged,) = await ledger.entries_about("tender-7")
    body = logged.entry().body
    assert body["sealed_list"] == "ab" * 32
    assert "HN-2026-0001" not in str(body)


async def test_a_draw_made_elsewhere_is_recorded_once(house):
    await record_external_draw(OPERATOR, ELSEWHERE, house.occasion())
    with pytest.raises(RuleBroken, match="external_draw.recorded_once"):
        await record_external_draw(OPERATOR, ELSEWHERE, house.occasion())
    assert (await house.count("external_draw"), await house.log_rows()) == (1, 1)


@pytest.mark.parametrize(
    "calls",
    [
        [CallForm(2, "joined", "2026-03-02T07:12:00Z")],
        [CallForm(1, "joined", "2026-03-02T06:00:00Z")],
        [CallForm(1, "joined", "2026-03-02T09:00:00Z")],
        [CallForm(1, "joined", "2026-02-30T07:12:00Z")],
    ],
)
async def test_calls_out_of_order_or_out_of_time_are_refused(house, calls):
    from msgspec.structs import replace

    with pytest.raises(RuleBroken, match="external_draw.calls_sound"):
        await record_external_draw(OPERATOR, replace(ELSEWHERE, calls=calls), house.occasion())
    assert await house.log_rows() == 0
