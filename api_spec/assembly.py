"""The one list of everything: what the service is made of, named in one place.

Concepts know nothing of this list. Whoever adds a concept adds its rooms here, one line each;
documents, the schema check, the HTTP application and the command line are derived from it.
"""

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import click
from litestar.handlers import HTTPRouteHandler
from piccolo.table import Table

from oversight.authority.rules import Permission
from oversight.errors import Rule
from oversight.ledger.facts import Fact

# One line a concept: the modules whose constants are collected below.
RULE_ROOMS: tuple[ModuleType, ...] = ()
FACT_ROOMS: tuple[ModuleType, ...] = ()
TABLE_ROOMS: tuple[ModuleType, ...] = ()
HTTP_ROOMS: tuple[ModuleType, ...] = ()

# One line a concept: the command group of its console.
CONSOLES: tuple[click.Command, ...] = ()

# Patterns over log entries that deserve an alert; none yet.
DETECTORS: tuple[Callable[..., object], ...] = ()


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
FACTS: tuple[type[Fact], ...] = _classes(FACT_ROOMS, Fact)
TABLES: tuple[type[Table], ...] = _classes(TABLE_ROOMS, Table)
ROUTES: tuple[HTTPRouteHandler, ...] = _constants(HTTP_ROOMS, HTTPRouteHandler)
RULE_OF: Mapping[str, Rule] = {rule.code: rule for rule in RULES}
