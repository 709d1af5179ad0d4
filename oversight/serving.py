"""Running an application, ours or an outsider's, and telling where it listens."""

import logging
import sys
from typing import Any

import click
import uvicorn

HEAD, GET = "HEAD", "GET"
FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def log_to_stderr() -> None:
    """Let the process write its log to standard error; once is enough."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format=FORMAT)


def run_server(
    app: Any, name: str, host: str, port: int, prefix: str = "", *, believe_proxy: bool = False
) -> None:
    """Serve `app` until SIGINT or SIGTERM; say on standard output where, port 0 included.

    HEAD is answered wherever GET is; the application need not know.

    Args:
        name: who is said to listen.
        prefix: what the address that is told goes on with.
        believe_proxy: whether a proxy on this host is believed who the caller is.
    """
    log_to_stderr()
    config = uvicorn.Config(
        AnsweringHead(app),
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        log_level="warning",
        server_header=False,
        proxy_headers=believe_proxy,
        lifespan="on",
        timeout_graceful_shutdown=10,
    )
    _Telling(config, name, prefix).run()


class AnsweringHead:
    """ASGI wrapper: answer HEAD as GET is answered, without the content (RFC 9110, 9.3.2)."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let the application see GET; whoever looks at the request afterwards sees HEAD."""
        if scope["type"] != "http" or scope["method"] != HEAD:
            await self.app(scope, receive, send)
            return

        async def without_content(message: Any) -> None:
            scope["method"] = HEAD  # by which the server knows that less comes than was announced
            await send({**message, "body": b""} if "body" in message else message)

        scope["method"] = GET
        await self.app(scope, receive, without_content)


class _Telling(uvicorn.Server):
    """The server that tells its address once requests are taken."""

    def __init__(self, config: uvicorn.Config, name: str, prefix: str) -> None:
        super().__init__(config)
        self._name, self._prefix = name, prefix

    async def startup(self, sockets: Any = None) -> None:
        """Start, and tell."""
        await super().startup(sockets)
        for server in self.servers:
            for listening in server.sockets:
                host, port = listening.getsockname()[:2]
                shown = f"[{host}]" if ":" in host else host
                click.echo(f"{self._name} listens on http://{shown}:{port}{self._prefix}")
                sys.stdout.flush()
