"""How the command line tells a refusal to a person."""

from __future__ import annotations

from oversight.remote import problem_lines

FAULTS = [{"line": 2, "column": "证件号码", "cause": "is empty"}, {"line": 9, "cause": "too long"}]


def test_each_of_several_things_found_has_a_line_of_its_own():
    lines = list(problem_lines({"title": "t", "status": 422, "found": {"faults": FAULTS}}))
    assert lines[1:] == [
        "  found:   faults = line 2, column 证件号码, cause is empty",
        "  found:   faults = line 9, cause too long",
    ]


def test_an_empty_list_is_not_told():
    assert len(list(problem_lines({"title": "t", "status": 422, "found": {"doubled": []}}))) == 1


def test_who_came_without_a_good_token_is_told_where_to_name_one():
    problem = {"title": "t", "status": 401, "code": "wire.credentials_valid"}
    assert "--token-file" in list(problem_lines(problem))[-1]
    wrong_password = {"title": "t", "status": 401, "code": "identity.login_right"}
    assert "--token-file" not in "".join(problem_lines(wrong_password))
