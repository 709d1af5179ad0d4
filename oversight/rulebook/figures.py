"""What a figure of law is, and what an edition of them offers to rules.

A case begins under one edition and ends under it, whatever is enacted meanwhile. Rules take
figures from the edition they are given and never hold one of their own.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from fractions import Fraction

import msgspec

FigureValue = bool | int | str | tuple[str, ...] | None


class Regime(StrEnum):
    """Which body of law a case follows from its first day."""

    TENDERING = "T"  # 招标投标法
    PROCUREMENT = "P"  # 政府采购法
    BELOW_LIMITS = "L"  # 限额以下, under local rules


class Confidence(StrEnum):
    """How a figure came to us."""

    READ = "A"  # the article's own text was read
    COPY = "B"  # read in an edited, partial or second-hand copy
    MEMORY = "M"  # from memory: check against the official text
    SECOND_HAND = "s"  # described by others in detail
    DESIGN = "D"  # no law sets it: this system's own choice


UNCONFIRMED = frozenset({Confidence.MEMORY, Confidence.SECOND_HAND})


class Figure(msgspec.Struct, frozen=True):
    """One figure with its source. A value of None says: the text is not in hand, left open."""

    value: FigureValue
    unit: str  # "people", "years", "hours", "share", "flag", "code", "roles", "fen", …
    source: str  # article of law, or "design: <document>"
    confidence: Confidence
    scope: str = "national"  # else the place whose local law it is


# Figures that are published and that no rule reads yet: they come with evaluation,
# credit files, and the review of qualifications. Until then they refuse nothing.
AWAITED = frozenset(
    {
        "expert_clean_years",
        "expert_term_years",
        "expert_title_min",
        "expert_title_without_years",
        "expert_years_min",
        "performance_report_workdays",
        "time_short_share_above",
    }
)


class DrawFigures(msgspec.Struct, frozen=True):
    """What an edition says about draws; the first five go into the trust file."""

    vrf_lead_hours: int  # from logging the VRF key to the seal, at least
    round_lead_minutes: int  # from reveal_by to the beacon round, at least
    attempts_max: int  # per subject, purpose and parent
    roster_multiple: int  # eligible experts per seat of a stratum, at least
    must_contribute: tuple[str, ...]  # trusted roles
    reveal_minutes: int  # from the seal to reveal_by, unless the order says otherwise
    identities: str  # to whom they are opened: "public", "parties" or "auditor"
    employer_cap: int | None  # seats for one employer over all strata, at most
    region_digits: int | None  # of a region's code that a stratum may fix without a reason
    purposes: tuple[str, ...]  # of draws from lists, beside those for committees
    supplier_seats_min: int | None  # suppliers that one drawing invites, at least
    demo: bool  # true: never for a real case


class ContactFigures(msgspec.Struct, frozen=True):
    """What an edition says about inviting the experts who were drawn."""

    tries: tuple[str, ...]  # channel of each try, in order: "voice" or "message"
    pause_minutes: int  # from one try to the next, at least
    window_minutes: int  # to answer, from a delivered try on
    expedited_tries: tuple[str, ...]  # the same on the day of the evaluation itself
    expedited_pause_minutes: int
    expedited_window_minutes: int
    from_hour: int  # hours of the day in Asia/Shanghai between which a try is made
    to_hour: int  # the first hour in which none is
    tells: tuple[str, ...]  # what an invitation tells: "day", "hour", "hours", "region"
    window_hours: int | None  # before the evaluation; nobody is invited earlier
    window_workdays: int | None  # the same in working days


class SignInFigures(msgspec.Struct, frozen=True):
    """What an edition says about the door on the day of the evaluation, and the sealed list."""

    opens_minutes: int  # before the evaluation begins
    late_minutes: int  # after it begins; from then on an expert is late
    absent_minutes: int  # after being late begins; from then on he is absent
    arrival_minutes: int  # an expert invited on the day has from his invitation to the door
    wrong_max: int  # wrong cards by one clerk within wrong_minutes, then the door rests
    wrong_minutes: int
    methods: tuple[str, ...]  # by which identity may be checked
    list_readers: tuple[str, ...]  # posts that see the list once it is opened, beside the auditor


class FeeFigures(msgspec.Struct, frozen=True):
    """What an edition says about experts' fees; sums in fen."""

    step_minutes: int  # time is paid in such steps, the last one whole
    tax_free_fen: int  # of a payment up to tax_flat_up_to_fen
    tax_flat_up_to_fen: int
    tax_free_percent: int  # of a larger payment, untaxed
    tax_brackets: tuple[tuple[int | None, int, int], ...]  # up to, percent, deducted; None: no end


