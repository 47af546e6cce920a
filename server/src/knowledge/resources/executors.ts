// Executors, pools and managers: threads and children that belong to the process that started them. Data only.

import { closing, each, parameter, resources } from '../resource.ts';
import type { LibraryRow } from '../row.ts';

const inWorker = 'Make it in each worker, from {hook}, or where it is first needed';
const submits = each('opens', 'submit', 'map');

export const executorRows: readonly LibraryRow[] = [
  ...resources(
    {
      resource: 'pool',
      opens: 'used',
      keeper: 'object',
      methods: { ...closing('shutdown'), ...submits },
      remedy: inWorker,
    },
    [
      {
        name: 'concurrent.futures.ThreadPoolExecutor',
        aliases: ['concurrent.futures.thread.ThreadPoolExecutor'],
        noun: 'thread pool',
        source:
          'Lib/concurrent/futures/thread.py: threads start with submit(); test/servers/forked-libraries.test.ts',
      },
      {
        name: 'concurrent.futures.ProcessPoolExecutor',
        aliases: ['concurrent.futures.process.ProcessPoolExecutor'],
        noun: 'process pool',
        source: 'Lib/concurrent/futures/process.py: manager thread and children start with submit()',
      },
      {
        name: 'concurrent.futures.InterpreterPoolExecutor',
        aliases: ['concurrent.futures.interpreter.InterpreterPoolExecutor'],
        noun: 'interpreter pool',
        source: 'Lib/concurrent/futures/interpreter.py (3.14): a ThreadPoolExecutor',
      },
      {
        name: 'flask_executor.Executor',
        noun: 'executor',
        methods: { ...closing('shutdown'), ...submits, ...each('opens', 'submit_stored') },
        source: 'Flask-Executor, flask_executor/executor.py: wraps a concurrent.futures executor',
      },
      {
        name: 'mpire.WorkerPool',
        noun: 'process pool',
        methods: {
          ...closing('terminate', 'stop_and_join'),
          ...each('opens', 'map', 'map_unordered', 'imap', 'imap_unordered', 'apply', 'apply_async'),
        },
        source: 'mpire, documentation "WorkerPool": workers are children of the process that starts them',
      },
    ],
  ),
  ...resources(
    {
      resource: 'pool',
      opens: 'made',
      keeper: 'object',
      methods: { ...closing('close', 'terminate'), ...each('uses', 'map', 'apply', 'apply_async', 'imap') },
      remedy: inWorker,
    },
    [
      {
        name: 'multiprocessing.Pool',
        aliases: ['multiprocessing.pool.Pool', 'multiprocessing.get_context().Pool', 'billiard.Pool'],
        noun: 'process pool',
        source:
          'https://docs.python.org/3/library/multiprocessing.html#multiprocessing.pool.Pool: methods should only be called by the process which created the pool',
      },
      {
        name: 'multiprocessing.pool.ThreadPool',
        aliases: ['multiprocessing.dummy.Pool'],
        noun: 'thread pool',
        source: 'Lib/multiprocessing/pool.py: handler and worker threads start in __init__',
      },
      {
        name: 'torch.multiprocessing.Pool',
        aliases: ['torch.multiprocessing.pool.Pool'],
        noun: 'process pool',
        source: 'PyTorch, torch/multiprocessing/pool.py: a multiprocessing.pool.Pool',
      },
      {
        name: 'multiprocessing.Manager',
        aliases: ['multiprocessing.get_context().Manager'],
        noun: 'manager',
        methods: closing('shutdown'),
        fate: 'its server process belongs to the process that started it, and its proxies share one connection to it in all workers',
        source:
          'Lib/multiprocessing/managers.py: BaseProxy._after_fork runs in children of multiprocessing alone',
      },
      {
        name: 'multiprocessing.managers.SyncManager',
        aliases: ['multiprocessing.managers.BaseManager', 'multiprocessing.managers.SharedMemoryManager'],
        noun: 'manager',
        opens: 'used',
        methods: { ...closing('shutdown'), ...each('opens', 'start', 'connect', '__enter__') },
        fate: 'its server process belongs to the process that started it, and its proxies share one connection to it in all workers',
        source: 'Lib/multiprocessing/managers.py: start() runs the server in a child process',
      },
      {
        name: 'gevent.threadpool.ThreadPool',
        noun: 'thread pool',
        opens: 'used',
        methods: { ...closing('kill'), ...each('opens', 'spawn', 'apply', 'map') },
        source: 'gevent, src/gevent/hub.py, reinit(): without it the thread pool may hang after a fork',
      },
    ],
  ),
  ...resources(
    {
      resource: 'pool',
      opens: 'made',
      keeper: 'library',
      methods: {},
      certainty: 'likely',
      remedy: 'Load the model in each worker, from {hook}, or load it before the fork and run it only after',
    },
    [
      {
        name: 'ctranslate2.Translator',
        aliases: ['ctranslate2.Generator', 'ctranslate2.Encoder'],
        noun: 'CTranslate2 model',
        fate: 'its native threads stay behind in the process that made it, and a call in a worker waits for ever',
        keeper: 'object',
        source: 'https://github.com/OpenNMT/CTranslate2/issues/539: not fork-safe, one for each worker',
      },
      {
        name: 'onnxruntime.InferenceSession',
        noun: 'ONNX Runtime session',
        fate: 'its native threads stay behind in the process that made it, and running it in a worker may wait for ever',
        keeper: 'object',
        remedy: 'Its authors ask for sessions made after the fork: make it in each worker, from {hook}',
        source:
          'https://github.com/microsoft/onnxruntime/pull/31961: inherited thread pools are not usable after a fork',
      },
      {
        name: 'faster_whisper.WhisperModel',
        noun: 'Whisper model',
        fate: 'the native threads of CTranslate2 stay behind in the process that made it',
        keeper: 'object',
        source: 'faster-whisper, faster_whisper/transcribe.py: holds a ctranslate2 model',
      },
      {
        name: 'tensorflow.keras.models.load_model',
        aliases: ['keras.models.load_model', 'keras.saving.load_model', 'tensorflow.saved_model.load'],
        noun: 'TensorFlow model',
        fate: "TensorFlow's native threads stay behind in the process that loaded it, and a prediction in a worker may wait for ever",
        source:
          'https://github.com/tensorflow/tensorflow/issues/51832; https://github.com/benoitc/gunicorn/issues/2369',
      },
      {
        name: 'jpype.startJVM',
        noun: 'Java virtual machine',
        fate: 'its threads stay behind in the process that started it, and Java calls in a worker hang',
        remedy: 'Start it in each worker, from {hook}',
        source:
          'https://github.com/kivy/pyjnius/issues/640 and https://github.com/jpype-project/jpype/issues/533: a JVM does not survive a fork',
      },
    ],
  ),
  ...resources(
    {
      resource: 'pool',
      noun: 'polars thread pool',
      opens: 'used',
      keeper: 'library',
      single: true,
      methods: each(
        'opens',
        ...['read_csv', 'read_parquet', 'read_ndjson', 'read_json', 'read_excel', 'collect_all', 'concat'],
      ),
      certainty: 'possible',
      fate: 'its native threads stay behind in the process that used it first, and a query in a worker may wait for ever',
      remedy: 'Use polars in the workers alone',
    },
    [
      {
        name: 'polars',
        source:
          'https://docs.pola.rs/user-guide/misc/multiprocessing/: fork copies locks in whatever state they are',
      },
    ],
  ),
  ...resources(
    {
      resource: 'pool',
      opens: 'used',
      keeper: 'library',
      methods: {},
      remedy: 'Set it up in each worker, from {hook}',
    },
    [
      {
        name: 'rollbar.init',
        noun: 'Rollbar notifier',
        when: { parameter: parameter(-1, 'handler'), is: 'text', pattern: '^thread_pool$' },
        source: 'pyrollbar, rollbar/__init__.py: handler "thread_pool" makes a ThreadPoolExecutor',
      },
    ],
  ),
];
