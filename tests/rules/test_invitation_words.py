"""What an invitation says and what answers it; how service and gateway sign."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bidding.gateway.rules import (
    SENDS_MAX,
    Channel,
    check_signature,
    headers,
    next_send,
    signature,
    target,
)
from bidding.invitation.rules import (
    OPTIONS,
    REASONS,
    Evaluation,
    Response,
    answer_key,
    code_text,
    confirmation_words,
    invitation_words,
    is_link,
    link_text,
    secret_digest,
    told,
)
from oversight.errors import ProofRejected, RuleBroken

WHOLE = Evaluation(date(2026, 3, 4), 9, 4, "濮阳县")
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
KEY = bytes(range(32))


def test_an_invitation_tells_only_what_its_edition_allows():
    assert told(WHOLE, ("day", "region")) == Evaluation(WHOLE.day, None, None, WHOLE.region)
    zh, en = invitation_words(told(WHOLE, ("day",)), Channel.MESSAGE, "AAAA-BBBB-CCCC", "")
    assert "3月4日" in zh
    assert "2026-03-04" in en
    for hidden in ("9时", "4小时", "濮阳", "about 9", "about 4"):
        assert hidden not in zh + en


def test_a_call_names_its_keys_and_a_text_its_code_and_link():
    spoken, _ = invitation_words(WHOLE, Channel.VOICE, "AAAA-BBBB-CCCC", "https://x/#y")
    assert all(f"请按{option.key}" in spoken for option in OPTIONS)
    assert "AAAA" not in spoken
    for text in invitation_words(WHOLE, Channel.MESSAGE, "AAAA-BBBB-CCCC", "https://x/#y"):
        assert "AAAA-BBBB-CCCC" in text
        assert "https://x/#y" in text
    assert "请假" in confirmation_words(WHOLE, "AAAA-BBBB-CCCC", "")[0]


def test_every_key_says_one_of_the_answers_with_one_of_its_reasons():
    assert len({option.key for option in OPTIONS}) == len(OPTIONS)
    for option in OPTIONS:
        assert answer_key(option.key) is option
        assert option.reason in REASONS[Response(option.answer)]
    assert answer_key("9") is None


def test_a_code_is_found_however_it_is_typed_and_a_link_only_as_it_is():
    code = code_text(bytes.fromhex("0123456789abcdef"))
    assert len(code) == 14
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert secret_digest(typed) == secret_digest(code)
    link = link_text(bytes(range(32)))
    assert is_link(link)
    assert not is_link(code)
    assert secret_digest(link) != secret_digest(link.lower())


def test_codes_and_links_differ_with_their_randomness():
    codes = {code_text((n << 5).to_bytes(8, "big")) for n in range(1000)}
    assert len(codes) == 1000


def test_the_gateway_is_a_directory_or_an_address_that_numbers_may_travel_to():
    assert target("file:/var/outbox").directory == "/var/outbox"
    assert target("https://gateway.example/m").url == "https://gateway.example/m"
    assert target("http://127.0.0.1:9/m").url
    for wrong in ("", "file:", "http://gateway.example/m", "ftp://x/", "https:///m", "outbox"):
        with pytest.raises(RuleBroken, match=r"gateway\.understood"):
            target(wrong)


def test_a_signature_holds_for_its_key_its_time_and_its_body_alone():
    seconds, body = int(NOW.timestamp()), b'{"message":"x"}'
    good = signature(KEY, seconds, body)
    check_signature(KEY, seconds, body, good, NOW)
    for key, at, said in (
        (bytes(32), seconds, body), (KEY, seconds + 1, body), (KEY, seconds, body + b" "),
    ):  # fmt: skip
        with pytest.raises(ProofRejected):
            check_signature(key, at, said, good, NOW)
    for late in (NOW + timedelta(seconds=301), NOW - timedelta(seconds=301)):
        with pytest.raises(ProofRejected):
            check_signature(KEY, seconds, body, good, late)
    assert headers(KEY, "id", seconds, body)["Daylight-Signature"] == good


def test_the_signature_is_the_one_that_the_document_describes():
    import hashlib
    import hmac

    plain = hmac.new(KEY, b"1772438400.{}", hashlib.sha256).hexdigest()
    assert signature(KEY, 1_772_438_400, b"{}") == plain


def test_a_message_that_is_not_taken_is_sent_again_later_each_time():
    waits = [(next_send(sends, NOW) - NOW).total_seconds() for sends in range(1, SENDS_MAX)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (2, 60)
