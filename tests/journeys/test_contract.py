"""The whole API against its own description: a real service, every check of schemathesis.

Three passes: each operation asked by who may (its answers are judged in depth), each asked by
an outsider, and walks along the links from answers to requests. Deterministic and bounded.
"""

from __future__ import annotations

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.config import SchemathesisConfig

from api_spec import assembly
from api_spec.app import create_app
from api_spec.description import described
from oversight.authority.rules import Post, Role
from oversight.configuration import Settings
from oversight.identity.rules import POSTS_OF_ROLE

APP = create_app(Settings())
DESCRIPTION = json.loads(APP.state.description)
PERMISSION = {
    (method, path): handler.opt.get("permission") for path, method, handler in described(APP)
}
REFUSALS = ["400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "429", "503"]
ACCEPTED = ["2xx", "304", "401", "403", "404", "409", "413", "422", "429", "503"]


def schema(examples, coverage=True):
    """Return the API as schemathesis reads it."""
    config = SchemathesisConfig.from_dict(
        {
            "generation": {
                "mode": "all",
                "max-examples": examples,
                "deterministic": True,
                "allow-x00": False,  # refused everywhere, as bad input is tested to be
            },
            "phases": {"coverage": {"enabled": coverage}},
            "checks": {
                "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "503"]},
                "positive_data_acceptance": {"expected-statuses": ACCEPTED},
                "negative_data_rejection": {"expected-statuses": REFUSALS},
                "missing_required_header": {"expected-statuses": ["400", "401", "403"]},
            },
        }
    )
    return schemathesis.openapi.from_dict(DESCRIPTION, config=config)


BOUNDED = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="session")
def holders(service):
    """Return, per permission, the token of somebody who holds it."""
    home = service.request("GET", "/v1/identity/me", token=service.token).json()["party"]["id"]
    parties, tokens = {Role.TRADING_CENTER: home}, {}
    for permission in assembly.PERMISSIONS:
        for role in sorted(permission.roles or Role):
            posts = sorted(permission.posts & POSTS_OF_ROLE[role] - {Post.ADMINISTRATOR})
            if posts:
                if role not in parties:
                    parties[role] = service.party(role.value)
                tokens[permission.act] = service.enter(parties[role], posts[0])[1]
                break
        else:
            tokens[permission.act] = service.enter(home, Post.ADMINISTRATOR)[1]
    return tokens


@pytest.fixture(scope="session")
def outsider(service):
    """Return the token of somebody who may read the archive of a firm, and nothing else."""
    return service.enter(service.party("firm"), Post.ARCHIVE_READER)[1]


def bearer(token):
    return {"Authorization": f"Bearer {token}"} if token else {}


IN_DEPTH = schema(12)
OUTSIDE = schema(3, coverage=False)


@IN_DEPTH.parametrize()
@BOUNDED
def test_every_operation_keeps_its_contract_for_who_may(case, service, holders):
    permission = PERMISSION[case.operation.method.upper(), case.path]
    token = holders[permission.act] if permission else ""
    case.call_and_validate(base_url=service.url, headers=bearer(token))


@OUTSIDE.parametrize()
@BOUNDED
def test_every_operation_keeps_its_contract_for_an_outsider(case, service, outsider):
    case.call_and_validate(base_url=service.url, headers=bearer(outsider))


def test_walks_from_answers_to_requests_keep_the_contract(service, holders):
    walks = schema(1, coverage=False)

    class Walk(walks.as_state_machine()):
        """Follow ids from one answer into the next request, each step by who may take it."""

        def get_call_kwargs(self, case):
            permission = PERMISSION[case.operation.method.upper(), case.path]
            token = holders[permission.act] if permission else ""
            return {"base_url": service.url, "headers": bearer(token)}

    run_state_machine_as_test(
        Walk, settings=settings(BOUNDED, max_examples=15, stateful_step_count=6)
    )
