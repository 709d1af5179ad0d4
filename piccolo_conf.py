"""For Piccolo's own command line only: `piccolo migrations check`, and the like.

The service does not read this file: it attaches its engines at run time and migrates at start.
Here Piccolo's stock engines are used, which may write; the data source is DAYLIGHT_DSN.
"""

import os

from piccolo.conf.apps import AppRegistry
from piccolo.engine.postgres import PostgresEngine
from piccolo.engine.sqlite import SQLiteEngine

DSN = os.environ.get("DAYLIGHT_DSN", "sqlite:///daylight-data/daylight.sqlite3")

DB = (
    SQLiteEngine(path=DSN.removeprefix("sqlite:///"))
    if DSN.startswith("sqlite:///")
    else PostgresEngine(config={"dsn": DSN, "timeout": 5})
)
APP_REGISTRY = AppRegistry(apps=["oversight.piccolo_app", "bidding.piccolo_app"])
