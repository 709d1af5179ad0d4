"""The HTTP application: everything that `assembly` names, behind safe doors."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.openapi import OpenAPIConfig

from api_spec import assembly, docs_page, doors, replies
from api_spec.contract import StrictBody
from api_spec.description import doors as all_doors
from api_spec.description import finish, query_parameters
from api_spec.health import get_health
from api_spec.problems import EXCEPTION_HANDLERS
from api_spec.verify_door import get_verify_page
from bidding.contact.hand import keep_contact
from bidding.gateway.commands import make_key
from oversight.ambient import Clock, utc_now
from oversight.beacon.queries import chain_in_use
from oversight.blind.hand import keep_blind
from oversight.configuration import Settings, use_settings
from oversight.database import close_database, open_database
from oversight.idempotency.requests import Replayed
from oversight.identity.queries import center
from oversight.keys.directory import open_ring, use_ring
from oversight.ledger.terms import Terms, use_terms
from oversight.publication.collecting import seen_by_witnesses
from oversight.publication.hand import keep_log
from oversight.recovery.presence import running

SUMMARY = (
    "Verifiable oversight of public procurement. Every act is an entry of a transparency log; "
    "what this service claims can be checked offline by people who do not trust it. "
    "HEAD is answered wherever GET is."
)


def create_app(settings: Settings, clock: Clock = utc_now) -> Litestar:
    """Return the application of one instance; nothing is opened before it starts.

    Raises:
        UnsafeToStart: a door declares no access, writes without an Idempotency-Key, or reads
            bodies that swallow unknown fields; or Python strips assertions.
    """
    app = Litestar(
        route_handlers=[*assembly.ROUTES, get_health, get_verify_page],
        lifespan=[partial(_running, settings)],
        guards=[doors.admit, doors.known_query],
        dependencies={
            "actor": Provide(doors.provide_actor, sync_to_thread=False),
            "occasion": Provide(doors.provide_occasion),
        },
        dto=StrictBody,
        return_dto=None,
        exception_handlers=_exception_handlers(),
        middleware=[replies.EntityTags],
        before_send=[replies.correct_allow, replies.name_act, replies.protect],
        request_max_body_size=settings.request_bytes_max,
        openapi_config=_openapi(settings),
        state=State({"clock": clock, "rules": assembly.RULES, "permissions": assembly.PERMISSIONS}),
        logging_config=None,
        debug=False,
    )
    doors.require_safe(app)
    description = finish(app, app.openapi_schema.to_schema())
    app.state.description = msgspec.json.format(msgspec.json.encode(description), indent=1)
    app.state.query_parameters = query_parameters(description)
    app.state.allowed_methods = doors.allowed_methods(all_doors(app))
    return app


def _exception_handlers() -> dict[int | type[Exception], Any]:
    return dict(EXCEPTION_HANDLERS) | {Replayed: doors.replay}


def _openapi(settings: Settings) -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Daylight 明鉴",
        version=version("daylight-oversight"),
        description=SUMMARY,
        render_plugins=[docs_page.Description(), docs_page.Page(path="/")],
        openapi_router=docs_page.router(),
        use_handler_docstrings=True,
    )


@asynccontextmanager
async def _running(settings: Settings, _: Litestar) -> AsyncIterator[None]:
    """Hold the instance open while the application runs, and no recovery touches it."""
    async with AsyncExitStack() as held:
        held.enter_context(running(Path(settings.data_dir)))
        await held.enter_async_context(open_instance(settings))
        await seen_by_witnesses()
        make_key(Path(settings.gateway_key))
        hands = (
            asyncio.create_task(keep_log(settings.checkpoint_seconds)),
            asyncio.create_task(keep_blind(settings.blind_seconds, center)),
            asyncio.create_task(keep_contact(settings.contact_seconds)),
        )
        try:
            yield
        finally:
            for hand in hands:
                hand.cancel()
                with suppress(asyncio.CancelledError):
                    await hand


@asynccontextmanager
async def open_instance(settings: Settings) -> AsyncIterator[None]:
    """Open keys and database of an instance, bring its schema up to date, and close them after.

    Raises:
        RuleBroken: KEYS_PRIVATE, KEYS_COMPLETE, DSN_UNDERSTOOD, DATABASE_REACHABLE,
            CHAIN_PINNED, CHAINS_READABLE.
    """
    use_ring(open_ring(Path(settings.key_dir)))
    use_settings(settings)
    chain_in_use()  # a chain that is not pinned stops the start, not the morning of a draw
    use_terms(
        Terms(
            settings.origin,
            settings.pending_max,
            settings.signer_dir if settings.signs else None,
            settings.public_dir,
        )
    )
    connections = settings.database_connections_max
    await open_database(settings.dsn, assembly.TABLES, assembly.MIGRATED, connections)
    try:
        with _spared_by_collector():
            yield
    finally:
        await close_database()


@contextmanager
def _spared_by_collector() -> Iterator[None]:
    """Keep the collector from walking again and again what the start has made, and what stays."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
