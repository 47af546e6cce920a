"""Settings, each of which the environment may override."""

import os
import tempfile
from pathlib import Path

#: How many products the catalogue holds.
CATALOGUE_SIZE = int(os.environ.get("ORDERS_CATALOGUE_SIZE", "50000"))

#: Orders kept in memory by each process, oldest dropped first.
RECENT_ORDERS = int(os.environ.get("ORDERS_RECENT", "1000"))

#: Where the audit trail goes.
AUDIT_LOG = Path(os.environ.get("ORDERS_AUDIT_LOG", Path(tempfile.gettempdir()) / "orders-audit.jsonl"))
