"""Who holds the keys as well can seal another value in place of the true one: it is named too.

And what was erased on the record is not: nothing speaks of it any more.
"""

from __future__ import annotations

import json
import zlib

from behind_the_back import Intruder
from every_kind import everything
from piccolo.columns import Bytea

from api_spec import assembly
from bidding.answer import queries as answers
from bidding.appointment import queries as appointments
from bidding.ceremony import queries as days
from bidding.draw import queries as draws
from bidding.draw_sheet import queries as sheets
from bidding.fee import queries as fees
from bidding.item_list import queries as item_lists
from bidding.representative import queries as representatives
from bidding.sealed_list import queries as lists
from bidding.sealing.queries import block_context
from bidding.suspension import queries as suspensions
from oversight.audit.engine import audit
from oversight.authority.rules import Post, Role
from oversight.custody.commands import erase
from oversight.database import run
from oversight.identity.queries import name_context
from oversight.keys.directory import ring
from oversight.ledger.coverage import Covered


def another(plain):
    return "别人".encode()


def other_bytes(plain):
    return bytes(32)


def in_json(change):
    def altered(plain):
        value = json.loads(plain)
        change(value)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    return altered


def packed(change):
    return lambda plain: zlib.compress(in_json(change)(zlib.decompress(plain)))


def block(row):
    return block_context(row["draw"], row["stratum"], row["block"])


def of(name, context):
    return lambda row: context(row[name])


def _opened(openings):
    return next(one for one in openings if "value" in one["identity"])["identity"]["value"]


SEALED = {
    ("expert", "sealed_name"): (of("id", "expert/name/{}".format), another),
    ("expert", "sealed_id_number"): (of("id", "expert/id_number/{}".format), another),
    ("expert", "sealed_phone"): (of("id", "expert/phone/{}".format), another),
    ("person", "name"): (of("id", name_context), another),
    ("draw", "conditions"): (
        of("id", draws.conditions_context),
        in_json(lambda said: said.update(organisations=[])),
    ),
    ("draw_request", "secret"): (of("draw", draws.secret_context), other_bytes),
    ("draw_request", "excluded"): (
        of("draw", draws.excluded_context),
        in_json(lambda said: said["list"].append(["nobody", "suspended"])),
    ),
    ("draw_closing", "text"): (
        of("draw", draws.closing_context),
        in_json(lambda said: said.update(text="Another reason.")),
    ),
    ("draw_opening", "openings"): (
        of("draw", draws.openings_context),
        in_json(lambda said: _opened(said).update(name="别人")),
    ),
    ("appointment", "terms"): (
        of("id", appointments.terms_context),
        in_json(lambda said: said.update(reason="another")),
    ),
    ("ceremony_conclusion", "remarks"): (of("draw", days.remarks_context), another),
    ("ceremony_recording", "statement"): (of("id", days.statement_context), another),
    ("draw_list", "entries"): (
        of("id", item_lists.entries_context),
        in_json(lambda said: said.append(said[0])),
    ),
    ("draw_proposal", "record"): (
        of("id", answers.evidence_context),
        in_json(lambda said: said["record"].update(another="word")),
    ),
    ("draw_sheet", "file"): (of("id", sheets.file_context), lambda plain: plain + b"%"),
    ("draw_suspension", "account"): (of("id", suspensions.account_context), another),
    ("fee_statement", "statement"): (
        of("id", fees.statement_context),
        in_json(lambda said: said.update(basis="another list")),
    ),
    ("representative", "sealed_name"): (of("id", representatives.name_context), another),
    ("sealed_list", "members"): (
        of("id", lists.list_context),
        in_json(lambda said: said["members"][0].update(name="别人")),
    ),
    ("sealed_block", "people"): (block, packed(lambda people: people[0].update(name="别人"))),
}


async def audited(directory):
    return await audit(
        assembly.COVERAGE, assembly.REPLAYS, directory, silent=assembly.LEAVES_NO_ROW
    )


async def test_another_value_that_is_sealed_well_is_named(sqlite_house, tmp_path):
    await everything(sqlite_house, tmp_path)
    intruder = await Intruder(sqlite_house).enter(assembly.COVERAGE)
    for (table, column), (context, altered) in SEALED.items():
        ((place, row),) = (await intruder.rows(table))[:1]
        true = row[column]
        plain = ring().fields.open(true, context(row))
        assert altered(plain) != plain
        await intruder.write(table, column, ring().fields.seal(altered(plain), context(row)), place)
        found = {(one.table, one.column) for one in (await audited(tmp_path)).differences}
        await intruder.write(table, column, true, place)
        assert (table, column) in found, (table, column, found)
    await intruder.leave()


def test_every_sealed_column_was_tried():
    sealed = {
        (covered.table._meta.tablename, column)
        for covered in assembly.COVERAGE
        if isinstance(covered, Covered)
        for column in covered.opened
        if _is_bytes(covered, column)
    }
    unsealed = {
        ("draw_request", "request"),
        ("sealed_block", "commitments"),
        ("blind_entry", "seed"),
        ("blind_entry", "receipts"),
    }
    assert sealed - unsealed == SEALED.keys()


def _is_bytes(covered, name):
    return any(
        column._meta.name == name and isinstance(column, Bytea)
        for column in covered.table._meta.columns
    )


async def test_what_was_erased_on_the_record_is_not_a_difference(sqlite_house, tmp_path):
    stage = await everything(sqlite_house, tmp_path)
    admin = stage.actor(Role.TRADING_CENTER, Post.ADMINISTRATOR, person=9)
    concealed: dict[tuple[str, int], list[str]] = {}
    for row in await run("SELECT act, n, field FROM payload WHERE erased_at IS NULL"):
        concealed.setdefault((row["act"], row["n"]), []).append(row["field"])
    for (act, n), fields in concealed.items():
        occasion = sqlite_house.occasion()
        await erase(admin, act, n, fields=fields, ground="retention-over", occasion=occasion)
    report = await audited(tmp_path)
    assert report.differences == []
