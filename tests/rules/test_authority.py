"""Who may do what."""

import pytest

from oversight.authority.rules import (
    TRUSTED_ROLE,
    Actor,
    Permission,
    Post,
    Role,
    different_person,
    permits,
    require,
)
from oversight.errors import Ground, Rule, RuleBroken

ORDER = Permission(
    "bidding.draw.order",
    frozenset({Post.DRAW_APPLICANT}),
    frozenset({Role.TENDERER, Role.PURCHASER, Role.AGENT}),
    "申请抽取",
    "Order a draw",
)
READ = Permission("oversight.archive.read", frozenset({Post.AUDITOR}), None, "查阅", "Read")


def actor(role: Role, *posts: Post) -> Actor:
    return Actor("party-1", role, "person-1", frozenset(posts))


def test_a_post_in_a_party_of_the_right_role_carries_the_act():
    require(actor(Role.TENDERER, Post.DRAW_APPLICANT, Post.AUDITOR), ORDER)


def test_the_center_cannot_order_a_draw_whatever_post_it_grants_itself():
    assert not permits(actor(Role.TRADING_CENTER, *Post), ORDER)


def test_a_party_of_the_right_role_needs_the_post_too():
    assert not permits(actor(Role.TENDERER, Post.DRAW_OPERATOR), ORDER)


def test_somebody_without_a_post_may_do_nothing():
    assert not permits(actor(Role.TENDERER), ORDER)


def test_a_permission_without_roles_is_open_to_every_role():
    assert all(permits(actor(role, Post.AUDITOR), READ) for role in Role)


def test_a_refusal_names_the_act_and_the_posts_but_no_person():
    with pytest.raises(RuleBroken, match=r"authority\.permission_held") as refusal:
        require(actor(Role.FIRM), ORDER)
    assert refusal.value.rule.ground is Ground.FORBIDDEN
    assert "draw_applicant" in refusal.value.needed
    assert refusal.value.found == {"act": "bidding.draw.order", "role": "firm"}


def test_two_steps_take_two_people():
    different_person("person-1", "person-2")
    with pytest.raises(RuleBroken, match=r"authority\.persons_differ"):
        different_person("person-1", "person-1")


def test_a_narrower_separation_names_its_own_rule():
    rule = Rule("draw.voided_by_another", "…", "design: separation of duties")
    with pytest.raises(RuleBroken, match=r"draw\.voided_by_another"):
        different_person("person-1", "person-1", rule)


def test_every_role_has_a_trusted_role_and_only_regulators_are_supervisors():
    assert set(TRUSTED_ROLE) == set(Role)
    supervisors = {role for role, trusted in TRUSTED_ROLE.items() if trusted == "supervisor"}
    assert supervisors == {Role.ADMINISTRATIVE_SUPERVISOR, Role.PROCUREMENT_REGULATOR}
    assert TRUSTED_ROLE[Role.DISCIPLINE_INSPECTION] == TRUSTED_ROLE[Role.AUDIT_OFFICE] == "other"
