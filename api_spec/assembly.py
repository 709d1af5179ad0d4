"""The one list of everything: what the service is made of, named in one place.

Concepts know nothing of this list. Whoever adds a concept adds its rooms here, one line each;
documents, the schema check, the HTTP application and the command line are derived from it.
"""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import click
from litestar.handlers import HTTPRouteHandler
from piccolo.table import Table

from api_spec import consoles, problems
from bidding.answer import coverage as answer_coverage
from bidding.answer import facts as answer_facts
from bidding.answer import http as answer_http
from bidding.answer import rules as answer_rules
from bidding.answer import tables as answer_tables
from bidding.ceremony import coverage as ceremony_coverage
from bidding.ceremony import facts as ceremony_facts
from bidding.ceremony import http as ceremony_http
from bidding.ceremony import rules as ceremony_rules
from bidding.ceremony import tables as ceremony_tables
from bidding.classification import coverage as classification_coverage
from bidding.classification import facts as classification_facts
from bidding.classification import http as classification_http
from bidding.classification import rules as classification_rules
from bidding.classification import tables as classification_tables
from bidding.closing import rules as closing_rules
from bidding.committee import coverage as committee_coverage
from bidding.committee import facts as committee_facts
from bidding.committee import http as committee_http
from bidding.committee import rules as committee_rules
from bidding.committee import tables as committee_tables
from bidding.contact import coverage as contact_coverage
from bidding.contact import facts as contact_facts
from bidding.contact import http as contact_http
from bidding.contact import rules as contact_rules
from bidding.contact import tables as contact_tables
from bidding.contribution import rules as contribution_rules
from bidding.contributor import rules as contributor_rules
from bidding.draw import coverage as draw_coverage
from bidding.draw import facts as draw_facts
from bidding.draw import http as draw_http
from bidding.draw import rules as draw_rules
from bidding.draw import tables as draw_tables
from bidding.draw_chain import rules as draw_chain_rules
from bidding.draw_end import coverage as draw_end_coverage
from bidding.draw_end import http as draw_end_http
from bidding.draw_end import rules as draw_end_rules
from bidding.draw_order import coverage as draw_order_coverage
from bidding.draw_order import http as draw_order_http
from bidding.draw_order import rules as draw_order_rules
from bidding.draw_record import coverage as draw_record_coverage
from bidding.draw_record import facts as draw_record_facts
from bidding.draw_record import http as draw_record_http
from bidding.draw_record import rules as draw_record_rules
from bidding.draw_record import tables as draw_record_tables
from bidding.draw_sheet import coverage as draw_sheet_coverage
from bidding.draw_sheet import facts as draw_sheet_facts
from bidding.draw_sheet import http as draw_sheet_http
from bidding.draw_sheet import rules as draw_sheet_rules
from bidding.draw_sheet import tables as draw_sheet_tables
from bidding.duty import coverage as duty_coverage
from bidding.duty import facts as duty_facts
from bidding.duty import http as duty_http
from bidding.duty import rules as duty_rules
from bidding.duty import tables as duty_tables
from bidding.eligibility import rules as eligibility_rules
from bidding.external_draw import coverage as external_draw_coverage
from bidding.external_draw import facts as external_draw_facts
from bidding.external_draw import http as external_draw_http
from bidding.external_draw import rules as external_draw_rules
from bidding.external_draw import tables as external_draw_tables
from bidding.fairness import rules as fairness_rules
from bidding.gateway import coverage as gateway_coverage
from bidding.gateway import rules as gateway_rules
from bidding.gateway import tables as gateway_tables
from bidding.intake import coverage as intake_coverage
from bidding.intake import facts as intake_facts
from bidding.intake import http as intake_http
from bidding.intake import rules as intake_rules
from bidding.intake import tables as intake_tables
from bidding.pacing import rules as pacing_rules
from bidding.reading import coverage as reading_coverage
from bidding.reading import facts as reading_facts
from bidding.reading import http as reading_http
from bidding.reading import rules as reading_rules
from bidding.reading import tables as reading_tables
from bidding.recusal import coverage as recusal_coverage
from bidding.recusal import facts as recusal_facts
from bidding.recusal import http as recusal_http
from bidding.recusal import rules as recusal_rules
from bidding.recusal import tables as recusal_tables
from bidding.reply import http as reply_http
from bidding.representative import coverage as representative_coverage
from bidding.representative import facts as representative_facts
from bidding.representative import http as representative_http
from bidding.representative import rules as representative_rules
from bidding.representative import tables as representative_tables
from bidding.reveal import http as reveal_http
from bidding.reveal import rules as reveal_rules
from bidding.roster import coverage as roster_coverage
from bidding.roster import facts as roster_facts
from bidding.roster import http as roster_http
from bidding.roster import rules as roster_rules
from bidding.roster import tables as roster_tables
from bidding.sealed_list import coverage as sealed_list_coverage
from bidding.sealed_list import facts as sealed_list_facts
from bidding.sealed_list import http as sealed_list_http
from bidding.sealed_list import rules as sealed_list_rules
from bidding.sealed_list import tables as sealed_list_tables
from bidding.sealing import coverage as sealing_coverage
from bidding.sealing import tables as sealing_tables
from bidding.sheet import rules as sheet_rules
from bidding.sign_in import coverage as sign_in_coverage
from bidding.sign_in import facts as sign_in_facts
from bidding.sign_in import http as sign_in_http
from bidding.sign_in import rules as sign_in_rules
from bidding.sign_in import tables as sign_in_tables
from bidding.simulation import rules as simulation_rules
from bidding.supplement import rules as supplement_rules
from bidding.suspension import coverage as suspension_coverage
from bidding.suspension import facts as suspension_facts
from bidding.suspension import http as suspension_http
from bidding.suspension import rules as suspension_rules
from bidding.suspension import tables as suspension_tables
from bidding.terminal import coverage as terminal_coverage
from bidding.terminal import http as terminal_http
from bidding.terminal import rules as terminal_rules
from bidding.venue import coverage as venue_coverage
from bidding.venue import facts as venue_facts
from bidding.venue import http as venue_http
from bidding.venue import rules as venue_rules
from bidding.venue import tables as venue_tables
from bidding.walk import rules as walk_rules
from oversight import configuration, database, wire
from oversight.audit import coverage as audit_coverage
from oversight.audit import rules as audit_rules
from oversight.authority import rules as authority_rules
from oversight.authority.rules import Permission
from oversight.beacon import coverage as beacon_coverage
from oversight.beacon import facts as beacon_facts
from oversight.beacon import http as beacon_http
from oversight.beacon import rules as beacon_rules
from oversight.beacon import tables as beacon_tables
from oversight.blind import coverage as blind_coverage
from oversight.blind import facts as blind_facts
from oversight.blind import http as blind_http
from oversight.blind import rules as blind_rules
from oversight.blind import tables as blind_tables
from oversight.custody import coverage as custody_coverage
from oversight.custody import facts as custody_facts
from oversight.custody import http as custody_http
from oversight.custody import rules as custody_rules
from oversight.errors import Rule
from oversight.idempotency import rules as idempotency_rules
from oversight.idempotency import tables as idempotency_tables
from oversight.identity import coverage as identity_coverage
from oversight.identity import facts as identity_facts
from oversight.identity import http as identity_http
from oversight.identity import rules as identity_rules
from oversight.identity import tables as identity_tables
from oversight.keys import directory as key_directory
from oversight.keys import rotation as key_rotation
from oversight.ledger import guard as ledger_guard
from oversight.ledger import http as ledger_http
from oversight.ledger import policy as ledger_policy
from oversight.ledger import rules as ledger_rules
from oversight.ledger import tables as ledger_tables
from oversight.ledger.coverage import Coverage, Replays
from oversight.ledger.facts import Fact
from oversight.paper import rules as paper_rules
from oversight.policy import coverage as policy_coverage
from oversight.policy import http as policy_http
from oversight.policy import rules as policy_rules
from oversight.public_audit import entry_rules
from oversight.public_audit.rules import EntryRule
from oversight.publication import adopting as publication_adopting
from oversight.publication import http as publication_http
from oversight.recovery import rules as recovery_rules
from oversight.rulebook import http as rulebook_http
from oversight.rulebook import rules as rulebook_rules
from oversight.signer import state as signer_state
from oversight.witness import rules as witness_rules

