"""The package's migrations and tables, in the form that Piccolo's command line reads."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="bidding",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=table_finder(
        [
            "bidding.classification.tables",
            "bidding.roster.tables",
            "bidding.recusal.tables",
            "bidding.reading.tables",
            "bidding.intake.tables",
            "bidding.committee.tables",
            "bidding.sealing.tables",
            "bidding.draw.tables",
            "bidding.draw_record.tables",
            "bidding.external_draw.tables",
        ],
        exclude_imported=True,
    ),
    migration_dependencies=["oversight.piccolo_app"],
)
