"""The rulebook: every figure says where it comes from, and the unsure ones refuse nobody."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from oversight.configuration import Settings, use_settings
from oversight.errors import RuleBroken
from oversight.rulebook.figures import AWAITED, Confidence, Regime
from oversight.rulebook.queries import calendar_in_force, edition_in_force, editions_in_force
from oversight.rulebook.rules import EDITIONS, edition, edition_for
from oversight.values.calendar import ANNOUNCED

FIGURES = [(each, name) for each in EDITIONS.values() for name in each.figures]


@pytest.fixture
def in_use():
    yield lambda **chosen: use_settings(Settings(**chosen))
    use_settings(None)


@pytest.mark.parametrize(
    ("held", "name"), FIGURES, ids=[f"{held.name}:{name}" for held, name in FIGURES]
)
def test_every_figure_has_unit_source_and_confidence(held, name):
    figure = held.figures[name]
    assert figure.unit
    assert figure.source
    assert isinstance(figure.confidence, Confidence)
    assert figure.scope


def test_a_figure_that_nobody_could_check_or_that_is_local_is_never_hard_by_itself():
    for held, name in FIGURES:
        figure = held.figures[name]
        unsure = figure.confidence in {"M", "s"} or figure.scope != "national"
        settled = figure.value is not None and name not in AWAITED
        assert held.hard(name) == (settled and not unsure)


def test_a_figure_that_is_left_open_cannot_be_enforced():
    for held, name in FIGURES:
        if held.figures[name].value is None:
            assert held.figures[name].confidence is Confidence.MEMORY
            assert not held.enforcing(name).hard(name)


def test_an_unconfirmed_figure_can_be_made_hard_by_name():
    held = edition("P-2025")
    assert not held.hard("expert_age_below")
    assert held.enforcing("expert_age_below").hard("expert_age_below")
    with pytest.raises(KeyError):
        held.enforcing("no_such_figure")


@pytest.mark.parametrize("held", EDITIONS.values(), ids=lambda held: held.name)
def test_an_edition_is_complete_for_draw_committee_and_pool(held):
    assert held.draw.must_contribute == ("supervisor",)
    assert held.draw.identities in {"public", "parties", "auditor"}
    assert held.draw.demo == (held.name == "demo")
    assert held.draw.employer_cap is None or held.draw.employer_cap >= 1
    assert held.committee.size_min % 2 == held.committee.size_odd == 1
    assert held.pool.lookback_years == 3
    assert held.transition


@pytest.mark.parametrize("held", EDITIONS.values(), ids=lambda held: held.name)
def test_what_every_verifier_recomputes_is_hard(held):
    for name in ("vrf_lead_hours", "round_lead_minutes", "attempts_max", "roster_multiple"):
        assert held.hard(f"draw_{name}")


def test_the_tendering_law_asks_for_five_of_whom_two_thirds_are_experts():
    committee = edition("T-2025").committee
    assert (committee.size_min, committee.expert_share_min) == (5, Fraction(2, 3))
    assert edition("T-2025").hard("committee_size_min")


def test_a_real_edition_logs_the_random_functions_key_a_day_ahead():
    assert {edition(name).draw.vrf_lead_hours for name in ("T-2025", "P-2025", "L-2025")} == {24}
    assert edition("demo").draw.vrf_lead_hours == 0


def test_procurement_publishes_its_experts_and_tendering_need_not():
    assert edition("P-2025").draw.identities == "public"
    assert edition("T-2025").draw.identities == "parties"


def test_a_case_is_governed_by_the_edition_in_force_on_its_first_day():
    newer = EDITIONS["T-2025"].__class__(
        **{
            field: getattr(EDITIONS["T-2025"], field)
            for field in EDITIONS["T-2025"].__struct_fields__
        }
        | {"name": "T-2030", "effective": date(2030, 1, 1)}
    )
    among = {**EDITIONS, newer.name: newer}
    assert edition_for(Regime.TENDERING, date(2029, 12, 31), among).name == "T-2025"
    assert edition_for(Regime.TENDERING, date(2030, 1, 1), among).name == "T-2030"


def test_the_demo_governs_no_case():
    for regime in Regime:
        assert not edition_for(regime, date(2026, 1, 1)).demo
    with pytest.raises(RuleBroken, match=r"rulebook\.edition_covers"):
        edition_for(Regime.TENDERING, date(2026, 1, 1), {"demo": edition("demo")})


def test_a_case_before_the_first_edition_is_refused():
    before = EDITIONS["P-2025"].effective - timedelta(days=1)
    with pytest.raises(RuleBroken, match=r"rulebook\.edition_covers"):
        edition_for(Regime.PROCUREMENT, before)


def test_an_unknown_edition_is_refused_with_those_that_are_known():
    with pytest.raises(RuleBroken, match=r"rulebook\.edition_known") as refusal:
        edition("T-1999")
    assert "T-2025" in refusal.value.needed


def test_the_demo_is_in_force_only_where_it_is_named(in_use):
    in_use()
    with pytest.raises(RuleBroken, match=r"rulebook\.edition_known"):
        edition_in_force("demo")
    in_use(editions=("demo",))
    assert edition_in_force("demo").demo
    assert set(editions_in_force()) == {"demo"}


def test_settings_make_a_figure_hard_in_one_edition_alone(in_use):
    in_use(enforced_figures=("P-2025:expert_age_below",))
    assert edition_in_force("P-2025").hard("expert_age_below")
    assert not edition_in_force("T-2025").hard("expert_age_below")


@pytest.mark.parametrize("named", ["P-2025:nothing", "P-2025:expert_term_years", "P-2025"])
def test_settings_cannot_enforce_what_has_no_figure(in_use, named):
    in_use(enforced_figures=(named,))
    with pytest.raises(RuleBroken, match=r"rulebook\.figure_known"):
        editions_in_force()


def test_the_calendar_in_force_holds_the_years_of_its_file(in_use, tmp_path):
    in_use()
    assert calendar_in_force() is ANNOUNCED
    file = tmp_path / "2027.toml"
    file.write_text("[2027]\nholidays = [2027-01-01]\nworkdays = []\n")
    in_use(calendar_file=str(file))
    assert 2027 in calendar_in_force().years


def test_a_calendar_file_that_cannot_be_read_is_refused(in_use, tmp_path):
    in_use(calendar_file=str(tmp_path / "absent.toml"))
    with pytest.raises(RuleBroken, match=r"calendar\.readable"):
        calendar_in_force()