# One line a concept: the modules whose constants are collected below.
RULE_ROOMS: tuple[ModuleType, ...] = (
    problems,
    wire,
    configuration,
    rulebook_rules,
    authority_rules,
    key_directory,
    key_rotation,
    database,
    idempotency_rules,
    signer_state,
    ledger_rules,
    ledger_guard,
    publication_http,
    publication_adopting,
    policy_rules,
    custody_rules,
    blind_rules,
    beacon_rules,
    witness_rules,
    identity_rules,
    audit_rules,
    recovery_rules,
    committee_rules,
    walk_rules,
    contribution_rules,
    closing_rules,
    draw_rules,
    draw_order_rules,
    supplement_rules,
    reveal_rules,
    terminal_rules,
    draw_record_rules,
    paper_rules,
    draw_sheet_rules,
    classification_rules,
    roster_rules,
    recusal_rules,
    eligibility_rules,
    sheet_rules,
    intake_rules,
    draw_end_rules,
    contributor_rules,
    answer_rules,
    duty_rules,
    gateway_rules,
    pacing_rules,
    contact_rules,
    suspension_rules,
    venue_rules,
    representative_rules,
    sign_in_rules,
    sealed_list_rules,
    ceremony_rules,
    reading_rules,
    simulation_rules,
    fairness_rules,
    external_draw_rules,
)
FACT_ROOMS: tuple[ModuleType, ...] = (
    ledger_policy,
    custody_facts,
    blind_facts,
    beacon_facts,
    identity_facts,
    committee_facts,
    draw_facts,
    draw_record_facts,
    draw_sheet_facts,
    answer_facts,
    duty_facts,
    contact_facts,
    suspension_facts,
    venue_facts,
    representative_facts,
    sign_in_facts,
    sealed_list_facts,
    ceremony_facts,
    classification_facts,
    roster_facts,
    intake_facts,
    recusal_facts,
    reading_facts,
    external_draw_facts,
)
TABLE_ROOMS: tuple[ModuleType, ...] = (
    ledger_tables,
    blind_tables,
    beacon_tables,
    idempotency_tables,
    identity_tables,
    committee_tables,
    sealing_tables,
    draw_tables,
    draw_record_tables,
    draw_sheet_tables,
    answer_tables,
    duty_tables,
    gateway_tables,
    contact_tables,
    suspension_tables,
    venue_tables,
    representative_tables,
    sign_in_tables,
    sealed_list_tables,
    ceremony_tables,
    classification_tables,
    roster_tables,
    recusal_tables,
    reading_tables,
    intake_tables,
    external_draw_tables,
)
HTTP_ROOMS: tuple[ModuleType, ...] = (
    rulebook_http,
    ledger_http,
    custody_http,
    blind_http,
    beacon_http,
    publication_http,
    policy_http,
    identity_http,
    committee_http,
    draw_http,
    draw_order_http,
    reveal_http,
    terminal_http,
    draw_end_http,
    draw_record_http,
    draw_sheet_http,
    answer_http,
    duty_http,
    contact_http,
    suspension_http,
    venue_http,
    representative_http,
    sign_in_http,
    sealed_list_http,
    ceremony_http,
    reply_http,
    classification_http,
    roster_http,
    recusal_http,
    reading_http,
    intake_http,
    external_draw_http,
)

