"""Importing a version of a list of codes."""

import hashlib

from bidding.classification import queries
from bidding.classification.facts import Imported
from bidding.classification.rules import IMPORT_LIST, VERSION_NEW, digest_of, parse_codes
from bidding.classification.schema import ListImport, ListView
from bidding.classification.tables import CodeList, CodeRow
from oversight.act import begin
from oversight.authority.rules import Actor
from oversight.database import bulk_insert
from oversight.errors import RuleBroken
from oversight.idempotency.requests import Occasion


async def import_list(
    actor: Actor,
    given: ListImport,
    occasion: Occasion = Occasion(),  # noqa: B008, immutable
) -> ListView:
    """Import a version of a list: from now on it is the one in use.

    Raises:
        RuleBroken: LIST_READABLE; VERSION_NEW.
    """
    codes = parse_codes(given.kind, given.csv)
    data = given.csv.encode()
    sha256 = hashlib.sha256(data).hexdigest()
    async with begin(actor, IMPORT_LIST, occasion) as act:
        if await queries.is_imported(given.kind, given.version):
            raise RuleBroken(VERSION_NEW, needed="a new name for the version", kind=given.kind)
        list_id = act.new_id()
        await act.record(
            Imported(
                list=given.kind.value,
                version=given.version,
                source=given.source,
                codes=len(codes),
                file={"sha256": sha256, "bytes": len(data), "media_type": "text/csv"},
                list_id=list_id,
                digest=digest_of(codes.values()),
            )
        )
        await CodeList.insert(
            CodeList(
                id=list_id,
                kind=given.kind.value,
                version=given.version,
                source=given.source,
                sha256=sha256,
                imported_at=act.at,
                act=act.id,
            )
        )
        await bulk_insert(
            CodeRow,
            ("list_id", "code", "name", "parent", "valid_from", "valid_to", "confidence"),
            (
                (list_id, c.code, c.name, c.parent, c.valid_from, c.valid_to, c.confidence)
                for c in codes.values()
            ),
        )
        view = ListView(given.kind, given.version, given.source, len(codes), seed=False, act=act.id)
        return act.answered(view)
