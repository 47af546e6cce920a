"""Imports an application with this Python and writes down what it does: the oracle of the simulation.

    python record.py '{"root": "/project", "entry": "web:app", "path": ["src"], "server": "gunicorn", "preload": true}'

Prints one JSON object: the project's modules in the order in which they began to run, and every thread, queue,
collector and hook call with the line of the project that did it. Threads run, as daemons; output of the project
goes to standard error; a run that hangs is ended and says so. Standard library only.
"""
import builtins
import functools
import gc
import importlib
import importlib.machinery
import importlib.util
import json
import linecache
import logging
import multiprocessing.queues
import os
import pathlib
import queue
import random
import re
import signal
import sys
import threading
import traceback
import types
import _thread

LIMIT_SECONDS = 20
QUEUE_MODULES = ("multiprocessing.context", "multiprocessing.queues", "queue")

events = []
imported = []
broken = []  # Modules that do not compile.
postfork = []
at_fork_child = []
created = {}  # id of object -> (object, place): keeps it alive, so that ids stay unique.
state = {"phase": "master-import", "root": "", "main": threading.get_ident()}


# --- places -----------------------------------------------------------------------------------------------------


def in_project(frame):
    return frame.f_code.co_filename.startswith(state["root"])


def place(frame):
    return {"path": os.path.relpath(frame.f_code.co_filename, state["root"]), "line": frame.f_lineno}


def defined(function):
    """Where a function is written and what people call it."""
    while isinstance(function, functools.partial):
        function = function.func
    function = getattr(function, "__func__", function)
    function = getattr(function, "__wrapped__", function)
    code = getattr(function, "__code__", None)
    if code is None and callable(function):
        code = getattr(getattr(type(function), "__call__", None), "__code__", None)
    name = getattr(function, "__qualname__", None)
    if code is None or not code.co_filename.startswith(state["root"]):
        return {"target": name}
    line = code.co_firstlineno  # That of the first decorator, where there is one.
    while linecache.getline(code.co_filename, line).lstrip().startswith("@"):
        line += 1
    return {
        "target": name,
        "targetAt": {"path": os.path.relpath(code.co_filename, state["root"]), "line": line},
    }


def maker(frame, made):
    """The frame that called the constructor: past the `__init__` and `__new__` of the object's own classes."""
    while frame is not None:
        if in_project(frame):
            own = frame.f_locals.get(frame.f_code.co_varnames[0]) if frame.f_code.co_argcount else None
            if not (frame.f_code.co_name in ("__init__", "__new__") and (own is made or own is type(made))):
                return frame
        frame = frame.f_back
    return None


def library_class(made):
    for cls in type(made).__mro__:
        source = getattr(sys.modules.get(cls.__module__), "__file__", None) or ""
        if not source.startswith(state["root"]) and cls.__module__ != "__main__":
            return {
                "multiprocessing.queues.Queue": "multiprocessing.Queue",
                "multiprocessing.queues.JoinableQueue": "multiprocessing.JoinableQueue",
                "multiprocessing.queues.SimpleQueue": "multiprocessing.SimpleQueue",
                "_queue.SimpleQueue": "queue.SimpleQueue",
            }.get(f"{cls.__module__}.{cls.__qualname__}", f"{cls.__module__}.{cls.__qualname__}")
    return None


def record(kind, where, **more):
    events.append({
        "kind": kind,
        "phase": state["phase"],
        **(where if isinstance(where, dict) else place(where)),
        **more,
        "inThread": threading.get_ident() != state["main"],
    })


# --- what is watched --------------------------------------------------------------------------------------------


def watch_imports():
    loader = importlib.machinery.SourceFileLoader
    original = loader.exec_module

    def exec_module(self, module):
        if self.path.startswith(state["root"]):
            entry = {"module": module.__name__, "path": os.path.relpath(self.path, state["root"]), "phase": state["phase"]}
            try:
                self.get_code(module.__name__)
            except (SyntaxError, ValueError):
                broken.append(entry)
                raise
            imported.append(entry)
        return original(self, module)

    loader.exec_module = exec_module


