"""The settings of one instance: a file, then the environment, then flags; the last one wins.

Every setting has one name (`checkpoint_seconds` in daylight.toml, DAYLIGHT_CHECKPOINT_SECONDS
in the environment, --checkpoint-seconds as a flag) and one sentence that `daylight config`
shows. A name that is not known is refused: a typing error must not become a silent default.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, get_type_hints
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from oversight.errors import Ground, Rule, RuleBroken

SETTING_KNOWN = Rule(
    "configuration.setting_known",
    "Every setting named in the file, the environment or a flag exists.",
    "design: configuration",
    Ground.MALFORMED,
)
SETTING_READABLE = Rule(
    "configuration.setting_readable",
    "Every setting has a value of its type, within its bounds.",
    "design: configuration",
    Ground.MALFORMED,
)

PREFIX = "DAYLIGHT_"
# Read by the command line as a client, or by the tests; no settings of an instance.
OTHER_VARIABLES = frozenset(
    {
        "DAYLIGHT_CONFIG",
        "DAYLIGHT_URL",
        "DAYLIGHT_TOKEN",
        "DAYLIGHT_TOKEN_FILE",
        "DAYLIGHT_FOREIGN_VECTORS",
    }
)
OTHER_PREFIXES = ("DAYLIGHT_TEST_", "_DAYLIGHT_")  # the second is click's, for completion

Text = Annotated[str, Meta(min_length=1)]
Origin = Annotated[str, Meta(pattern=r"^[^\s+]+$")]  # it names keys in signed notes
Count = Annotated[int, Meta(ge=1)]
Port = Annotated[int, Meta(ge=0, le=65535)]


# Directories that stand in data_dir unless they are named.
_PLACES = {"key_dir": "keys", "public_dir": "public", "signer_dir": "signer"}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings of an instance; DOCS says what each is for."""

    data_dir: Text = "daylight-data"
    key_dir: str = ""
    dsn: str = ""
    public_dir: str = ""
    signer_dir: str = ""
    signs: bool = True
    origin: Origin = "demo.daylight.invalid/log"
    host: Text = "127.0.0.1"
    port: Port = 8000
    editions: tuple[str, ...] = ("T-2025", "P-2025", "L-2025")
    enforced_figures: tuple[str, ...] = ()
    calendar_file: str = ""
    beacon_chain: Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?\Z")] = ""
    beacon_chains_file: str = ""
    beacon_urls: tuple[str, ...] = ()
    checkpoint_seconds: Annotated[float, Meta(gt=0, le=60)] = 0.5
    witness_timeout_seconds: Annotated[float, Meta(gt=0, le=60)] = 5.0
    effect_wait_seconds: Annotated[float, Meta(gt=0, le=60)] = 3.0
    blind_seconds: Annotated[int, Meta(ge=1, le=3600)] = 60
    pending_max: Count = 100_000
    database_connections_max: Count = 10
    request_bytes_max: Count = 1 << 20
    import_bytes_max: Count = 1 << 26
    token_days: Count = 90
    font_dir: str = ""
    public_url: str = ""
    gateway: str = ""
    gateway_key: str = ""
    answer_url: str = ""
    contact_seconds: Annotated[float, Meta(gt=0, le=60)] = 2.0

    def __post_init__(self) -> None:
        """Derive the places that were not named from the data directory."""
        for name, place in _PLACES.items():
            if not getattr(self, name):
                msgspec.structs.force_setattr(self, name, str(Path(self.data_dir, place)))
        if not self.dsn:
            file = Path(self.data_dir, "daylight.sqlite3")
            msgspec.structs.force_setattr(self, "dsn", f"sqlite:///{file}")
        if not self.public_url:
            host = f"https://{self.origin.partition('/')[0]}"
            msgspec.structs.force_setattr(self, "public_url", host)
        if not self.gateway:
            outbox = Path(self.data_dir, "outbox")
            msgspec.structs.force_setattr(self, "gateway", f"file:{outbox}")
        if not self.gateway_key:
            file = Path(self.key_dir, "gateway.key")
            msgspec.structs.force_setattr(self, "gateway_key", str(file))


