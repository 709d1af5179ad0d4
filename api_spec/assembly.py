"""The one list of everything: what the service is made of, named in one place.

Concepts know nothing of this list. Whoever adds a concept adds its name here; documents, the
schema check, the HTTP application and the command line are derived from its rooms.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import click
from litestar.handlers import HTTPRouteHandler
from piccolo.table import Table

from api_spec import consoles, problems
from bidding.draw_chain import rules as draw_chain_rules
from oversight import configuration, database, wire
from oversight.authority.rules import Permission
from oversight.errors import Rule
from oversight.keys import directory as key_directory
from oversight.keys import rotation as key_rotation
from oversight.ledger import guard as ledger_guard
from oversight.ledger import policy as ledger_policy
from oversight.ledger.coverage import Coverage, Replays
from oversight.ledger.facts import Fact
from oversight.public_audit import entry_rules
from oversight.public_audit.rules import EntryRule
from oversight.publication import adopting as publication_adopting
from oversight.publication import http as publication_http
from oversight.signer import state as signer_state
from oversight.witness import rules as witness_rules

# The concepts whose rooms are collected below, in the order in which documents list them.
CONCEPTS: tuple[str, ...] = (
    "oversight.rulebook",
    "oversight.authority",
    "oversight.idempotency",
    "oversight.ledger",
    "oversight.publication",
    "oversight.policy",
    "oversight.custody",
    "oversight.blind",
    "oversight.beacon",
    "oversight.identity",
    "oversight.audit",
    "oversight.recovery",
    "bidding.committee",
    "bidding.walk",
    "bidding.contribution",
    "bidding.closing",
    "bidding.sealing",
    "bidding.draw",
    "bidding.draw_order",
    "bidding.item_list",
    "bidding.item_draw",
    "bidding.supplement",
    "bidding.reveal",
    "bidding.terminal",
    "bidding.draw_record",
    "oversight.paper",
    "bidding.draw_sheet",
    "bidding.classification",
    "bidding.roster",
    "bidding.recusal",
    "bidding.eligibility",
    "bidding.sheet",
    "bidding.intake",
    "bidding.draw_end",
    "bidding.contributor",
    "bidding.answer",
    "bidding.duty",
    "bidding.gateway",
    "bidding.pacing",
    "bidding.contact",
    "bidding.reply",
    "bidding.suspension",
    "bidding.venue",
    "bidding.representative",
    "bidding.sign_in",
    "bidding.sealed_list",
    "bidding.ceremony",
    "bidding.fee",
    "bidding.reading",
    "bidding.simulation",
    "bidding.fairness",
    "bidding.external_draw",
    "bidding.appointment",
)


def _rooms(room: str) -> tuple[ModuleType, ...]:
    """Return the rooms of this kind, of every concept that has one."""
    names = [f"{concept}.{room}" for concept in CONCEPTS]
    return tuple(import_module(name) for name in names if find_spec(name) is not None)


# Modules that are no rooms of a concept, and hold rules or facts all the same.
RULE_ROOMS: tuple[ModuleType, ...] = (
    problems,
    wire,
    configuration,
    database,
    key_directory,
    key_rotation,
    signer_state,
    ledger_guard,
    publication_http,
    publication_adopting,
    witness_rules,  # a program of its own: its doors are none of the service's
    *_rooms("rules"),
)
FACT_ROOMS: tuple[ModuleType, ...] = (ledger_policy, *_rooms("facts"))
TABLE_ROOMS: tuple[ModuleType, ...] = _rooms("tables")
HTTP_ROOMS: tuple[ModuleType, ...] = _rooms("http")
COVERAGE_ROOMS: tuple[ModuleType, ...] = _rooms("coverage")

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
