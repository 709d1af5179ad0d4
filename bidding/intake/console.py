"""`daylight experts …`: the pool from the command line; here `import`."""

import sys
import threading
import uuid
from pathlib import Path
from typing import Any

import click

from bidding.intake.rules import template_header, template_notes
from bidding.reading import console as reading
from bidding.recusal import console as recusal
from bidding.roster import console as roster
from oversight.remote import Remote, remote

SHOWN_AFTER_SECONDS = 1.0  # a bar for anything longer
ASKED_EVERY_SECONDS = 0.5
IMPORT_SECONDS_MAX = 3600.0
TYPES = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@click.group("experts")
def experts() -> None:
    """The expert pool."""


@experts.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--template", is_flag=True, help="Write FILE instead: empty, with all columns.")
@click.option("--skip-bad", is_flag=True, help="Leave out lines with a fault, and say which.")
@click.option("--encoding", type=click.Choice(["utf-8", "gb18030"]), help="Of a CSV file.")
@remote
def import_file(
    service: Remote, file: Path, template: bool, skip_bad: bool, encoding: str | None
) -> None:
    """Import the experts of FILE (.csv or .xlsx): all of them, or none."""
    if template:
        _write_template(file)
        return
    if not file.is_file():
        raise click.UsageError(f"there is no file {file}")
    query: dict[str, object] = {"skip_bad": "true"} if skip_bad else {}
    if encoding:
        query["encoding"] = encoding
    key = str(uuid.uuid4())
    upload = _Upload(service, file, query, key)
    upload.start()
    _watch(service, upload, key)
    made = upload.result()
    faults = [f"  line {one['line']}: {one['column']} {one['cause']}" for one in made["faults"]]
    service.show(
        made,
        f"imported {made['taken']} experts; skipped {made['skipped']} lines",
        *faults,
        f"a second person admits them: daylight experts admit --registered-by {made['act']}",
    )


def _write_template(file: Path) -> None:
    """Write an empty file with the columns that an import reads; never over another file."""
    from bidding.sheet.queries import write_csv, write_xlsx

    if file.suffix.lower() not in TYPES:
        raise click.UsageError(f"{file}: a template is a {' or a '.join(TYPES)} file")
    if file.exists():
        raise click.UsageError(f"{file} exists; a template is never written over a file")
    if file.suffix.lower() == ".xlsx":
        file.write_bytes(write_xlsx("专家", template_header(), [], template_notes()))
    else:
        file.write_bytes(write_csv(template_header(), []))
    click.echo(f"wrote {file}")


class _Upload(threading.Thread):
    """The import's request, so that its progress can be asked for while it runs."""

    def __init__(self, service: Remote, file: Path, query: dict[str, object], key: str) -> None:
        super().__init__(daemon=True)
        self._service, self._file, self._query, self._key = service, file, query, key
        self._answer: Any = None
        self._error: BaseException | None = None

    def run(self) -> None:
        """Send the file and keep what came of it."""
        try:
            self._answer = self._service.post(
                "/v1/roster/imports",
                content=self._file.read_bytes(),
                content_type=TYPES.get(self._file.suffix.lower(), "application/octet-stream"),
                query=self._query,
                key=self._key,
                timeout=IMPORT_SECONDS_MAX,
            )
        except BaseException as error:  # passed on to whoever waits
            self._error = error

    def result(self) -> Any:
        """Return the answer, or raise what was raised."""
        self.join()
        if self._error is not None:
            raise self._error
        return self._answer


def _watch(service: Remote, upload: _Upload, key: str) -> None:
    """Show a bar on the terminal until the upload is through, if it takes longer than a moment."""
    upload.join(SHOWN_AFTER_SECONDS)
    if not upload.is_alive() or service.as_json or not sys.stderr.isatty():
        return
    bar: Any = None
    phase = ""
    while upload.is_alive():
        now = service.get("/v1/roster/imports/progress", key=key)
        if bar is None or now["phase"] != phase:
            phase = now["phase"]
            bar = click.progressbar(length=now["of"] or None, label=phase, file=sys.stderr)
            bar.render_progress()
        bar.update(now["lines"] - bar.pos)
        upload.join(ASKED_EVERY_SECONDS)
    click.echo(err=True)


for _command in (*roster.COMMANDS, *recusal.COMMANDS, *reading.COMMANDS):
    experts.add_command(_command)

COMMANDS: tuple[click.Command, ...] = (experts,)