DOCS: Mapping[str, str] = MappingProxyType(
    {
        "data_dir": "Directory for the embedded database and for documents.",
        "key_dir": "Directory of private keys, mode 0700; by default `keys` in data_dir. "
        "Back it up apart from the data.",
        "dsn": "Database: sqlite:///path or postgresql://user@host/name; by default a file in "
        "data_dir.",
        "public_dir": "Directory of the log's public files, for any web server or object store; by "
        "default `public` in data_dir. Everything in it can be read by everybody.",
        "signer_dir": "Directory of the signer's state: what was signed last. By default `signer` "
        "in data_dir. It belongs to one host, is never restored from a backup, and processes of "
        "one host share it.",
        "signs": "Whether processes with these settings sign checkpoints; false on every host but "
        "the signer's.",
        "origin": "Name of the log in every checkpoint: the public URL without its scheme. "
        "It never changes once an entry is signed.",
        "host": "Address to listen on.",
        "port": "Port to listen on; 0 takes a free one.",
        "editions": "Editions of the rulebook that are in force here. `demo` is not among them "
        "unless named, and never belongs beside real cases.",
        "enforced_figures": "Unconfirmed or local figures made hard here, as `T-2025:"
        "expert_age_below`, by one who has the official text in hand.",
        "calendar_file": "TOML file with holidays and make-up workdays of years that the calendar "
        "does not know yet.",
        "beacon_chain": "Hash of the pinned chain of public randomness of which each draw sealed "
        "from now on binds a round; empty: draws are sealed without a beacon. quicknet is "
        "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971.",
        "beacon_chains_file": "TOML file with further pinned chains, each a [[chain]] with hash, "
        "public_key, scheme, period and genesis. quicknet is pinned without it.",
        "beacon_urls": "Addresses of relays that are asked for rounds, as "
        "`https://api.drand.sh`, one after the other; empty: rounds are carried in by hand.",
        "checkpoint_seconds": "Seconds between checkpoints while there are new entries.",
        "witness_timeout_seconds": "Seconds after which a witness that does not answer is asked "
        "again later.",
        "effect_wait_seconds": "Seconds that a step waits for the entry before it to take effect.",
        "blind_seconds": "Seconds of an interval: while anything is open that nobody may count, "
        "one blind entry is logged in each. Alike in all processes of an instance.",
        "pending_max": "Entries waiting for the log above which new acts are asked to come later.",
        "database_connections_max": "Connections to PostgreSQL of one process, at most.",
        "request_bytes_max": "Size of a request body, at most.",
        "import_bytes_max": "Size of an imported file of experts, at most.",
        "font_dir": "Directory of further fonts for printed pages, for characters that the "
        "project's own font lacks; empty: none.",
        "public_url": "Address at which the public reaches this service: printed pages lead there; "
        "by default https:// and the host in `origin`.",
        "token_days": "Days for which a new API token is valid unless said otherwise.",
        "gateway": "Where invitations are handed over: `file:directory`, a message a file, or the "
        "https address of a machine that rings and writes; by default `outbox` in data_dir. "
        "Telephone numbers leave the service here and nowhere else.",
        "gateway_key": "File with the key that service and gateway sign with, 32 bytes in hex, "
        "mode 0600; by default `gateway.key` in key_dir, made at the first start.",
        "answer_url": "Address of the page on which experts answer; an invitation's link is this "
        "address, `#`, and a secret. Empty: invitations hold a code and no link.",
        "contact_seconds": "Seconds between two looks at whom to invite and what to send.",
    }
)

_TYPES = get_type_hints(Settings, include_extras=True)


def load(path: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]) -> Settings:
    """Return the settings from a TOML file, environment variables and flags, the last one winning.

    Args:
        path: the file, or None for none; a path that is named must exist.
        environ: variables; only those that begin with DAYLIGHT_ are looked at. Lists are
            separated by commas.
        flags: values by setting name; None stands for a flag that was not given.

    Raises:
        RuleBroken: SETTING_KNOWN or SETTING_READABLE, naming setting and source, not the value.
    """
    merged: dict[str, object] = {}
    for source, name, value in _statements(path, environ, flags):
        if name not in _TYPES:
            needed = f"one of {', '.join(sorted(_TYPES))}"
            raise RuleBroken(SETTING_KNOWN, needed=needed, setting=name, source=source)
        merged[name] = _value(source, name, value, typed=path is not None and source == path.name)
    return Settings(**merged)  # type: ignore[arg-type]


def source_of(
    name: str, path: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]
) -> str:
    """Return where a setting's value comes from: a file's name, a variable, a flag, or default."""
    sources = [source for source, each, _ in _statements(path, environ, flags) if each == name]
    return sources[-1] if sources else "default"


def shown(settings: Settings) -> dict[str, str]:
    """Return name and value of every setting as one may print them: passwords are masked."""
    values = {name: getattr(settings, name) for name in DOCS}
    texts = {n: ",".join(v) if isinstance(v, tuple) else str(v) for n, v in values.items()}
    return texts | {"dsn": _masked(settings.dsn)}


def _statements(
    path: Path | None, environ: Mapping[str, str], flags: Mapping[str, object]
) -> Iterator[tuple[str, str, object]]:
    """Yield (source, setting, value), weakest source first."""
    if path is not None:
        for name, value in _file(path).items():
            yield path.name, name, value
    for variable, text in environ.items():
        other = variable in OTHER_VARIABLES or variable.startswith(OTHER_PREFIXES)
        if variable.startswith(PREFIX) and not other:
            yield variable, variable.removeprefix(PREFIX).lower(), text
    for name, value in flags.items():
        if value is not None:
            yield "--" + name.replace("_", "-"), name, value


def _file(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        needed = f"a readable TOML file ({reason})"
        raise RuleBroken(SETTING_READABLE, needed=needed, source=path.name) from None


def _value(source: str, name: str, value: object, *, typed: bool) -> object:
    """Convert one value: the file's by its own type, text from elsewhere as number or list."""
    if not typed and isinstance(value, str) and _TYPES[name] == tuple[str, ...]:
        value = [part.strip() for part in value.split(",") if part.strip()]
    try:
        converted: object = msgspec.convert(value, _TYPES[name], strict=typed)
    except msgspec.ValidationError as error:
        raise RuleBroken(SETTING_READABLE, needed=str(error), setting=name, source=source) from None
    return converted


def _masked(dsn: str) -> str:
    password = urlsplit(dsn).password
    return dsn.replace(f":{password}@", ":***@") if password else dsn


_settings: Settings | None = None


def use_settings(settings: Settings | None) -> None:
    """Make `settings` those of this process; None takes them away."""
    global _settings  # noqa: PLW0603, one process, one instance
    _settings = settings


def settings() -> Settings:
    """Return the settings of this process; having none is our own fault."""
    assert _settings is not None, "no settings are in use in this process"
    return _settings
