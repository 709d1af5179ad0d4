"""`daylight policy`: the witness policy from the command line."""

from pathlib import Path

import click

from oversight.remote import Remote, remote


@click.group("policy")
def policy() -> None:
    """Whose cosignatures put an entry into effect."""


@policy.command("adopt")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@remote
def adopt(service: Remote, file: Path) -> None:
    """Adopt the policy in FILE (C2SP tlog-policy: log, witness, group and quorum lines)."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.UsageError(f"{file}: is not UTF-8 text") from None
    made = service.post("/v1/ledger/policies", {"policy": text})
    service.show(
        made,
        "Recorded.",
        "It counts once the quorum before it has confirmed the entry; a weaker one in 24 hours.",
    )


@policy.command("list")
@remote
def list_policies(service: Remote) -> None:
    """List all policies on the log."""
    found = service.get("/v1/ledger/policies")
    lines = [_line(one) for one in found["policies"]] or ["No policy on the log."]
    judged = "no quorum: unwitnessed" if found["unwitnessed"] else "a quorum, reached or not yet"
    service.show(found, *lines, f"The newest checkpoint is judged by {judged}.")


def _line(one: dict[str, object]) -> str:
    above = one["above"]
    state = "waits" if above is None else f"judges checkpoints above {above}"
    alert = "  ALERT: weaker than the one that judges before it" if one["weaker"] else ""
    return f"entry {one['index']}: {one['least']} of {one['witnesses']}, {state}{alert}"
