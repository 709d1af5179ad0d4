"""Running an application, ours or an outsider's, and telling where it listens."""

import logging
import sys
from typing import Any

import click
import uvicorn

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def log_to_stderr() -> None:
    """Let the process write its log to standard error; once is enough."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format=FORMAT)


def run_server(
    app: Any, name: str, host: str, port: int, prefix: str = "", *, believe_proxy: bool = False
) -> None:
    """Serve `app` until SIGINT or SIGTERM; say on standard output where, port 0 included.

    Args:
        name: who is said to listen.
        prefix: what the address that is told goes on with.
        believe_proxy: whether a proxy on this host is believed who the caller is.
    """
    log_to_stderr()
    config = uvicorn.Config(
        app,
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
