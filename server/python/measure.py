"""Measures what loading an application before the fork is worth, with the interpreter that runs this file.

Reads one JSON object from standard input:
    {"roots": [PATH...], "cwd": PATH, "module": NAME | null, "file": PATH | null,
     "callable": NAME, "factory": bool, "how": "lazy" | "preload" | "freeze", "workers": int}
Imports the application in this process (preload, freeze) or in each child (lazy), forks the children, lets each run
one full garbage collection, and writes one JSON object to standard output: the bytes of the parent and of each child
as the kernel counts them in smaps_rollup, {"parent": MEMORY, "children": [MEMORY...], "python": "3.x.y"} with
MEMORY = {"rss", "pss", "uss"}; or {"error": TEXT} when the application does not load.

Standard library only: it runs in the user's environment. What the application prints goes to standard error.
The recipe is that of https://docs.python.org/3/library/gc.html#gc.freeze.
"""

import gc
import json
import os
import runpy
import sys
import traceback


def load(task):
    if task["module"] is not None:
        module = __import__(task["module"], fromlist=["*"])
        application = getattr(module, task["callable"])
        return application() if task["factory"] else application
    return runpy.run_path(task["file"], run_name="uwsgi_file")[task["callable"]]


def memory(pid):
    """Bytes from /proc/PID/smaps_rollup."""
    sums = {}
    with open(f"/proc/{pid}/smaps_rollup") as rollup:
        for line in rollup:
            parts = line.split()
            if len(parts) == 3 and parts[2] == "kB":
                sums[parts[0].rstrip(":")] = int(parts[1]) * 1024
    return {"rss": sums["Rss"], "pss": sums["Pss"], "uss": sums["Private_Clean"] + sums["Private_Dirty"]}


def child(task, ready, done, application):
    """Runs in a forked worker: never returns."""
    status = 1
    try:
        if task["how"] == "lazy":
            application = load(task)
        if task["how"] == "freeze":
            gc.enable()
        gc.collect()
        os.write(ready, b"r")
        os.read(done, 1)
        status = 0
    except BaseException:
        traceback.print_exc()
        os.write(ready, b"x")
    finally:
        sys.stderr.flush()
        os._exit(status)


def measure(task):
    sys.path[:0] = task["roots"]
    os.chdir(task["cwd"])
    application = None
    if task["how"] == "freeze":
        gc.disable()
    if task["how"] != "lazy":
        application = load(task)
    if task["how"] == "freeze":
        gc.freeze()
    ready_read, ready_write = os.pipe()
    done_read, done_write = os.pipe()
    children = []
    for _ in range(task["workers"]):
        pid = os.fork()
        if pid == 0:
            os.close(done_write)
            child(task, ready_write, done_read, application)
        children.append(pid)
    failed = any(os.read(ready_read, 1) != b"r" for _ in children)
    result = {"error": "the application does not load in a worker"} if failed else {
        "parent": memory(os.getpid()),
        "children": [memory(pid) for pid in children],
        "python": sys.version.split()[0],
    }
    os.close(done_write)
    for pid in children:
        os.waitpid(pid, 0)
    return result


def main():
    task = json.load(sys.stdin)
    # The answer has standard output to itself; the application's prints go to standard error.
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    try:
        result = measure(task)
    except BaseException as error:
        traceback.print_exc()
        result = {"error": f"{type(error).__name__}: {error}"}
    json.dump(result, answer)
    answer.flush()
    # Threads that the application left running must not keep this process.
    os._exit(1 if "error" in result else 0)


main()