def watch_threads():
    thread = threading.Thread
    init, start, join = thread.__init__, thread.start, thread.join

    def watched_init(self, *args, **kwargs):
        frame = maker(sys._getframe(1), self)
        if frame is not None:
            created[id(self)] = (self, place(frame))
        init(self, *args, **kwargs)

    def watched_start(self):
        frame = sys._getframe(1)
        if in_project(frame):
            target = getattr(self, "_target", None) or getattr(self, "function", None)
            about = defined(target) if target else defined(type(self).run)
            made = created.get(id(self), (self, None))[1]
            record("thread-start", frame, type=library_class(self), created=made, **about)
        self._daemonic = True
        start(self)

    def watched_join(self, timeout=None):
        if in_project(sys._getframe(1)):
            record("thread-join", sys._getframe(1), created=created.get(id(self), (self, None))[1])
        join(self, timeout)

    thread.__init__, thread.start, thread.join = watched_init, watched_start, watched_join

    start_new_thread = _thread.start_new_thread

    def watched_start_new_thread(function, *args):
        if in_project(sys._getframe(1)):
            frame = sys._getframe(1)
            record("thread-start", frame, type="_thread.start_new_thread", created=place(frame), **defined(function))
        return start_new_thread(function, *args)

    _thread.start_new_thread = _thread.start_new = watched_start_new_thread


def watch_queues():
    class SimpleQueue(queue.SimpleQueue):  # The original is written in C and cannot be changed.
        def __init__(self):
            pass

        def put(self, *args, **kwargs):
            super().put(*args, **kwargs)

        def get(self, *args, **kwargs):
            return super().get(*args, **kwargs)

        def put_nowait(self, item):
            self.put(item)

        def get_nowait(self):
            return self.get(False)

    SimpleQueue.__module__, SimpleQueue.__qualname__ = "queue", "SimpleQueue"
    queue.SimpleQueue = SimpleQueue

    for cls in (queue.Queue, queue.SimpleQueue, multiprocessing.queues.Queue, multiprocessing.queues.SimpleQueue):
        watch_queue(cls)


def watch_queue(cls):
    init, put, get = cls.__init__, cls.put, cls.get

    def watched_init(self, *args, **kwargs):
        frame = maker(sys._getframe(1), self)
        if frame is not None and direct_or_factory(sys._getframe(1), frame):
            created[id(self)] = (self, place(frame))
            record("queue-create", frame, type=library_class(self))
        init(self, *args, **kwargs)

    def caller(frame):
        if frame.f_code.co_name in ("put_nowait", "get_nowait") and not in_project(frame):
            frame = frame.f_back
        return frame

    @functools.wraps(put)
    def watched_put(self, *args, **kwargs):
        frame = caller(sys._getframe(1))
        if in_project(frame):
            record("queue-put", frame, created=created.get(id(self), (self, None))[1])
        return put(self, *args, **kwargs)

    @functools.wraps(get)
    def watched_get(self, *args, **kwargs):
        frame = caller(sys._getframe(1))
        if in_project(frame):
            record("queue-get", frame, created=created.get(id(self), (self, None))[1])
        return get(self, *args, **kwargs)

    cls.__init__, cls.put, cls.get = watched_init, watched_put, watched_get


def direct_or_factory(frame, found):
    """The project made the queue itself, perhaps through `multiprocessing.Queue()`, and not through some library."""
    while frame is not None and frame is not found:
        generated = frame.f_code.co_filename == "<string>"  # The `__init__` of a dataclass or named tuple.
        if not (in_project(frame) or generated or frame.f_globals.get("__name__") in QUEUE_MODULES):
            return False
        frame = frame.f_back
    return True


def watch_collector():
    for name in ("disable", "enable", "freeze", "unfreeze", "collect", "set_threshold"):
        watch_function(gc, name, lambda frame, args, name=name: record("gc", frame, call=gc_call(name, args)))


def gc_call(name, args):
    if name != "set_threshold":
        return name
    return "threshold-zero" if args and args[0] == 0 else "threshold"


