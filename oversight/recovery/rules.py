"""What a backup must be, where it may be restored, and when a log may be recovered."""

from oversight.errors import Ground, Rule

_SOURCE = "design: ledger.md#When things go wrong"

BACKUP_PLACE_NEW = Rule(
    "recovery.backup_place_new",
    "A backup is written to a place where nothing stands yet.",
    _SOURCE,
)
BACKUP_WHOLE = Rule(
    "recovery.backup_whole",
    "A backup has its manifest, and every file with the length and digest that it names.",
    _SOURCE,
)
BACKUP_FITS = Rule(
    "recovery.backup_fits",
    "A backup is restored to its own log and kind of database, by a program that knows its schema.",
    _SOURCE,
)
RESTORED_INTO_EMPTY = Rule(
    "recovery.restored_into_empty",
    "A backup is restored where no database stands yet.",
    _SOURCE,
)
SERVICE_STOPPED = Rule(
    "recovery.service_stopped",
    "No other process uses the instance while its log is recovered.",
    _SOURCE,
    Ground.BUSY,
)
RECOVERY_FINISHED = Rule(
    "recovery.finished",
    "A recovery that was begun is brought to its end before the service starts.",
    _SOURCE,
)
SOURCE_SIGNED = Rule(
    "recovery.source_signed",
    "One source at least shows a checkpoint that this log signed.",
    _SOURCE,
)
ENTRIES_FOUND = Rule(
    "recovery.entries_found",
    "Every entry that was signed is in one of the sources.",
    _SOURCE,
)