COVERAGE_ROOMS: tuple[ModuleType, ...] = (
    audit_coverage,
    custody_coverage,
    policy_coverage,
    blind_coverage,
    beacon_coverage,
    identity_coverage,
    committee_coverage,
    sealing_coverage,
    draw_coverage,
    draw_order_coverage,
    terminal_coverage,
    draw_end_coverage,
    draw_record_coverage,
    draw_sheet_coverage,
    answer_coverage,
    duty_coverage,
    gateway_coverage,
    contact_coverage,
    suspension_coverage,
    venue_coverage,
    representative_coverage,
    sign_in_coverage,
    sealed_list_coverage,
    ceremony_coverage,
    classification_coverage,
    roster_coverage,
    intake_coverage,
    recusal_coverage,
    reading_coverage,
    external_draw_coverage,
)

# Packages with migrations, in the order in which these are applied.
MIGRATED: tuple[str, ...] = ("oversight", "bidding")

# The commands of all consoles; add a concept's in `consoles.py`.
CONSOLES: tuple[click.Command, ...] = consoles.CONSOLES

# What must hold over the entries of a log, for the audit of what is published.
AUDITED: tuple[EntryRule, ...] = (*entry_rules.OWN_RULES, draw_chain_rules.DRAW_CHAINS)


def _constants(rooms: tuple[ModuleType, ...], kind: type[Any]) -> tuple[Any, ...]:
    """Return the module-level instances of `kind`, each once, in order of appearance."""
    found = [value for room in rooms for value in vars(room).values() if isinstance(value, kind)]
    return tuple(dict.fromkeys(found))


def _classes(rooms: tuple[ModuleType, ...], kind: type[Any]) -> tuple[Any, ...]:
    """Return the subclasses of `kind` that the rooms themselves define."""
    return tuple(
        value
        for room in rooms
        for value in vars(room).values()
        if isinstance(value, type) and issubclass(value, kind) and value.__module__ == room.__name__
    )


RULES: tuple[Rule, ...] = _constants(RULE_ROOMS, Rule)
PERMISSIONS: tuple[Permission, ...] = _constants(RULE_ROOMS, Permission)
# What several facts have in common names no kind and is none itself.
FACTS: tuple[type[Fact], ...] = tuple(each for each in _classes(FACT_ROOMS, Fact) if each.kind)
TABLES: tuple[type[Table], ...] = _classes(TABLE_ROOMS, Table)
# How rows follow from entries, for the audit: by table, and by kind of entry.
COVERAGE: tuple[Coverage, ...] = tuple(
    one for room in COVERAGE_ROOMS for one in getattr(room, "COVERAGE", ())
)
REPLAYS: Replays = {
    kind: replay for room in COVERAGE_ROOMS for kind, replay in getattr(room, "REPLAYS", {}).items()
}
LEAVES_NO_ROW: Mapping[str, str] = {
    kind: why for room in COVERAGE_ROOMS for kind, why in getattr(room, "LEAVES_NO_ROW", {}).items()
}
CONCEALED: Mapping[str, tuple[str, ...]] = {fact.kind: fact.conceals for fact in FACTS}
ROUTES: tuple[HTTPRouteHandler, ...] = _constants(HTTP_ROOMS, HTTPRouteHandler)
RULE_OF: Mapping[str, Rule] = {rule.code: rule for rule in RULES}
