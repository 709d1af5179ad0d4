"""Every door declares who may pass, and the service refuses to start where one does not."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest
from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody

from api_spec import assembly
from api_spec.app import create_app
from api_spec.description import WRITES, doors
from api_spec.doors import UnsafeToStart
from api_spec.problems import PROBLEM_JSON
from oversight.configuration import Settings
from oversight.idempotency.requests import Occasion


class Loose(msgspec.Struct):
    """A body that swallows unknown fields."""

    name: str


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    """A body whose part swallows unknown fields."""

    parts: list[Loose]


@get("/v1/planted", include_in_schema=False)
async def silent() -> None:
    """Declare nothing."""


@get("/v1/planted", opt={"public": True, "permission": assembly.PERMISSIONS[0]})
async def both() -> None:
    """Declare too much."""


@post("/v1/planted", opt={"public": True})
async def keyless() -> None:
    """Write without an occasion."""


@post("/v1/planted", opt={"public": True})
async def loose(data: JSONBody[Loose], occasion: NamedDependency[Occasion]) -> None:
    """Read what swallows unknown fields."""


@post("/v1/planted", opt={"public": True})
async def loose_inside(data: JSONBody[Strict], occasion: NamedDependency[Occasion]) -> None:
    """Read what swallows unknown fields further down."""


def test_every_door_declares_one_kind_of_access():
    for path, method, handler in doors(create_app(Settings())):
        assert len({"permission", "public"} & handler.opt.keys()) == 1, (method, path)


def test_every_permission_at_a_door_is_on_the_list():
    for path, method, handler in doors(create_app(Settings())):
        if permission := handler.opt.get("permission"):
            assert permission in assembly.PERMISSIONS, (method, path)


@pytest.mark.parametrize("planted", [silent, both, keyless, loose, loose_inside], ids=str)
def test_a_door_left_open_by_omission_keeps_the_service_from_starting(planted, monkeypatch):
    assert isinstance(planted, HTTPRouteHandler)
    monkeypatch.setattr(assembly, "ROUTES", (*assembly.ROUTES, planted))
    with pytest.raises(UnsafeToStart):
        create_app(Settings())


OPTIMISED = """
from api_spec.app import create_app
from oversight.configuration import Settings

assert False, "python -O strips this"
create_app(Settings())
"""


def test_the_service_does_not_start_where_assertions_are_stripped():
    done = subprocess.run(
        [sys.executable, "-O", "-c", OPTIMISED], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "UnsafeToStart: assertions are stripped" in done.stderr


DESCRIPTION = msgspec.json.decode(create_app(Settings()).state.description)
OPERATIONS = [
    (path, method.upper(), operation)
    for path, item in DESCRIPTION["paths"].items()
    for method, operation in item.items()
]


def test_the_description_is_openapi_3_1_with_its_security_scheme():
    assert DESCRIPTION["openapi"].startswith("3.1")
    assert DESCRIPTION["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_every_operation_has_an_id_a_summary_and_a_description():
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(ids)) == len(ids)
    for path, method, operation in OPERATIONS:
        assert operation["summary"], (method, path)
        assert len(operation["description"]) > 20, (method, path)


def test_every_operation_documents_its_problems():
    for path, method, operation in OPERATIONS:
        wanted = {"400", "405", "500"} | ({"401", "403"} if operation["security"] else set())
        wanted |= {"409", "413", "415", "422"} if method in WRITES else set()
        assert wanted <= operation["responses"].keys(), (method, path)
    for name, response in DESCRIPTION["components"]["responses"].items():
        assert name == "Problem304" or PROBLEM_JSON in response["content"]


def test_every_write_demands_an_idempotency_key():
    for path, method, operation in OPERATIONS:
        headers = [one for one in operation.get("parameters", ()) if one.get("in") == "header"]
        demanded = any(one["name"] == "Idempotency-Key" and one["required"] for one in headers)
        assert demanded is (method in WRITES), (method, path)


def test_every_request_body_is_closed():
    for path, method, operation in OPERATIONS:
        for content in operation.get("requestBody", {}).get("content", {}).values():
            name = content["schema"].get("$ref", "").rpartition("/")[2]
            if name:
                schema = DESCRIPTION["components"]["schemas"][name]
                assert schema["additionalProperties"] is False, (method, path, name)


def test_every_request_body_has_an_example():
    for path, method, operation in OPERATIONS:
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        assert content is None or "example" in content, (method, path)
