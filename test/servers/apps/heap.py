"""An application with much small data; `/collect` runs one full collection and says what memory is this worker's alone."""
import gc
import json
import os

rows = [{"id": n, "name": str(n), "tags": [n]} for n in range(120_000)]


def private():
    with open("/proc/self/smaps_rollup") as lines:
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))


def app(environ, start_response):
    enabled = gc.isenabled()
    gc.collect()
    body = {"pid": os.getpid(), "private": private(), "collecting": enabled, "frozen": gc.get_freeze_count()}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(body).encode()]
