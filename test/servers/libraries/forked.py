"""Runs libraries across a fork and tells what a child finds: the facts that rows of library knowledge rest on.

    python forked.py CASE ...     prints one JSON object: what each case found

Each case runs in a process of its own. `child` forks as gunicorn does, through Python; `raw_child` as uWSGI does, in
C, so that nothing of Python's at-fork machinery runs.
"""
import ctypes
import json
import os
import select
import signal
import socket
import sys
import tempfile
import threading
import time

CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def child(work, fork=os.fork, seconds=8.0):
    """What `work` gives in a forked child; "hangs" where it takes longer."""
    reader, writer = os.pipe()
    pid = fork()
    if pid == 0:
        try:
            answer = work()
        except BaseException as error:
            answer = type(error).__name__
        os.write(writer, json.dumps(answer).encode())
        os._exit(0)
    os.close(writer)
    ready, _, _ = select.select([reader], [], [], seconds)
    answer = json.loads(os.read(reader, 65536) or b'"died"') if ready else "hangs"
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return answer


def raw_child(work, seconds=8.0):
    return child(work, ctypes.PyDLL(None).fork, seconds)


def tasks():
    """Threads of this process as the system counts them."""
    return len(os.listdir("/proc/self/task"))


def until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


class Server:
    """Answers each line or request on a connection with the port of its other end, so that connections can be told apart."""

    def __init__(self, answer):
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.ports = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, (_, port) = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection, port), daemon=True).start()

    def serve(self, connection, port):
        while True:
            data = connection.recv(65536)
            if not data:
                return
            self.ports.append(port)
            for reply in self.answer(data, str(port)):
                connection.sendall(reply)


def http(data, port):
    yield (b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(port), port.encode())) * data.count(b"\r\n\r\n")


def resp(data, port):
    for command in data.split(b"*")[1:]:
        words = command.split(b"\r\n")[2::2]
        yield b"+OK\r\n" if words[0].upper() == b"CLIENT" else b"-ERR unknown\r\n" if words[0].upper() == b"HELLO" else b"+PONG\r\n"


def memcached(data, port):
    yield b"VALUE a 0 %d\r\n%s\r\nEND\r\n" % (len(port), port.encode())


# --- executors and processes ------------------------------------------------------------------------------------


@case
def thread_pool_used():
    from concurrent.futures import ThreadPoolExecutor

    executor = ThreadPoolExecutor(2)
    executor.submit(int).result()
    return child(lambda: executor.submit(int).result(timeout=0.5))


@case
def thread_pool_made():
    from concurrent.futures import ThreadPoolExecutor

    executor = ThreadPoolExecutor(2)
    return child(lambda: executor.submit(int).result(timeout=6))


@case
def process_pool_used():
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    executor = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork"))
    executor.submit(int).result()
    found = child(lambda: executor.submit(int).result(timeout=0.5))
    executor.shutdown()
    return found


@case
def pool_of_multiprocessing():
    import multiprocessing

    pool = multiprocessing.get_context("fork").Pool(1)
    found = child(lambda: pool.apply_async(int).get(timeout=0.5))
    pool.terminate()
    return found


@case
def process_of_multiprocessing():
    import multiprocessing

    process = multiprocessing.get_context("fork").Process(target=time.sleep, args=(30,))
    process.start()
    found = child(process.is_alive)
    process.terminate()
    return found


@case
def popen():
    import subprocess

    process = subprocess.Popen(["sleep", "30"])
    found = [child(process.poll), child(process.wait)]
    process.kill()
    return found


# --- loops, files, random numbers ---------------------------------------------------------------------------------


@case
def selector():
    """What the child registers, the parent is told of."""
    import selectors

    shared = selectors.DefaultSelector()
    reader, writer = os.pipe()

    def register():
        shared.register(reader, selectors.EVENT_READ)
        os.write(writer, b"x")
        time.sleep(30)

    pid = os.fork()
    if pid == 0:
        register()
        os._exit(0)
    raw = select.epoll.fromfd(shared.fileno())
    told = raw.poll(2)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return len(told)


@case
def event_loop():
    """A loop that is kept goes on waiting on the epoll descriptor of the parent."""
    import asyncio

    loop = asyncio.new_event_loop()
    own = loop._selector.fileno()
    return child(lambda: loop._selector.fileno()) == own


@case
def file_position():
    with tempfile.NamedTemporaryFile("w+", buffering=1) as file:
        file.write("one\ntwo\n")
        reader = open(file.name, "rb", buffering=0)
        return [child(lambda: reader.read(4).decode()) for _ in range(2)]


