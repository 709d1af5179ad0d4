"""`service`: one running instance on SQLite for all journeys; `own_service`: one for a test."""

from __future__ import annotations

import shutil

import pytest
from service import Service


@pytest.fixture(scope="session")
def founded(tmp_path_factory):
    """An instance that was made and never run; copied, because making one takes seconds."""
    return Service(tmp_path_factory.mktemp("founded")).init(cold=True)


def _copy(founded, directory):
    shutil.copytree(founded.directory, directory, dirs_exist_ok=True)
    service = Service(directory)
    service.token, service.administrator = founded.token, founded.administrator
    return service


@pytest.fixture(scope="session")
def service(founded, tmp_path_factory):
    service = _copy(founded, tmp_path_factory.mktemp("service")).start(cold=True)
    yield service
    service.stop()


@pytest.fixture
def own_service(founded, tmp_path):
    service = _copy(founded, tmp_path)
    yield service
    service.stop()
