"""What holds at every door: problems, idempotency, entity tags, pages, headers."""

from __future__ import annotations

import asyncio

import pytest
from asking import Asking
from litestar import get

from api_spec import assembly
from api_spec.app import create_app
from api_spec.problems import PROBLEM_JSON
from oversight.authority.rules import Post, Role
from oversight.errors import Ground, ProofRejected, Rule, RuleBroken
from oversight.ledger.guard import stop
from oversight.ledger.recording import LOOK_SECONDS

PARTY = {"role": "firm", "name": "某单位"}


@pytest.fixture
async def asking(house):
    asking = await Asking(house).found()
    yield asking
    await asking.client.aclose()


@pytest.fixture
async def planted(sqlite_house, monkeypatch):
    """The application with doors that fail in each way, on SQLite."""
    monkeypatch.setattr(assembly, "ROUTES", (*assembly.ROUTES, break_down, refuse, reject))
    asking = await Asking(sqlite_house, create_app(sqlite_house.settings)).found()
    yield asking
    await asking.client.aclose()


async def test_a_repeated_write_has_the_same_answer_and_one_effect(asking, house):
    first = await asking.ask(
        "POST", "/v1/identity/parties", PARTY, token=asking.token, key="key-0001"
    )
    before = await house.log_rows()
    again = await asking.ask(
        "POST", "/v1/identity/parties", PARTY, token=asking.token, key="key-0001"
    )
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert "idempotent-replay" not in first.headers
    assert again.headers["idempotent-replay"] == "true"
    assert await house.log_rows() == before


async def test_the_answer_to_a_write_names_its_act_also_when_it_is_repeated(asking):
    order = ("POST", "/v1/identity/parties", PARTY)
    answers = [await asking.ask(*order, token=asking.token, key="key-0001") for _ in range(2)]
    act = answers[0].headers["daylight-act"]
    assert answers[1].headers["daylight-act"] == act
    other = await asking.ask(*order, token=asking.token)
    assert other.headers["daylight-act"] != act
    (entry,) = (await asking.ask("GET", f"/v1/ledger/acts/{act}")).json()["entries"]
    assert entry["kind"] == "oversight.identity.party_registered"


async def test_what_puts_nothing_on_the_log_names_no_act(asking):
    refused = await asking.ask(
        "POST", "/v1/identity/parties", {**PARTY, "uscc": "1"}, token=asking.token
    )
    read = await asking.ask("GET", "/v1/identity/parties", token=asking.token)
    sought = await asking.ask(
        "POST",
        "/v1/roster/searches",
        {},
        token=await asking.enter(Role.TRADING_CENTER, Post.POOL_KEEPER),
    )
    assert [one.status_code for one in (refused, read, sought)] == [422, 200, 200]
    assert all("daylight-act" not in one.headers for one in (refused, read, sought))


async def test_a_write_without_its_key_is_told_which_header_is_missing(asking, house):
    before = await house.log_rows()
    authorization = {"Authorization": f"Bearer {asking.token}"}
    keyless = await asking.client.post("/v1/identity/parties", json=PARTY, headers=authorization)
    assert keyless.status_code == 400
    assert keyless.json()["errors"] == [
        {"message": "is missing", "key": "Idempotency-Key", "source": "header"}
    ]
    short = await asking.ask("POST", "/v1/identity/parties", PARTY, token=asking.token, key="short")
    assert short.json()["errors"][0]["key"] == "Idempotency-Key"
    assert await house.log_rows() == before


