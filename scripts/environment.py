"""Build the project's own `.venv`, with nothing but the standard library.

`demo.py` and `test.py` call it before anything else, so that a fresh machine with
git, Python and a package index needs no step of its own. What is installed is
exactly the lock file, each archive held to its hash.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv"
LOCKS = {"run": "requirements.lock", "test": "requirements-test.lock"}
SUPPORTED = ((3, 11), (3, 13))  # first and last version that the suite is run on


class Unbuildable(SystemExit):
    """The environment cannot be built; the message says what to do about it."""


def stamp(purpose: str) -> str:
    """Return the digest of all that decides what is installed for `purpose`."""
    import tomllib  # from Python 3.11 on: an older one has been refused by now

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lock = (ROOT / LOCKS[purpose]).read_text()
    return hashlib.sha256("\0".join([sys.version, lock, repr(project)]).encode()).hexdigest()


def is_ready(purpose: str) -> bool:
    """Tell whether `.venv` holds what `purpose` needs ("test" includes "run")."""
    wanted = {name: stamp(name) for name in LOCKS if name in (purpose, "test")}
    marks = {name: HOME / f"daylight-{name}.stamp" for name in wanted}
    return any(marks[n].is_file() and marks[n].read_text() == wanted[n] for n in wanted)


def check_python() -> None:
    """Stop with a sentence, not a traceback, on a Python that is not supported."""
    first, last = SUPPORTED
    if not first <= sys.version_info[:2] <= last:
        raise Unbuildable(
            f"Daylight runs on Python {first[0]}.{first[1]} to {last[0]}.{last[1]}; this is "
            f"{sys.version_info[0]}.{sys.version_info[1]}. Try for example: python3.{last[1]} "
            f"{Path(sys.argv[0]).name}"
        )


def pip(*arguments: str) -> None:
    """Run pip for `.venv`: its own, or the system's where venv brought none."""
    inside = str(HOME / "bin" / "python")
    own = subprocess.run([inside, "-m", "pip", "--version"], capture_output=True, check=False)
    runner = (
        [inside, "-m", "pip"]
        if own.returncode == 0
        else [sys.executable, "-m", "pip", "--python", inside]
    )
    command = [*runner, "--disable-pip-version-check", "--quiet", *arguments]
    if subprocess.run(command, check=False, cwd=ROOT).returncode != 0:
        raise Unbuildable(
            "The packages could not be installed (see above). Is a package index reachable, "
            "and is pip there? On Debian and Ubuntu: apt install python3-venv python3-pip"
        )


def is_usable() -> bool:
    """Tell whether `.venv` is there and of this very Python."""
    inside = HOME / "bin" / "python"
    if not inside.exists():
        return False
    asked = [str(inside), "-c", "import sys; print(sys.version)"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False)
    return said.stdout.strip() == sys.version.strip()


def create() -> None:
    """Make `.venv` anew, with pip where the system can give it."""
    try:
        venv.create(HOME, clear=True, with_pip=True, symlinks=True)
    except (subprocess.CalledProcessError, ImportError):
        venv.create(HOME, clear=True, with_pip=False, symlinks=True)  # Debian without python3-venv


def ensure(purpose: str) -> Path:
    """Return the interpreter of a `.venv` that holds what `purpose` needs, building it if not.

    Args:
        purpose: "run" (what the service needs) or "test" (that, and the tools).

    Raises:
        Unbuildable: no supported Python, or the packages cannot be had.
    """
    check_python()
    interpreter = HOME / "bin" / "python"
    if is_ready(purpose):
        return interpreter
    print(f"Setting up .venv from {LOCKS[purpose]} (once; about a minute) ...", file=sys.stderr)
    if not is_usable():
        create()
    pip("install", "--require-hashes", "-r", str(ROOT / LOCKS[purpose]))
    pip("install", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    (HOME / f"daylight-{purpose}.stamp").write_text(stamp(purpose))
    return interpreter


def keeping_bytecode() -> dict[str, str]:
    """Return the variables of a process that starts hundreds of others in `.venv`.

    Where PYTHONDONTWRITEBYTECODE is set, each of them would compile everything again that has no
    bytecode yet; here they keep it, in `.venv`, so that the sources stay as they were.
    """
    variables = dict(os.environ)
    if variables.pop("PYTHONDONTWRITEBYTECODE", ""):
        variables.setdefault("PYTHONPYCACHEPREFIX", str(HOME / "bytecode"))
    return variables


def enter(purpose: str) -> None:
    """Go on inside `.venv`: return at once if already there, else start over in it."""
    interpreter = ensure(purpose)
    if Path(sys.prefix).resolve() == HOME.resolve():
        return
    os.execv(interpreter, [str(interpreter), *sys.argv])  # noqa: S606