def watch_function(module, name, note):
    original = getattr(module, name)

    @functools.wraps(original)
    def watched(*args, **kwargs):
        if in_project(sys._getframe(1)):
            note(sys._getframe(1), args)
        return original(*args, **kwargs)

    setattr(module, name, watched)


def watch_at_fork():
    def register_at_fork(*, before=None, after_in_child=None, after_in_parent=None):
        frame = sys._getframe(1)
        if not in_project(frame):
            return
        for hook, function in (("child", after_in_child), ("parent", after_in_parent), ("before", before)):
            if function is not None:
                record("hook-register", frame, hook=f"at-fork-{hook}", **defined(function))
        if after_in_child is not None:
            at_fork_child.append(after_in_child)

    os.register_at_fork = register_at_fork


def add_decorators(module):
    """The other decorators, as `uwsgidecorators.py` has them: what calling the function then does here."""

    class thread:
        def __init__(self, function):
            self.function = function
            self.decorated = place(sys._getframe(1))

        def __call__(self, *args):
            caller = sys._getframe(1)
            at = place(caller) if in_project(caller) else self.decorated  # Called by the server itself.
            record("thread-start", at, type="uwsgidecorators.thread()", created=at, **defined(self.function))
            _thread.start_new_thread(self.function, args)
            return self.function

    class elsewhere:
        def __init__(self, *args, **kwargs):
            pass

        def __call__(self, *args, **kwargs):
            return None

        spool = __call__

    class gives_back:
        def __init__(self, *args, **kwargs):
            pass

        def __call__(self, function):
            return function

    module.thread = thread
    module.lock = lambda function: function
    for name in ("spool", "spoolraw", "spoolforever", "mulefunc", "mule", "muleloop", "mulemsg", "farm"):
        setattr(module, name, elsewhere)
    for name in ("timer", "rbtimer", "cron", "filemon", "signal", "rpc", "harakiri"):
        setattr(module, name, gives_back)


def watch_resources(names):
    """What is opened that a fork does not carry over. Modules are imported only where the project mentions them."""
    opens = lambda kind: lambda frame, args: record("resource", frame, type=kind, does="opens")
    watch_function(builtins, "open", opens("builtins.open"))
    watch_function(pathlib.Path, "open", opens("builtins.open"))
    watch_function(random.Random, "__init__", generator_made)
    if "asyncio" in names:
        import asyncio

        watch_function(asyncio, "new_event_loop", opens("asyncio.new_event_loop"))
    if "concurrent" in names:
        from concurrent.futures import Executor, ThreadPoolExecutor

        watch_function(ThreadPoolExecutor, "submit", opens("concurrent.futures.ThreadPoolExecutor"))
        watch_function(Executor, "map", opens("concurrent.futures.ThreadPoolExecutor"))


    if "subprocess" in names:
        watch_children(opens("subprocess.Popen"))
    if "multiprocessing" in names:
        watch_multiprocessing(opens("multiprocessing.Process"), opens("multiprocessing.Pool"))
    if "concurrent" in names:
        watch_process_pools(opens("concurrent.futures.ProcessPoolExecutor"))
    if "socket" in names:
        watch_sockets(opens)
    if "sqlite3" in names:
        import sqlite3

        connected = opens("sqlite3.connect")
        watch_function(sqlite3, "connect", lambda frame, args: args and args[0] in ("", ":memory:") or connected(frame, args))


# Children would outlive the recording and peers are not there: what the project asks for gets a stand-in.


def watch_children(note):
    import subprocess

    init = subprocess.Popen.__init__
    streams = ("stdin", "stdout", "stderr", "text", "universal_newlines", "encoding", "bufsize")

    def watched(self, *args, **kwargs):
        frame = sys._getframe(1)
        if not in_project(frame):
            return init(self, *args, **kwargs)
        note(frame, args)
        init(self, ["true"], **{name: value for name, value in kwargs.items() if name in streams})

    subprocess.Popen.__init__ = watched