async def test_who_hangs_up_in_the_middle_of_a_body_leaves_no_fault_in_the_log(asking, caplog):
    app, sent = asking.client._transport.app, []
    scope = {
        "type": "http", "method": "POST", "path": "/v1/identity/parties", "query_string": b"",
        "raw_path": b"/v1/identity/parties", "root_path": "", "scheme": "http",
        "http_version": "1.1", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1),
        "headers": [
            (b"authorization", f"Bearer {asking.token}".encode()),
            (b"content-type", b"application/json"), (b"content-length", b"1000"),
            (b"idempotency-key", b"hang-up-1"),
        ],
    }  # fmt: skip
    events = iter(
        [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive():
        return next(events)

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    assert sent[0]["status"] == 400
    assert "fault" not in caplog.text


async def test_a_repetition_may_be_spelled_otherwise(asking):
    await asking.ask("POST", "/v1/identity/parties", PARTY, token=asking.token, key="key-0001")
    spelled = '{ "name": "\\u67d0单位",\n "role": "firm" }'.encode()
    again = await asking.ask(
        "POST", "/v1/identity/parties", token=asking.token, key="key-0001", content=spelled
    )
    assert again.headers["idempotent-replay"] == "true"


async def test_the_same_key_with_another_body_or_address_is_a_conflict(asking, house):
    await asking.ask("POST", "/v1/identity/parties", PARTY, token=asking.token, key="key-0001")
    before = await house.log_rows()
    other = {**PARTY, "name": "另一单位"}
    for path in ("/v1/identity/parties",):
        answer = await asking.ask("POST", path, other, token=asking.token, key="key-0001")
        assert answer.status_code == 409
        assert answer.json()["code"] == "idempotency.key_not_reused"
    person = asking.administrator.person
    path = f"/v1/identity/people/{person}/posts"
    order = {"post": "pool_keeper"}
    assert (
        await asking.ask("POST", path, order, token=asking.token, key="key-0002")
    ).status_code == 201
    elsewhere = f"/v1/identity/people/{asking.filled('{x}')}/posts"
    answer = await asking.ask("POST", elsewhere, order, token=asking.token, key="key-0002")
    assert answer.status_code == 409
    assert await house.log_rows() == before + 1


async def test_two_people_may_use_the_same_key(asking):
    other = await asking.enter(Role.TRADING_CENTER, Post.ADMINISTRATOR, Post.ARCHIVE_READER)
    for token in (asking.token, other):
        answer = await asking.ask(
            "POST", "/v1/identity/parties", PARTY, token=token, key="key-0001"
        )
        assert "idempotent-replay" not in answer.headers
        assert answer.status_code == 201


async def test_a_refusal_is_not_kept_under_its_key(asking):
    wrong = {**PARTY, "uscc": "1"}
    answer = await asking.ask(
        "POST", "/v1/identity/parties", wrong, token=asking.token, key="key-0001"
    )
    assert answer.status_code == 422
    answer = await asking.ask(
        "POST", "/v1/identity/parties", PARTY, token=asking.token, key="key-0001"
    )
    assert answer.status_code == 201


async def test_concurrent_identical_writes_take_effect_once(asking, house):
    before = await house.log_rows()
    answers = await asyncio.gather(
        *(
            asking.ask("POST", "/v1/identity/parties", PARTY, token=asking.token, key="key-0001")
            for _ in range(8)
        )
    )
    assert {answer.status_code for answer in answers} <= {201, 503}
    assert len({answer.text for answer in answers if answer.status_code == 201}) == 1
    assert await house.log_rows() == before + 1


async def test_a_token_is_repeated_to_its_owner_under_the_same_key(asking):
    order = {"person": asking.administrator.person}
    first, again = [
        await asking.ask("POST", "/v1/identity/tokens", order, token=asking.token, key="key-0001")
        for _ in range(2)
    ]
    assert first.json()["token"] == again.json()["token"]


async def test_a_sign_in_is_answered_once(asking):
    password = {"login": "zhang.san", "password": "correct horse battery"}
    answer = await asking.ask("PUT", "/v1/identity/password", password, token=asking.token)
    assert answer.status_code == 200, answer.text
    first = await asking.ask("POST", "/v1/identity/sessions", password, key="key-0001")
    again = await asking.ask("POST", "/v1/identity/sessions", password, key="key-0001")
    assert (first.status_code, again.status_code) == (201, 409)
    me = await asking.ask("GET", "/v1/identity/me", token=first.json()["token"])
    assert me.json()["person"] == asking.administrator.person
    gone = await asking.ask("DELETE", "/v1/identity/sessions/current", token=first.json()["token"])
    assert gone.status_code == 200
    me = await asking.ask("GET", "/v1/identity/me", token=first.json()["token"])
    assert me.status_code == 401


async def test_a_read_has_an_entity_tag_and_is_not_sent_twice(asking):
    first = await asking.ask("GET", "/v1/identity/parties")
    tag = first.headers["etag"]
    for held in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await asking.ask("GET", "/v1/identity/parties", headers={"If-None-Match": held})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    other = await asking.ask("GET", "/v1/identity/parties", headers={"If-None-Match": '"x"'})
    assert other.status_code == 200
    await asking.ask("POST", "/v1/identity/parties", PARTY, token=asking.token)
    changed = await asking.ask("GET", "/v1/identity/parties", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


async def test_what_one_person_sees_is_kept_by_no_shared_cache(asking):
    answer = await asking.ask("GET", "/v1/identity/me", token=asking.token)
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["vary"] == "Authorization"


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIiwxXQ", "WzFd", "é", "A" * 400])
async def test_a_made_up_cursor_is_refused(asking, cursor):
    answer = await asking.ask("GET", f"/v1/identity/parties?cursor={cursor}")
    assert answer.status_code == 422


async def test_pages_follow_one_another_over_http(asking):
    for _ in range(3):
        await asking.ask("POST", "/v1/identity/parties", PARTY, token=asking.token)
    seen, cursor = [], ""
    for _ in range(9):
        page = (await asking.ask("GET", f"/v1/identity/parties?limit=1&cursor={cursor}")).json()
        seen += [view["id"] for view in page["items"]]
        if not (cursor := page["next"]):
            break
    assert len(seen) == len(set(seen)) == 4


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "wire.door_exists"),
        ("GET", "/v1/identity/parties/not-an-id", 400, "wire.request_readable"),
        ("DELETE", "/v1/identity/parties", 405, "wire.method_offered"),
        ("GET", "/v1/identity/parties?limit=0", 400, "wire.request_readable"),
        ("GET", "/v1/identity/parties?limit=1&limit=2", 400, "wire.request_readable"),
        ("GET", "/v1/identity/parties?zzz=1", 400, "wire.request_readable"),
        ("GET", "/v1/ledger/entries/9007199254740993", 400, "wire.request_readable"),
        ("GET", "/v1/ledger/entries/999", 404, "ledger.entry_exists"),
        ("GET", "/v1/rulebook/editions/none", 422, "rulebook.edition_known"),
        ("GET", "/v1/identity/me", 401, "wire.credentials_valid"),
    ],
)
async def test_every_failure_is_a_problem_with_its_rule(asking, method, path, status, code):
    answer = await asking.ask(method, path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM_JSON
    problem = answer.json()
    assert problem["code"] == code
    assert problem["type"] == f"/v1/rulebook/rules#{code}"
    rules = (await asking.ask("GET", "/v1/rulebook/rules")).json()["items"]
    assert code in {rule["code"] for rule in rules}


async def test_options_names_every_method_of_the_path(asking):
    answer = await asking.ask("OPTIONS", "/v1/identity/parties", key="")
    assert answer.status_code == 204
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"


@get("/v1/planted/fault", opt={"public": True}, operation_id="plantedFault")
async def break_down() -> None:
    """Break in a way that nobody foresaw."""
    raise KeyError("张三's secret 110101")


@get("/v1/planted/refusal", opt={"public": True}, operation_id="plantedRefusal")
async def refuse() -> None:
    """Refuse as busy."""
    raise RuleBroken(Rule("planted", "Be calm.", "here", Ground.BUSY), needed="time", seen=3)


@get("/v1/planted/rejection", opt={"public": True}, operation_id="plantedRejection")
async def reject() -> None:
    """Reject evidence."""
    raise ProofRejected("the planted proof does not hold")


async def test_a_fault_of_ours_says_nothing_but_its_number(planted, caplog):
    answer = await planted.ask("GET", "/v1/planted/fault")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == PROBLEM_JSON
    assert "secret" not in answer.text
    assert answer.json()["instance"].removeprefix("urn:uuid:") in caplog.text


async def test_a_busy_service_says_when_to_come_back(planted):
    answer = await planted.ask("GET", "/v1/planted/refusal")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["found"] == {"seen": 3}
    assert answer.json()["needed"] == "time"


async def test_evidence_that_fails_is_not_called_a_refusal_of_ours(planted):
    answer = await planted.ask("GET", "/v1/planted/rejection")
    assert (answer.status_code, answer.json()["code"]) == (422, "wire.proof_holds")


async def test_the_documentation_page_needs_nothing_from_elsewhere(sqlite_house):
    asking = Asking(sqlite_house)
    page = await asking.ask("GET", "/docs")
    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe-eval" not in policy
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js", "openapi.json"):
        answer = await asking.ask("GET", f"/docs/{name}")
        assert answer.status_code == 200, name
        assert answer.headers["etag"]
    assert (await asking.ask("GET", "/docs/openapi.json")).json() == asking.description


async def test_health_tells_version_database_and_checkpoint(asking, house):
    await house.settle()
    house.pass_time(seconds=7)
    answer = await asking.ask("GET", "/v1/health")
    health = answer.json()
    assert (answer.status_code, health["status"], health["takes_acts"]) == (200, "well", True)
    assert health["log_size"] == health["checkpoint_size"] == 4
    assert health["checkpoint_age_seconds"] == 7


async def test_a_service_that_takes_no_act_says_so_and_is_read_all_the_same(asking, house):
    await house.settle()
    stop("signed elsewhere")
    await asyncio.sleep(2 * LOOK_SECONDS)  # PostgreSQL's acts look at the log that often
    refused = await asking.ask("POST", "/v1/identity/parties", PARTY, token=asking.token)
    assert (refused.status_code, refused.json()["code"]) == (503, "ledger.unbroken")
    answer = await asking.ask("GET", "/v1/health")
    health = answer.json()
    assert (answer.status_code, health["status"]) == (200, "reads-only")
    assert (health["takes_acts"], health["database"]) == (False, True)
    assert (await asking.ask("GET", "/v1/ledger/checkpoint")).status_code == 200


async def test_a_service_without_its_database_is_ill(sqlite_house):
    asking = Asking(sqlite_house)
    (sqlite_house.directory / "daylight.sqlite").write_bytes(b"no database at all" * 100)
    answer = await asking.ask("GET", "/v1/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "ill")
