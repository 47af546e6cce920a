"""The audit trail. Requests put what happened into a queue; a background thread writes it to disk."""

import json
import os
import queue
import threading
import time

from orders import settings

jobs = queue.Queue()
taken = 0


def record(event: str, **details: object) -> None:
    """Called by request handlers: must not wait for the disk."""
    jobs.put({"event": event, "at": time.time(), **details})


def consume() -> None:
    global taken
    while True:
        job = jobs.get()
        with settings.AUDIT_LOG.open("a", encoding="utf-8") as log:
            log.write(json.dumps({**job, "pid": os.getpid()}) + "\n")
        taken += 1
        jobs.task_done()


def start() -> None:
    thread = threading.Thread(target=consume, name="audit", daemon=True)
    thread.start()