def watch_multiprocessing(started, pooled):
    import multiprocessing
    import multiprocessing.context
    import multiprocessing.pool
    import multiprocessing.process

    class Ended:
        pid = sentinel = returncode = 0
        poll = wait = lambda self, timeout=None: 0
        terminate = kill = close = lambda self: None

    start = multiprocessing.process.BaseProcess.start

    def watched_start(self):
        frame = sys._getframe(1)
        if not in_project(frame):
            return start(self)
        started(frame, ())
        self._popen = Ended()

    multiprocessing.process.BaseProcess.start = watched_start

    def pool(original):
        def watched_pool(self, *args, **kwargs):
            frame = sys._getframe(1)
            if not in_project(frame):
                return original(self, *args, **kwargs)
            pooled(frame, args)
            return multiprocessing.pool.ThreadPool(1)

        return watched_pool

    multiprocessing.context.BaseContext.Pool = pool(multiprocessing.context.BaseContext.Pool)
    multiprocessing.Pool = multiprocessing.get_context().Pool


def watch_process_pools(note):
    from concurrent.futures import Future, ProcessPoolExecutor

    def submit(self, *args, **kwargs):
        note(sys._getframe(1), args)
        return Future()

    def map_(self, *args, **kwargs):
        note(sys._getframe(1), args)
        return iter(())

    ProcessPoolExecutor.submit, ProcessPoolExecutor.map = submit, map_


def watch_sockets(opens):
    import socket

    note, made = opens("socket.socket"), opens("socket.create_connection")
    for name in ("connect", "connect_ex"):
        original = getattr(socket.socket, name)

        def watched(self, address, original=original):
            frame = sys._getframe(1)
            if not in_project(frame):
                return original(self, address)
            if self.type == socket.SOCK_STREAM:
                note(frame, ())
            return 0

        setattr(socket.socket, name, watched)
    create = socket.create_connection

    def watched_create(*args, **kwargs):
        frame = sys._getframe(1)
        if not in_project(frame):
            return create(*args, **kwargs)
        made(frame, args)
        return socket.socket()

    socket.create_connection = watched_create


def generator_made(frame, args):
    if not isinstance(args[0], random.SystemRandom):
        record("resource", frame, type="random.Random", does="opens")


class NoMaster:
    """Without a master process the module exists, and raises when it is imported."""

    def find_spec(self, name, path=None, target=None):
        if name == "uwsgidecorators":
            raise Exception("you have to enable the uWSGI master process to use this module")


def fake_uwsgi(spec):
    """The modules that exist only inside uWSGI, as far as registering hooks goes."""
    uwsgi = types.ModuleType("uwsgi")
    uwsgi.opt = {}
    uwsgi.numproc = 2
    uwsgi.masterpid = lambda: os.getpid() if spec.get("master", True) else 0
    uwsgi.worker_id = lambda: 0
    uwsgi.mule_id = lambda: 0
    sys.modules["uwsgi"] = uwsgi
    decorators = types.ModuleType("uwsgidecorators")

    def register(function):
        record("hook-register", sys._getframe(1), hook="uwsgi-postfork", **defined(function))
        postfork.append(function)
        if hasattr(function, "decorated"):
            function.decorated = place(sys._getframe(1))
        return function

    decorators.postfork = register
    add_decorators(decorators)
    sys.modules["uwsgidecorators"] = decorators
    if not spec.get("master", True):
        sys.meta_path.insert(0, NoMaster())
        del sys.modules["uwsgidecorators"]


# --- the run ----------------------------------------------------------------------------------------------------


def load(entry):
    module, _, callable_name = entry.partition(":")
    loaded = importlib.import_module(module)
    if "(" in callable_name:
        return eval(callable_name, vars(loaded))
    for part in filter(None, callable_name.split(".")):
        loaded = getattr(loaded, part)
    return loaded


