"""The ground's migrations and tables, in the form that Piccolo's command line reads."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="oversight",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(
        ["oversight.ledger.tables", "oversight.idempotency.tables", "oversight.identity.tables"],
        exclude_imported=True,
    ),
    migration_dependencies=[],
)
