"""From the draw to the sealed list: experts are rung, one declines, the next takes the seat.

The gateway is the embedded one: a message is a file, and what it reports is signed with the key
that both sides hold. The experts are found by their numbers in the pool that was imported.
"""

import hmac
import json
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from scripts.demonstration.center import Center
from scripts.demonstration.story import Cast, say, side_by_side
from scripts.pool_generator import HOME, experts

PATIENCE_SECONDS = 60


def contact_and_seat(cast: Cast, center: Center, draw: str, trust: Path) -> None:
    """Invite the committee until everybody has accepted; the first who is reached declines."""
    seats = len(cast.people["operator"].does("draw", "seats", draw))
    cast.people["operator"].does(
        "contact", "open", draw, "--hour", "23", "--hours", "1", "--region", HOME
    )
    first, *others = messages(center, seats)
    press(center, first, "declined")
    side_by_side(lambda one: press(center, one, "accepted"), others)
    say(f"  {seats} telephones rang at once, and no project was named; one expert declined by key")
    proposal = _waiting(cast, draw)
    one = cast.people["supervisor"]
    books = ("--key", str(one.key_file), "--home", str(one.home / "draws"))
    one.does("draw", "countersign", proposal["id"], *books, "--trust", str(trust), "--yes")
    say("  the supervisor read the evidence and countersigned; the next in line took the seat")
    press(center, messages(center, seats + 1)[-1], "accepted")


def sign_in_and_open(cast: Cast, center: Center, draw: str, count: int) -> list[str]:
    """Plan a room, seal the list, let all sign in by card, open it; return who sat there."""
    operator, clerk = cast.people["operator"], cast.people["clerk"]
    accepted = [one["to"] for one in messages(center, len(_seats(cast, draw)) + 1)][1:]
    _plan(cast, draw)
    operator.does("ceremony", "seal-list", draw)
    cards = {one.phone: one.id_number for one in experts(count)}
    for phone in accepted:
        found = clerk.does("sign-in", "card", draw, typed=cards[phone])
        assert found["told"] == "yes", found
    stranger = next(card for phone, card in cards.items() if phone not in accepted)
    told = clerk.does("sign-in", "card", draw, typed=stranger)["told"]
    say(
        f"  {len(accepted)} cards opened the door, a stranger's did not ({told}); no list was shown"
    )
    made = operator.does("ceremony", "open-list", draw)
    opened = cast.people["supervisor"].does("ceremony", "list", draw, str(made["number"]))
    return [str(one["name"]) for one in opened["members"]]


def print_record(cast: Cast, draw: str, out: Path) -> None:
    """Print the record of the draw; its digest is on the log."""
    file = out / "record.pdf"
    made = cast.people["applicant"].does("draw", "print", draw, "--out", str(file))
    say(f"  the record (抽取记录表) is {file.name}, {file.stat().st_size:,} bytes, "
        f"SHA-256 {made['digest'][:16]}… on the log")  # fmt: skip


def messages(center: Center, count: int) -> list[dict[str, Any]]:
    """Return the invitations in the outbox, oldest first, as soon as there are `count` of them."""
    outbox, end = center.place / "data" / "outbox", time.monotonic() + PATIENCE_SECONDS
    while True:
        files = sorted(outbox.glob("*.json"), key=lambda file: file.stat().st_mtime_ns)
        every = [json.loads(file.read_text(encoding="utf-8")) for file in files]
        found = [one for one in every if one["options"]]
        if len(found) >= count:
            return found
        assert time.monotonic() < end, f"only {len(found)} of {count} were rung"
        time.sleep(0.1)


def press(center: Center, message: dict[str, Any], answer: str) -> None:
    """Report, as the gateway, the key that an expert pressed (api_spec/documents/gateway.md)."""
    key = next(one["key"] for one in message["options"] if one["answer"] == answer)
    body = json.dumps({"message": message["id"], "event": "key", "key": key}).encode()
    shared = bytes.fromhex((center.place / "keys" / "gateway.key").read_text().strip())
    stamp = str(int(time.time()))  # noqa: TID251
    signature = hmac.new(shared, f"{stamp}.".encode() + body, "sha256").hexdigest()
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid.uuid4()),
        "Daylight-Timestamp": stamp,
        "Daylight-Signature": signature,
    }
    request = Request(f"{center.url}/v1/gateway/reports", body, headers)  # noqa: S310
    with urlopen(request) as reply:  # noqa: S310, this machine alone
        assert reply.status < 300, reply.status


def _waiting(cast: Cast, draw: str) -> dict[str, Any]:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        found = cast.people["supervisor"].does("draw", "proposals", draw, "--waiting")
        if found:
            waiting: dict[str, Any] = found[0]
            return waiting
        time.sleep(0.1)
    raise AssertionError("no proposal came")


def _seats(cast: Cast, draw: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cast.people["operator"].does("draw", "seats", draw)
    return found


def _plan(cast: Cast, draw: str) -> None:
    seats = [one["number"] for one in _seats(cast, draw)]
    room = {"name": "3 号评标室", "seats": seats}
    site = {"name": "市交易中心", "party": cast.parties["center"], "home": True, "rooms": [room]}
    operator = cast.people["operator"]
    file = operator.home / "rooms.json"
    file.write_text(json.dumps({"sites": [site]}, ensure_ascii=False), encoding="utf-8")
    operator.does("ceremony", "rooms", draw, str(file))
