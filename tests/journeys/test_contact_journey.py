"""Experts are rung by a real gateway and answer; and nobody's name, number or id gets out."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from contact_stage import code_in, link_in
from draw_stage import COUNTY
from gateway_server import gateway_running
from service import Service
from town import Town

from oversight.ambient import utc_now
from oversight.values.instants import SHANGHAI

KEY = bytes(range(32))


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    directory = tmp_path_factory.mktemp("contact") / "center"
    directory.mkdir()
    shared = directory.parent / "shared"
    shared.mkdir(mode=0o700)
    (shared / "gateway.key").write_text(KEY.hex() + "\n")
    (shared / "gateway.key").chmod(0o600)
    with gateway_running(KEY) as (gateway, address):
        settings = {"gateway": address, "gateway_key": str(shared / "gateway.key")}
        settings |= {"contact_seconds": "0.2", "answer_url": "https://answers.invalid/"}
        service = Service(directory, **settings).init().start()
        yield Town(service, gateway).assemble()
        service.stop()


@pytest.fixture(scope="module")
def told(town):
    """Tell the whole story once: two draws, one for another day, one for today."""
    later = utc_now().astimezone(SHANGHAI).date() + timedelta(days=7)
    first = town.drawn("t-later", later)
    by_text(town, first)
    second = town.drawn("t-today", utc_now().astimezone(SHANGHAI).date())
    by_telephone(town, second)
    return first, second


def by_text(town, draw):
    """Text messages: accepted by code, by link; declined, vouched for, replaced; leave asked."""
    opened = town.answer("operator", "contact", "open", draw, "--hour", "9", "--hours", "4",
                         "--region", COUNTY)  # fmt: skip
    assert opened["invited"] == 4
    one, two, three, _ = town.gateway.wait_for(4)
    assert {each["channel"] for each in (one, two, three)} == {"message"}
    offered = town.ask("", "POST", "/v1/answers/offers", {"secret": link_in(one)}).json()
    assert (offered["hour"], offered["answers"]) == (9, ["accepted", "declined"])
    town.say("", "contact", "answer", "accepted", "--secret", code_in(one))
    accepted = {"secret": link_in(two), "answer": "accepted"}
    assert town.ask("", "POST", "/v1/answers", accepted).status_code == 201
    town.say("", "contact", "answer", "declined", "--reason", "time-conflict", "--secret",
             code_in(three))  # fmt: skip
    assert town.vouch(draw)["outcome"] == "declined"
    messages = town.gateway.wait_for(7)  # two confirmations, one replacement
    assert len({each["to"] for each in messages}) == 5
    confirmed = [each for each in messages[4:] if "请假" in each["zh"]]
    town.say("", "contact", "answer", "withdrew", "--reason", "illness", "--secret",
             code_in(confirmed[0]))  # fmt: skip
    states = sorted(one["state"] for one in town.seats(draw).values())
    assert states == ["accepted", "ringing", "ringing", "withdrew"]


def by_telephone(town, draw):
    """Calls on the day itself: keys pressed, one call in vain, a replay, a forgery."""
    before = set(town.gateway.messages)
    town.answer("operator", "contact", "open", draw, "--hour", "23", "--hours", "1", "--region",
                COUNTY)  # fmt: skip
    town.gateway.wait_for(len(before) + 4)
    calls = [one for ident, one in list(town.gateway.messages.items()) if ident not in before]
    assert {each["channel"] for each in calls} == {"voice"}
    url, gateway = town.service.url, town.gateway
    forged = gateway.report(url, calls[0]["id"], "key", "2", shared=bytes(32))
    assert forged.status_code == 422
    pressed = gateway.report(url, calls[0]["id"], "key", "1", once="the-first-key")
    assert pressed.json()["answer"] == "accepted"
    again = gateway.report(url, calls[0]["id"], "key", "1", once="the-first-key")
    assert again.json() == pressed.json()
    assert gateway.report(url, calls[0]["id"], "key", "1").status_code == 409
    assert gateway.report(url, calls[1]["id"], "key", "4").json()["answer"] == "declined"
    assert gateway.report(url, calls[2]["id"], "no-answer").status_code == 201
    assert gateway.report(url, calls[3]["id"], "delivered").status_code == 201
    town.heard += [forged.text, pressed.text, again.text]
    states = town.seen(draw, lambda seats: sum(s["tries"] for s in seats.values()) == 4)
    assert sorted(one["state"] for one in states.values()) == [
        "accepted", "declined", "delivered", "ringing",
    ]  # fmt: skip
    refused = town.say("operator", "contact", "unreachable", draw, "2", check=False)
    assert refused.returncode == 1


def test_a_message_that_was_not_taken_is_sent_again_and_all_are_signed(town, told):
    assert town.gateway.refusals == 0
    assert len(town.gateway.heard) == len(town.gateway.messages) + 1


def test_messages_name_no_project_no_person_and_no_expert(town, told):
    numbers = town.marked["telephone"]
    for headers, body in town.gateway.heard:
        said = body.decode() + str(headers)
        assert sum(said.count(number) for number in numbers) == 1
        for hidden in (*town.marked["name"], *town.marked["id number"], "t-later", "t-today"):
            assert hidden not in said
        assert not any(expert in said for expert in experts(town))
        assert not any(party in said for party in town.ids.values())


def experts(town):
    with sqlite3.connect(f"file:{database(town)}?mode=ro", uri=True) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM expert")]


def database(town):
    return town.service.directory / "data" / "daylight.sqlite3"


def test_nothing_marked_stands_in_any_file_name_log_row_or_answer(town, told):
    for draw in told:
        for who in ("operator", "tenderer", "administrative_supervisor", "audit_office"):
            for door in ("", "/contact", "/seats", "/proposals", "/order"):
                town.ask(who, "GET", f"/v1/draws/{draw}{door}")
    kept = [path for path in town.service.directory.rglob("*") if path.is_file()]
    assert database(town) in kept
    assert any("public" in path.parts for path in kept)
    written = {str(path): path.read_bytes() for path in kept}
    said = "\n".join(town.heard)
    for kind, values in town.marked.items():
        for value in values:
            places = [name for name, data in written.items() if value.encode() in data]
            assert (kind, places) == (kind, [])
            assert value not in said, kind
            assert not any(value in name for name in written), kind


def test_what_the_service_keeps_of_a_message_leads_to_nobody(town, told):
    ids = set(experts(town))
    with sqlite3.connect(f"file:{database(town)}?mode=ro", uri=True) as connection:
        connection.row_factory = sqlite3.Row
        rows = {
            table: [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
            for table in ("gateway_message", "contact", "invitation", "invitation_try",
                          "answer_secret", "draw_proposal")
        }  # fmt: skip
        entries = connection.execute(
            "SELECT body FROM entry WHERE kind LIKE 'bidding.contact.%'"
            " OR kind LIKE 'bidding.answer.%' OR kind LIKE 'bidding.draw.%'"
        ).fetchall()
    taken = [row for row in rows["gateway_message"] if row["state"] == "taken"]
    assert len(taken) == len(town.gateway.messages)
    assert {row["body"] for row in taken} == {b""}
    assert len(entries) > 20
    told_here = str(rows) + str([bytes(row[0]) for row in entries])
    assert not any(expert in told_here for expert in ids)
    secrets = [code_in(one) for one in town.gateway.messages.values() if one["channel"] != "voice"]
    assert not any(secret in told_here for secret in secrets)


def test_what_experts_caused_has_nobody_as_actor(town, told):
    with sqlite3.connect(f"file:{database(town)}?mode=ro", uri=True) as connection:
        rows = connection.execute(
            "SELECT body FROM entry WHERE kind = 'bidding.contact.responded'"
        ).fetchall()
    assert len(rows) == 6  # two accepted, one declined, one withdrew; two keys
    assert all(b'"actor":"expert"' in row[0] and b'"role":"expert"' in row[0] for row in rows)


def test_the_server_said_nothing_of_anybody(town, told):
    said = town.service.said()
    assert "fault" not in said
    assert not any(value in said for values in town.marked.values() for value in values)
    assert not any(expert in said for expert in experts(town))
    assert Path(town.service.directory, "data", "outbox").exists() is False
