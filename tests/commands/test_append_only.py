"""Rows that say what happened are never changed, on either engine, not even by a writer."""

from __future__ import annotations

import pytest

from api_spec import assembly
from oversight.database import is_postgres, run

# What may change, and why; every table that is not named here refuses any change but growth.
CHANGING = {
    "pending": "moves to its place on the log",
    "payload": "is erased",
    "node": "grows",
    "head": "follows the log",
    "answered_request": "gets its answer within the act that claimed it",
    "uncounted": "is closed",
    "blind_receipt": "gets its place in a blind entry",
    "person": "chooses a password",
    "person_post": "is revoked",
    "api_token": "is revoked",
    "signing_key": "is revoked",
    "session": "ends",
    "wrong_password": "is forgotten",
    "expert": "changes standing and employer",
    "expert_specialty": "goes when an expert leaves",
    "recusal": "is lifted",
    "absence": "is lifted",
    "draw": "changes state",
    "draw_contributor": "commits and reveals",
    "draw_line": "is freed by an answer",
    "appointment": "is approved or refused",
    "draw_proposal": "is countersigned or dismissed",
    "duty_shift": "is handed over or cancelled",
    "gateway_message": "is handed over",
    "invitation": "is answered, or opened once more",
    "invitation_try": "ends",
    "answer_secret": "is used",
    "wrong_secret": "is forgotten",
    "auditor_file_release": "is released",
    "draw_suspension": "is resumed",
    "representative": "is withdrawn",
    "sign_in_visit": "ends",
    "sealed_list": "is opened",
}
KEPT = sorted({table._meta.tablename for table in assembly.TABLES} - CHANGING.keys())


async def _refused_events(table: str) -> set[str]:
    if is_postgres():
        rows = await run(
            "SELECT event_manipulation AS event FROM information_schema.triggers"
            " WHERE event_object_table = {}",
            table,
        )
        return {row["event"] for row in rows}
    rows = await run(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = {}", table
    )
    return {row["sql"].split(" ON ")[0].rpartition(" ")[2] for row in rows}


@pytest.mark.parametrize("table", KEPT)
async def test_a_table_of_what_happened_refuses_change_and_deletion(house, table):
    assert await _refused_events(table) >= {"UPDATE", "DELETE"}


def test_every_reason_to_change_is_a_tables():
    assert CHANGING.keys() <= {table._meta.tablename for table in assembly.TABLES}