def start_up(application):
    """The lifespan of an ASGI application, as far as the end of its start."""
    import asyncio

    async def drive():
        started = asyncio.Event()
        messages = [{"type": "lifespan.startup"}]

        async def receive():
            return messages.pop() if messages else await asyncio.Event().wait()

        async def send(message):
            if message["type"] == "lifespan.startup.failed":
                raise RuntimeError(message.get("message"))
            started.set()

        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        running = asyncio.ensure_future(application(scope, receive, send))
        waiting = asyncio.ensure_future(started.wait())
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if not started.is_set():
            running.result()

    state["loop"] = asyncio.new_event_loop()  # Kept: what comes after the `yield` is for the end of the server.
    state["loop"].run_until_complete(drive())


def run_uwsgi(spec):
    fake_uwsgi(spec)
    if spec.get("preload", True):
        load(spec["entry"])
        state["phase"] = "worker-start"
        for function in list(at_fork_child) if spec.get("forkHooks") else []:
            function()
        for function in list(postfork):
            function()
    else:
        state["phase"] = "worker-import"
        load(spec["entry"])


def run_gunicorn(spec):
    config = {}
    if spec.get("config"):
        path = os.path.join(spec["root"], spec["config"])
        found = importlib.util.spec_from_file_location("__config__", path)
        module = importlib.util.module_from_spec(found)
        sys.modules["__config__"] = module
        found.loader.exec_module(module)
        config = vars(module)
    log = logging.getLogger("gunicorn.error")
    server, worker = types.SimpleNamespace(log=log), types.SimpleNamespace(pid=0, age=1, log=log)

    def hook(phase, name, *args):
        state["phase"] = phase
        if callable(config.get(name)):
            config[name](*args)

    preload = spec.get("preload", True)
    if preload:
        application = load(spec["entry"])
    hook("master-hook", "on_starting", server)
    hook("master-hook", "when_ready", server)
    hook("master-hook", "pre_fork", server, worker)
    state["phase"] = "worker-start"
    for function in list(at_fork_child):
        function()
    hook("worker-start", "post_fork", server, worker)
    if not preload:
        state["phase"] = "worker-import"
        application = load(spec["entry"])
    hook("worker-start", "post_worker_init", worker)
    if spec.get("asgi"):
        start_up(application)


def run_celery(spec):
    """Celery itself, as far as its main process comes before the pool forks, and what a child is told."""
    from celery import signals

    app = load(spec["entry"])
    app.loader.init_worker()
    state["phase"] = "master-hook"
    signals.celeryd_init.send(sender="worker", instance=None, conf=app.conf, options={})
    signals.worker_init.send(sender=type("Worker", (), {"app": app})())
    signals.celeryd_after_setup.send(sender="worker", instance=None, conf=app.conf)
    state["phase"] = "worker-start"
    for function in list(at_fork_child):
        function()
    signals.worker_process_init.send(sender=None)


def finish(output, failure):
    own = os.path.join(os.path.dirname(os.path.abspath(__file__)), "")
    assert not state["root"].startswith(own)
    result = {"imported": imported, "broken": broken, "events": list(events), "failed": failure}
    output.write(json.dumps(result, indent=1) + "\n")
    output.flush()
    os._exit(0)  # Threads of the project may not want to end.


def main():
    spec = json.loads(sys.argv[1])
    spec["root"] = os.path.realpath(spec["root"])
    state["root"] = os.path.join(spec["root"], "")
    os.chdir(spec["root"])
    os.environ.update(spec.get("environment", {}))
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def on_alarm(number, frame):
        finish(output, "did not end within %d seconds:\n%s" % (LIMIT_SECONDS, "".join(traceback.format_stack(frame))))

    signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(LIMIT_SECONDS)
    sys.dont_write_bytecode = True
    sys.argv = ["server"]
    sys.path[0:1] = [os.path.join(spec["root"], path) for path in spec.get("path", ["."])]
    sys.path = [re.sub(r"/\.$", "", path) for path in sys.path]

    watch_imports()
    watch_threads()
    watch_queues()
    watch_collector()
    watch_at_fork()
    watch_resources(spec.get("watch", []))
    try:
        {"uwsgi": run_uwsgi, "gunicorn": run_gunicorn, "celery": run_celery}[spec.get("server", "gunicorn")](spec)
    except BaseException:
        finish(output, traceback.format_exc())
    finish(output, None)


if __name__ == "__main__":
    main()