class CommitteeFigures(msgspec.Struct, frozen=True):
    """What an edition says about the bodies that evaluate."""

    size_min: int
    size_odd: bool
    expert_share_min: Fraction
    large_size_min: int | None  # for big budgets and hard or contested cases
    large_budget_fen: int | None
    group_size_min: int | None  # negotiation, consultation, inquiry
    group_expert_share_min: Fraction | None
    group_large_size_min: int | None
    buyer_may_head: bool


class PoolFigures(msgspec.Struct, frozen=True):
    """What an edition says about experts in the pool."""

    years_min: int
    title_min: str  # "mid" or "senior"
    title_without_years: str | None  # a title that needs no years besides
    age_below: int | None
    clean_years: int | None
    lookback_years: int  # former employers and ties that exclude
    term_years: int | None
    draws_max: int | None  # services in draws_period_days; None: no limit known
    draws_period_days: int | None


class Edition(msgspec.Struct, frozen=True):
    """The figures of one regime from one day on."""

    name: str  # "T-2025"; on the log for ever, never reused
    regime: Regime
    title_zh: str
    title_en: str
    published: date | None  # of the newest instrument in it; None: not confirmed
    effective: date  # first start date of a case that it governs
    transition: str  # what becomes of cases that began before
    figures: Mapping[str, Figure]
    demo: bool = False
    enforced: frozenset[str] = frozenset()  # figures made hard by the one who runs the service

    def hard(self, name: str) -> bool:
        """Tell whether the figure may refuse an act by itself; else it warns and is recorded.

        Unconfirmed and merely local figures are soft until whoever runs the service, having
        the official text in hand, enforces them; a figure that no rule reads yet is not hard.
        """
        figure = self.figures[name]
        if name in AWAITED:
            return False
        sure = figure.confidence not in UNCONFIRMED and figure.scope == "national"
        return figure.value is not None and (sure or name in self.enforced)

    def enforcing(self, *names: str) -> "Edition":
        """Return this edition with the named figures hard; an unknown name is a KeyError."""
        for name in names:
            self.figures[name]
        return msgspec.structs.replace(self, enforced=self.enforced | frozenset(names))

    @property
    def draw(self) -> DrawFigures:
        """The figures of the draw."""
        return DrawFigures(
            vrf_lead_hours=self._integer("draw_vrf_lead_hours"),
            round_lead_minutes=self._integer("draw_round_lead_minutes"),
            attempts_max=self._integer("draw_attempts_max"),
            roster_multiple=self._integer("draw_roster_multiple"),
            must_contribute=self._texts("draw_must_contribute"),
            reveal_minutes=self._integer("draw_reveal_minutes"),
            identities=self._text("draw_identities"),
            employer_cap=self._optional("draw_employer_cap"),
            region_digits=self._optional("draw_region_digits"),
            purposes=self._texts("draw_purposes"),
            supplier_seats_min=self._optional("draw_supplier_seats_min"),
            demo=self.demo,
        )

    @property
    def contact(self) -> ContactFigures:
        """The figures of inviting those who were drawn."""
        return ContactFigures(
            tries=self._texts("contact_tries"),
            pause_minutes=self._integer("contact_pause_minutes"),
            window_minutes=self._integer("contact_window_minutes"),
            expedited_tries=self._texts("contact_expedited_tries"),
            expedited_pause_minutes=self._integer("contact_expedited_pause_minutes"),
            expedited_window_minutes=self._integer("contact_expedited_window_minutes"),
            from_hour=self._integer("contact_from_hour"),
            to_hour=self._integer("contact_to_hour"),
            tells=self._texts("contact_tells"),
            window_hours=self._optional("draw_window_hours"),
            window_workdays=self._optional("draw_window_workdays"),
        )

    @property
    def sign_in(self) -> SignInFigures:
        """The figures of the door and of the sealed list."""
        return SignInFigures(
            opens_minutes=self._integer("sign_in_opens_minutes"),
            late_minutes=self._integer("sign_in_late_minutes"),
            absent_minutes=self._integer("sign_in_absent_minutes"),
            arrival_minutes=self._integer("sign_in_arrival_minutes"),
            wrong_max=self._integer("sign_in_wrong_max"),
            wrong_minutes=self._integer("sign_in_wrong_minutes"),
            methods=self._texts("sign_in_methods"),
            list_readers=self._texts("sign_in_list_readers"),
        )

    @property
    def fee(self) -> FeeFigures:
        """The figures of experts' fees."""
        return FeeFigures(
            step_minutes=self._integer("fee_step_minutes"),
            tax_free_fen=self._integer("fee_tax_free_fen"),
            tax_flat_up_to_fen=self._integer("fee_tax_flat_up_to_fen"),
            tax_free_percent=self._integer("fee_tax_free_percent"),
            tax_brackets=tuple(map(_bracket, self._texts("fee_tax_brackets"))),
        )

    @property
    def committee(self) -> CommitteeFigures:
        """The figures of committees and groups."""
        return CommitteeFigures(
            size_min=self._integer("committee_size_min"),
            size_odd=self._flag("committee_size_odd"),
            expert_share_min=Fraction(self._text("committee_expert_share_min")),
            large_size_min=self._optional("committee_large_size_min"),
            large_budget_fen=self._optional("committee_large_budget_fen"),
            group_size_min=self._optional("group_size_min"),
            group_expert_share_min=self._share("group_expert_share_min"),
            group_large_size_min=self._optional("group_large_size_min"),
            buyer_may_head=self._flag("committee_buyer_may_head"),
        )

    @property
    def pool(self) -> PoolFigures:
        """The figures of admission to the pool and of standing in it."""
        return PoolFigures(
            years_min=self._integer("expert_years_min"),
            title_min=self._text("expert_title_min"),
            title_without_years=self._optional_text("expert_title_without_years"),
            age_below=self._optional("expert_age_below"),
            clean_years=self._optional("expert_clean_years"),
            lookback_years=self._integer("expert_lookback_years"),
            term_years=self._optional("expert_term_years"),
            draws_max=self._optional("expert_draws_max"),
            draws_period_days=self._optional("expert_draws_period_days"),
        )

    def _value(self, name: str) -> FigureValue:
        figure = self.figures.get(name)
        return figure.value if figure is not None else None

    def _integer(self, name: str) -> int:
        value = self._value(name)
        assert type(value) is int, f"{self.name} lacks the whole number {name}"
        return value

    def _optional(self, name: str) -> int | None:
        return None if self._value(name) is None else self._integer(name)

    def _text(self, name: str) -> str:
        value = self._value(name)
        assert isinstance(value, str), f"{self.name} lacks the text {name}"
        return value

    def _optional_text(self, name: str) -> str | None:
        return None if self._value(name) is None else self._text(name)

    def _share(self, name: str) -> Fraction | None:
        return None if self._value(name) is None else Fraction(self._text(name))

    def _flag(self, name: str) -> bool:
        value = self._value(name)
        assert isinstance(value, bool), f"{self.name} lacks the flag {name}"
        return value

    def _texts(self, name: str) -> tuple[str, ...]:
        value = self._value(name)
        assert isinstance(value, tuple), f"{self.name} lacks the list {name}"
        return value


def _bracket(text: str) -> tuple[int | None, int, int]:
    """Return what "2000000:20:0" says: up to so many fen, percent, fen deducted; "-" is no end."""
    up_to, percent, deducted = text.split(":")
    return None if up_to == "-" else int(up_to), int(percent), int(deducted)
