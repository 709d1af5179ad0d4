"""Erasing what an entry conceals: the value goes, the commitment stays, the audit stays clean."""

from __future__ import annotations

import pytest
from asking import Asking
from concealed import payload_of

from api_spec import assembly
from oversight.audit.engine import audit
from oversight.authority.rules import Post, Role
from oversight.database import run
from oversight.ledger.queries import entries_about
from oversight.values.digests import unbase64


@pytest.fixture
async def asking(house):
    asking = await Asking(house).found()
    yield asking
    await asking.client.aclose()


@pytest.fixture
async def named(asking, house):
    """Return the act and body of an entry that conceals a person's name."""
    await asking.enter(Role.AUDIT_OFFICE, Post.AUDITOR)
    await house.settle()
    about = await entries_about(asking.parties[Role.AUDIT_OFFICE])
    (logged,) = [one for one in about if one.kind == "oversight.identity.person_registered"]
    return logged


def order(logged, *fields, ground="retention-over"):
    return {"act": logged.act, "n": logged.n, "fields": list(fields), "ground": ground}


async def audited(house):
    return await audit(
        assembly.COVERAGE, assembly.REPLAYS, house.directory / "audit",
        silent=assembly.LEAVES_NO_ROW,
    )  # fmt: skip


async def state(asking, logged):
    token = await asking.enter(Role.AUDIT_OFFICE, Post.AUDITOR)
    answer = await asking.ask("GET", f"/v1/ledger/acts/{logged.act}/payload", token=token)
    assert answer.status_code == 200, answer.text
    assert "李四" not in answer.text
    return {one["field"]: one["erased_at"] for one in answer.json()["items"]}


async def test_an_erased_value_is_gone_and_everything_else_stays(asking, house, named):
    assert (await state(asking, named))["name"] == ""
    assert (await payload_of(named.act, named.n))["name"].value == "李四"
    answer = await asking.ask(
        "POST", "/v1/ledger/erasures", order(named, "name"), token=asking.token
    )
    assert answer.status_code == 201, answer.text
    await house.settle()

    assert "name" not in await payload_of(named.act, named.n)
    rows = await run("SELECT salt, value FROM payload WHERE act = {} AND field = 'name'", named.act)
    assert [(row["salt"], row["value"]) for row in rows] == [(None, None)]
    entry = (await asking.ask("GET", f"/v1/ledger/entries/{named.index}")).json()
    assert unbase64(entry["leaf"]) == named.data
    assert (await state(asking, named))["name"] == "2026-03-02T08:00:00Z"
    report = await audited(house)
    assert (report.differences, report.status) == ([], 0)


async def test_the_ground_is_one_that_the_law_names(asking, named, house):
    before = await house.log_rows()
    answer = await asking.ask(
        "POST", "/v1/ledger/erasures", order(named, "name", ground="because"), token=asking.token
    )
    assert answer.status_code == 400
    assert await house.log_rows() == before


async def test_what_is_not_concealed_or_gone_already_is_not_erased_again(asking, named):
    for fields, status in ((["name"], 201), (["name"], 404), (["shoe-size"], 404)):
        answer = await asking.ask(
            "POST", "/v1/ledger/erasures", order(named, *fields), token=asking.token
        )
        assert answer.status_code == status, answer.text
    assert answer.json()["code"] == "custody.payload_exists"


async def test_nobody_erases_but_the_center_s_administrator(asking, named):
    for role, post in (
        (Role.AUDIT_OFFICE, Post.AUDITOR),
        (Role.TENDERER, Post.ADMINISTRATOR),
        (Role.TRADING_CENTER, Post.POOL_KEEPER),
    ):
        token = await asking.enter(role, post)
        answer = await asking.ask("POST", "/v1/ledger/erasures", order(named, "name"), token=token)
        assert answer.status_code == 403


async def test_an_act_that_conceals_nothing_has_no_state(asking, named):
    unknown = "019a5c7e-6f00-7000-8000-00000000dead"
    answer = await asking.ask("GET", f"/v1/ledger/acts/{unknown}/payload", token=asking.token)
    assert answer.status_code == 404