@case
def archive():
    import zipfile

    path = os.path.join(tempfile.mkdtemp(), "pages.zip")
    with zipfile.ZipFile(path, "w") as pages:
        pages.writestr("a", "a" * 10000)
        pages.writestr("b", "b" * 10000)
    pages = zipfile.ZipFile(path)
    before = os.lseek(pages.fp.fileno(), 0, os.SEEK_CUR)
    child(lambda: len(pages.read("a")))
    return os.lseek(pages.fp.fileno(), 0, os.SEEK_CUR) != before


@case
def tinydb():
    from tinydb import TinyDB

    db = TinyDB(os.path.join(tempfile.mkdtemp(), "shop.json"))
    db.insert({"a": 1})
    descriptor = db.storage._handle.fileno()
    os.lseek(descriptor, 0, os.SEEK_SET)
    child(lambda: len(db.all()))
    return os.lseek(descriptor, 0, os.SEEK_CUR) > 0


@case
def random_numbers():
    import random

    own = random.Random()
    return {
        "functions": child(random.random) == child(random.random),
        "object": child(own.random) == child(own.random),
    }


@case
def numpy_random():
    import numpy

    rng = numpy.random.default_rng()
    state = numpy.random.RandomState()
    return {
        "generator": child(rng.random) == child(rng.random),
        "state": child(state.rand) == child(state.rand),
        "global": child(numpy.random.rand) == child(numpy.random.rand),
        "seeded": child(lambda: numpy.random.seed() or numpy.random.rand())
        == child(lambda: numpy.random.seed() or numpy.random.rand()),
    }


@case
def faker():
    from faker import Faker

    fake = Faker()
    return child(lambda: fake.pystr()) == child(lambda: fake.pystr())


@case
def timers():
    import faulthandler

    signal.setitimer(signal.ITIMER_REAL, 60)
    faulthandler.dump_traceback_later(60)
    return child(lambda: [signal.getitimer(signal.ITIMER_REAL)[0], tasks()])


# --- connections --------------------------------------------------------------------------------------------------


@case
def plain_socket():
    server = Server(memcached)
    connection = socket.create_connection(("127.0.0.1", server.port))
    return child(lambda: os.fstat(connection.fileno()).st_ino) == os.fstat(connection.fileno()).st_ino


@case
def requests_session():
    import requests

    server = Server(http)
    session = requests.Session()
    before = session.get(f"http://127.0.0.1:{server.port}").text
    return child(lambda: session.get(f"http://127.0.0.1:{server.port}").text) == before


@case
def requests_session_made():
    import requests

    server = Server(http)
    session = requests.Session()
    ask = lambda: session.get(f"http://127.0.0.1:{server.port}").text
    return child(ask) == child(ask)


@case
def httpx_client():
    import httpx

    server = Server(http)
    client = httpx.Client(trust_env=False)
    before = client.get(f"http://127.0.0.1:{server.port}").text
    return child(lambda: client.get(f"http://127.0.0.1:{server.port}").text) == before


@case
def redis_client():
    """The pool compares process ids; a single connection is kept."""
    import redis

    found = {}
    for single in (False, True):
        server = Server(resp)
        client = redis.Redis(port=server.port, protocol=2, single_connection_client=single)
        client.ping()
        for name, fork in (("fork", child), ("raw fork", raw_child)):
            before = server.ports[-1]
            fork(client.ping)
            found[f"{name}, single={single}"] = server.ports[-1] == before
    return found


@case
def memcached_client():
    from pymemcache.client.base import Client

    server = Server(memcached)
    client = Client(("127.0.0.1", server.port))
    before = client.get("a").decode()
    return child(lambda: client.get("a").decode()) == before


@case
def sqlalchemy_engine():
    from sqlalchemy import create_engine, text

    engine = create_engine(f"sqlite:///{tempfile.mkdtemp()}/shop.db")
    made = child(lambda: engine.pool.checkedin())
    with engine.connect() as connection:
        connection.execute(text("select 1"))
        before = id(connection.connection.dbapi_connection)

    def used():
        with engine.connect() as connection:
            return id(connection.connection.dbapi_connection)

    def disposed():
        engine.dispose(close=False)
        return engine.pool.checkedin()

    return {"made": made, "same": child(used) == before, "disposed": child(disposed)}


@case
def flask_sqlalchemy():
    from flask import Flask
    from flask_sqlalchemy import SQLAlchemy

    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tempfile.mkdtemp()}/shop.db"
    db = SQLAlchemy(app)
    with app.app_context():
        before = db.engine.pool.checkedin()
        db.create_all()
        return [before, child(lambda: db.engine.pool.checkedin())]


