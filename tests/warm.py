"""`daylight` as a process of its own, without the second that loading it takes.

    process = warm.started(["serve", "--port", "0"], directory, environ, stderr)
    finished = warm.run(["audit"], directory, environ)

One process loads everything, once for each worker, and forks a child for each command: with its
own pid, directory, variables, files and signals, and an end like any other's. What only a cold
start can show, an import that is missing, is left to the tests that start cold: one of every
command and of every server (`cold=True`).
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from functools import cache
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DAYLIGHT = [sys.executable, "-m", "api_spec.cli"]
NUMBER = struct.Struct("=i")
ORDER_BYTES_MAX = 1 << 17
BESIDE = ("oversight.witness.http", "oversight.mirror.http", "uvicorn.protocols.http.auto")


def started(arguments, cwd, env, stderr, cold=False):
    """Return a server that starts, its standard output in a pipe."""
    if not cold:
        reader, writer = os.pipe()
        with open(writer, "wb") as stdout:
            process = Process(arguments, cwd, env, stdout, stderr)
        process.stdout = os.fdopen(reader, encoding="utf-8")
        return process
    command, env = [*DAYLIGHT, *map(str, arguments)], {**env, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=stderr, text=True
    )


def run(arguments, cwd, env, cold=False, timeout=120):
    """Run a command to its end; return it finished, with what it wrote."""
    if cold:
        command, env = [*DAYLIGHT, *map(str, arguments)], {**env, "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            command, cwd=cwd, env=env, capture_output=True, text=True, check=False,
            timeout=timeout, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = Process(arguments, cwd, env, out, err)
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return subprocess.CompletedProcess(arguments, status, _all_of(out), _all_of(err))


def _all_of(file):
    file.seek(0)
    return file.read()


class Process:
    """A running command, in words of `subprocess.Popen`."""

    def __init__(self, arguments, cwd, env, stdout, stderr):
        self.returncode = None
        self._minder, theirs = socket.socketpair()
        order = json.dumps([list(map(str, arguments)), str(cwd or os.getcwd()), dict(env)])
        with theirs, open(os.devnull, "rb") as nothing:
            files = [theirs.fileno(), nothing.fileno(), stdout.fileno(), stderr.fileno()]
            socket.send_fds(_loaded(), [order.encode()], files)
        self.pid = self._told(None)

    def _told(self, timeout):
        self._minder.settimeout(timeout)
        said = self._minder.recv(NUMBER.size)
        assert len(said) == NUMBER.size, "the process that loaded everything is gone"
        return NUMBER.unpack(said)[0]

    def wait(self, timeout=None):
        if self.returncode is None:
            try:
                self.returncode = self._told(timeout)
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired("daylight", timeout) from None
            self._minder.close()
        return self.returncode

    def poll(self):
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, sign):
        if self.poll() is None:
            os.kill(self.pid, sign)

    def kill(self):
        self.send_signal(signal.SIGKILL)


@cache
def _loaded():
    """Start what loads everything; return the socket on which it takes orders."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    env = {k: v for k, v in os.environ.items() if not k.startswith("DAYLIGHT_")}
    with theirs:
        subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())],
            env={**env, "PYTHONPATH": str(ROOT)},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
    return ours


def _take_orders(orders):
    """Load everything, then fork for each order until nobody is there to give any."""
    from api_spec.cli import OWN_COMMANDS

    for module in (*(module for module, _ in OWN_COMMANDS.values()), *BESIDE):
        import_module(module)
    assert threading.active_count() == 1, "only a process of one thread can be forked"
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a minder
    while True:
        order, files, _, _ = socket.recv_fds(orders, ORDER_BYTES_MAX, 4)
        if not order:
            os._exit(0)
        if os.fork() == 0:
            orders.close()
            return _mind(order, files)
        for file in files:
            os.close(file)


def _mind(order, files):
    """Fork once more: the child goes on as the command, the parent tells of it and of its end."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    teller, *streams = files
    if (child := os.fork()) == 0:
        os.close(teller)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        return _become(*json.loads(order))
    for number, stream in enumerate(streams):
        os.close(stream)
        os.close(number)
    os.write(teller, NUMBER.pack(child))
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        os.write(teller, NUMBER.pack(ended))
    finally:
        os._exit(0)


def _become(arguments, cwd, env):
    from api_spec.cli import main

    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = ["cli.py", *arguments]
    sys.exit(main(prog_name="cli.py"))


if __name__ == "__main__":
    _take_orders(socket.socket(fileno=int(sys.argv[1])))
