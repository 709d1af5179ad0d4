"""The `daylight` command: an instance's own commands, and the consoles of all concepts.

`init`, `serve` and `config` work on the instance beside them; everything else asks a service
over HTTP. Exit statuses: 0 done; 1 refused by a rule; 2 wrong usage, or a setting that cannot be
read; 3 the service cannot be reached; 4 the service failed. `verify` has its own, named there.
"""

import json
import os
import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
from click.shell_completion import get_completion_class

from api_spec import consoles
from oversight.errors import ProofRejected, RuleBroken
from oversight.remote import CONFIG_FILE, REFUSED, Remote, problem_lines

URL = "http://127.0.0.1:8000"
USAGE = 2


# Loaded when they are called: serving needs far more than asking. Name → module and attribute.
OWN_COMMANDS = {
    "init": ("api_spec.instance", "init"),
    "serve": ("api_spec.instance", "serve"),
    "config": ("api_spec.instance", "config"),
    "signer": ("api_spec.signer_command", "signer"),
    "audit": ("api_spec.audit", "audit"),
    "backup": ("api_spec.recovery_commands", "backup"),
    "restore": ("api_spec.recovery_commands", "restore"),
    "recover": ("api_spec.recovery_commands", "recover"),
}


class Daylight(click.Group):
    """The command group that explains refusals instead of printing tracebacks."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names."""
        return sorted({*super().list_commands(ctx), *OWN_COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, loading the instance's own when they are asked for."""
        if cmd_name not in OWN_COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, name = OWN_COMMANDS[cmd_name]
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command), cmd_name
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a refusal becomes its lines and an exit status."""
        try:
            return super().invoke(ctx)
        except RuleBroken as refusal:
            problem = _problem(refusal)
        except ProofRejected as rejected:
            problem = {"title": str(rejected), "status": 422}
        except OSError as error:  # a file or directory that was named
            if error.strerror is None:
                raise
            place = f"{error.filename}: " if error.filename is not None else ""
            raise click.UsageError(f"{place}{error.strerror}") from None
        as_json = isinstance(ctx.obj, Remote) and ctx.obj.as_json
        lines = [json.dumps(problem, ensure_ascii=False)] if as_json else problem_lines(problem)
        for line in lines:
            click.echo(line, err=True)
        malformed = problem.get("code", "").startswith("configuration.")
        ctx.exit(USAGE if malformed else REFUSED)
        return None


def _problem(refusal: RuleBroken) -> dict[str, Any]:
    rule = refusal.rule
    return {
        "title": rule.demands,
        "status": 422,
        "code": rule.code,
        "source": rule.source,
        "found": {name: str(value) for name, value in refusal.found.items()},
        "needed": refusal.needed,
    }


@click.group(cls=Daylight, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("daylight-oversight"), prog_name="daylight")
@click.option("--url", envvar="DAYLIGHT_URL", default=URL, show_default=True, show_envvar=True)
@click.option(
    "--token",
    envvar="DAYLIGHT_TOKEN",
    default="",
    show_envvar=True,
    help="Others on this machine may see an option's value; prefer the variable or a file.",
)
@click.option(
    "--token-file",
    envvar="DAYLIGHT_TOKEN_FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    show_envvar=True,
    help="File with the token, readable by its owner alone.",
)
@click.option("--json", "as_json", is_flag=True, help="Print answers and problems as JSON.")
@click.option(
    "--config",
    "config_file",
    envvar="DAYLIGHT_CONFIG",
    type=click.Path(dir_okay=False, path_type=Path),
    show_envvar=True,
    help="The instance's settings; by default daylight.toml if it is here.",
)
@click.pass_context
def main(  # noqa: PLR0917 - click passes by name
    ctx: click.Context,
    url: str,
    token: str,
    token_file: Path | None,
    as_json: bool,
    config_file: Path | None,
) -> None:
    """Daylight 明鉴: verifiable oversight of public procurement.

    Exit statuses: 0 done, 1 refused by a rule, 2 wrong usage, 3 no service reached, 4 the
    service failed.
    """
    ctx.obj = Remote(url, token or _token(token_file), as_json)
    ctx.meta[CONFIG_FILE] = config_file


def _token(file: Path | None) -> str:
    if file is None:
        return ""
    if file.stat().st_mode & 0o077:
        raise click.UsageError(f"{file} may be read by others: chmod 600 it, and revoke the token")
    words = file.read_bytes().split()
    if len(words) != 1 or not words[0].isascii():
        raise click.UsageError(f"{file} holds no token")
    return words[0].decode()


@main.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of SHELL.

    For bash: `daylight completion bash > ~/.local/share/bash-completion/completions/daylight`.
    """
    made = get_completion_class(shell)
    assert made is not None, shell
    click.echo(made(main, {}, "daylight", "_DAYLIGHT_COMPLETE").source())


for _command in consoles.CONSOLES:
    main.add_command(_command)

if __name__ == "__main__":
    sys.exit(main(prog_name=os.path.basename(sys.argv[0])))
