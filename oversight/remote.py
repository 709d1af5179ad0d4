"""The command line's way to a service: HTTP with a token, repeated safely, refusals explained.

Exit statuses of commands that ask a service: 0 done, 1 refused (a rule; appeal or change the
request), 2 wrong usage, 3 the service cannot be reached, 4 the service failed.
"""

import json
import ssl
import sys
import uuid
from collections.abc import Iterator, Mapping
from functools import cache
from typing import IO, Any

import click
import httpx

from oversight.wire import ACT_HEADER

REFUSED, UNREACHABLE, FAILED = 1, 3, 4
CONFIG_FILE = "daylight.config"  # where a command finds the --config of its call: Context.meta
SERVER_FAULT = 500  # the first status that is the service's own fault
ATTEMPTS = 3  # of a request whose answer did not arrive: repeated under the same key
TIMEOUT_SECONDS = 60.0


@cache
def authorities() -> ssl.SSLContext:
    """Return whom every client of this process trusts over TLS; reading them takes 50 ms."""
    return httpx.create_ssl_context()


class Refused(click.ClickException):
    """A problem that a service answered with (RFC 9457)."""

    def __init__(self, problem: Mapping[str, Any], as_json: bool = False) -> None:
        super().__init__(str(problem.get("title", "refused")))
        self.problem, self.as_json = dict(problem), as_json
        setattr(self, "exit_code", FAILED if is_failure(problem) else REFUSED)  # noqa: B010 - click declares it on the class

    def show(self, file: IO[Any] | None = None) -> None:
        """Tell which rule was broken, what was found and what would lift the refusal."""
        stream = file or sys.stderr
        if self.as_json:
            click.echo(json.dumps(self.problem, ensure_ascii=False), file=stream)
            return
        for line in problem_lines(self.problem):
            click.echo(line, file=stream)


class Unreachable(click.ClickException):
    """No answer arrived."""

    exit_code = UNREACHABLE


def is_failure(problem: Mapping[str, Any]) -> bool:
    """Tell a failure of the service from a refusal."""
    return int(problem.get("status", SERVER_FAULT)) >= SERVER_FAULT


def problem_lines(problem: Mapping[str, Any]) -> Iterator[str]:
    """Yield a problem as lines for a person."""
    word = "failed" if is_failure(problem) else "refused"
    yield f"{word}: {problem.get('title', '')}"
    labels = {"code": "rule", "source": "source", "detail": "detail", "instance": "number"}
    for name, label in labels.items():
        if problem.get(name):
            yield f"  {label + ':':8} {problem[name]}"
    for name, value in dict(problem.get("found", {})).items():
        for each in value if isinstance(value, list) else [value]:
            yield f"  found:   {name} = {_plain(each)}"
    for error in problem.get("errors", ()):
        place = " ".join(filter(None, (error.get("source"), error.get("key"))))
        yield f"  found:   {place}: {error.get('message', '')}"
    if problem.get("needed"):
        yield f"  needed:  {problem['needed']}"
    if problem.get("code") == "wire.credentials_valid":
        yield "  hint:    name your token with --token-file or DAYLIGHT_TOKEN_FILE"


def _plain(value: object) -> str:
    """Return one thing that was found, as a person reads it."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return str(value)


def json_of(file: IO[str]) -> Any:
    """Return the JSON in a file that somebody wrote by hand; what it holds is never repeated."""
    try:
        return json.load(file)
    except (ValueError, RecursionError):
        raise click.UsageError(f"{file.name} is not JSON in UTF-8") from None


class Remote:
    """A service, and the token with which one comes."""

    def __init__(self, url: str, token: str = "", as_json: bool = False) -> None:
        self.url, self.token, self.as_json = url.rstrip("/"), token, as_json

    def get(self, path: str, **query: object) -> Any:
        """Return the JSON (or text) answer to a read.

        Raises:
            Refused, Unreachable.
        """
        return _content(self._asked("GET", path, query))

    def file(self, path: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            Refused, Unreachable.
        """
        return self._asked("GET", path, {}).content

    def items(self, path: str, **query: object) -> Iterator[Any]:
        """Yield the items of a list, page after page."""
        cursor = ""
        while True:
            page = self.get(path, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            if not (cursor := page["next"]):
                return

    def post(self, path: str, body: object = None, **more: Any) -> Any:
        """Return the answer to a write, made once however often it has to be repeated."""
        return self.write("POST", path, body, **more)

    def write(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str = "",
        content: bytes | None = None,
        content_type: str = "application/json",
        query: Mapping[str, object] | None = None,
        timeout: float = TIMEOUT_SECONDS,
    ) -> Any:
        """Write with an Idempotency-Key (`key`, else a fresh one); `content` goes as it is.

        Which act did it is told on standard error, for `daylight act show`.

        Raises:
            Refused, Unreachable.
        """
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
        if content is not None:
            headers["Content-Type"] = content_type
        answer = self._asked(method, path, query or {}, headers, content, timeout)
        if act := answer.headers.get(ACT_HEADER):
            click.echo(f"act {act}", err=True)
        return _content(answer)

    def _asked(  # noqa: PLR0917, one request, all of it
        self,
        method: str,
        path: str,
        query: Mapping[str, object],
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        timeout: float = TIMEOUT_SECONDS,
    ) -> httpx.Response:
        identity = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = httpx.request(
                    method,
                    self.url + path,
                    params={name: str(value) for name, value in query.items()},
                    headers={**identity, **(headers or {})},
                    content=content,
                    timeout=timeout,
                    verify=authorities(),
                )
            except httpx.TransportError as error:
                if attempt == ATTEMPTS:
                    raise Unreachable(
                        f"no answer from {self.url} ({type(error).__name__}); is it running, and "
                        "is --url or DAYLIGHT_URL right?"
                    ) from None
                continue
            if answer.is_success:
                return answer
            raise Refused(_problem(answer), self.as_json)
        raise AssertionError("unreachable")

    def show(self, answer: Any, *lines: str) -> None:
        """Print an answer: whole with --json, else the lines for a person."""
        if self.as_json:
            click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
            return
        for line in lines:
            click.echo(line)


remote = click.make_pass_decorator(Remote)  # hands a command the service that it asks


def _content(answer: httpx.Response) -> Any:
    kind = answer.headers.get("content-type", "")
    return answer.json() if "json" in kind else answer.text


def _problem(answer: httpx.Response) -> dict[str, Any]:
    if "json" in answer.headers.get("content-type", ""):
        problem = answer.json()
        if isinstance(problem, dict):
            return {"status": answer.status_code, **problem}
    return {"title": answer.reason_phrase, "status": answer.status_code}