@case
def pymongo_client():
    import warnings

    import pymongo

    def told(client):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            client.admin
            try:
                client.admin.command("ping")
            except Exception:
                pass
        return any("fork" in str(one.message) for one in caught)

    options = {"serverSelectionTimeoutMS": 100}
    opened = pymongo.MongoClient("127.0.0.1:1", **options)
    until(lambda: tasks() > 1)
    lazy = pymongo.MongoClient("127.0.0.1:1", connect=False, **options)
    return [child(lambda: told(opened)), child(lambda: told(lazy))]


@case
def disk_cache():
    import diskcache

    cache = diskcache.Cache(tempfile.mkdtemp())
    cache["a"] = 1
    return raw_child(lambda: [cache["a"], cache._local.pid == os.getpid()])


# --- threads of libraries -----------------------------------------------------------------------------------------


@case
def scheduler():
    from apscheduler.schedulers.background import BackgroundScheduler

    jobs = BackgroundScheduler()
    jobs.start()
    return child(lambda: [jobs.running, tasks()])


@case
def file_observer():
    from watchdog.observers import Observer

    observer = Observer()
    observer.start()
    before = tasks() > 1
    return [before, child(tasks)]


@case
def metrics_server():
    import prometheus_client

    prometheus_client.start_http_server(0)
    return [tasks() > 1, child(tasks)]


@case
def log_listener():
    import logging
    import logging.handlers
    import queue

    listener = logging.handlers.QueueListener(queue.Queue(), logging.NullHandler())
    listener.start()
    return [tasks() > 1, child(tasks)]


@case
def loki_handler():
    import queue

    import logging_loki

    logging_loki.LokiQueueHandler(queue.Queue(), url="http://127.0.0.1:1", version="1")
    return [tasks() > 1, child(tasks)]


@case
def sqlite_dictionary():
    import sqlitedict

    data = sqlitedict.SqliteDict(os.path.join(tempfile.mkdtemp(), "a.db"), autocommit=True)
    data["a"] = 1
    return child(lambda: data["a"], seconds=1)


@case
def posthog_client():
    import posthog

    client = posthog.Posthog("key", host="http://127.0.0.1:1")
    return {"before": tasks() > 1, "fork": child(tasks) > 1, "raw fork": raw_child(tasks) > 1}


@case
def segment_client():
    from segment.analytics import Client

    Client("key", host="http://127.0.0.1:1")
    return {"before": tasks() > 1, "fork": child(tasks) > 1}


@case
def segment_client_in_sync_mode():
    from segment.analytics import Client

    Client("key", host="http://127.0.0.1:1", sync_mode=True)
    return tasks()


@case
def kafka_producer():
    import confluent_kafka

    producer = confluent_kafka.Producer({"bootstrap.servers": "127.0.0.1:1", "log_level": 0})
    return [until(lambda: tasks() > 1), child(tasks)]


@case
def zmq_context():
    import zmq

    shared = zmq.Context.instance()
    made = zmq.Context()
    made.socket(zmq.PUSH)
    return {
        "before": tasks() > 1,
        "threads": child(tasks),
        "instance": child(lambda: zmq.Context.instance() is shared),
    }


@case
def span_processor():
    """Its thread starts anew by a process id as well, so also after a fork that Python is not told of."""
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=50))
    tracer = provider.get_tracer("shop")

    def spans():
        with tracer.start_as_current_span("a"):
            pass
        return until(lambda: len(exporter.get_finished_spans()) > 0, 8)

    return [child(spans, seconds=10), raw_child(spans, 10)]


@case
def metric_reader():
    """Its thread starts anew by an at-fork hook alone."""
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import ConsoleMetricExporter, PeriodicExportingMetricReader

    MeterProvider([PeriodicExportingMetricReader(ConsoleMetricExporter(open(os.devnull, "w")))])
    return {"before": tasks() > 1, "fork": child(tasks) > 1, "raw fork": raw_child(tasks) > 1}


@case
def sentry():
    """The worker that sends starts anew by a process id, also after a fork that Python is not told of."""
    import sentry_sdk

    server = Server(http)
    sentry_sdk.init(dsn=f"http://key@127.0.0.1:{server.port}/1")
    sentry_sdk.capture_message("parent")
    sent = until(lambda: len(server.ports) > 0)
    before = len(server.ports)

    def capture():
        sentry_sdk.capture_message("child")
        sentry_sdk.flush(8)
        return True

    raw_child(capture, 10)
    return [sent, until(lambda: len(server.ports) > before, 10)]


def run(name):
    """In a process of its own: what one case leaves behind is none of the next one's."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(20)
        os.dup2(2, 1)
        try:
            found = CASES[name]()
        except BaseException as error:
            found = f"{type(error).__name__}: {error}"
        os.write(writer, json.dumps(found).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(pid, 0)
    return json.loads(text) if text else "died"


if __name__ == "__main__":
    print(json.dumps({name: run(name) for name in sys.argv[1:] or CASES}))
