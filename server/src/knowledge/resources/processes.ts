// Children that the process which loads the app starts: they are no children of the workers. Data only.

import { closing, each, parameter, resources } from '../resource.ts';
import type { LibraryRow } from '../row.ts';

const perWorker = 'Start it in the worker that needs it, from {hook}, or in a process of its own';

export const processRows: readonly LibraryRow[] = [
  ...resources(
    { resource: 'child-process', opens: 'made', keeper: 'library', methods: {}, remedy: perWorker },
    [
      {
        name: 'subprocess.Popen',
        aliases: ['psutil.Popen'],
        noun: 'process',
        methods: {
          ...closing('wait', 'communicate', 'kill', 'terminate', 'stdout.read', 'stdout.readlines'),
          ...each('asks', 'poll'),
        },
        fate: 'it is a child of the process that loads the app, and in a worker `poll()` and `wait()` answer 0 at once while it still runs',
        source:
          'Lib/subprocess.py, _internal_poll: ECHILD is taken for success; test/servers/forked-libraries.test.ts',
      },
      {
        name: 'multiprocessing.Process',
        aliases: [
          'multiprocessing.context.Process',
          'multiprocessing.process.BaseProcess',
          'multiprocessing.get_context().Process',
          'torch.multiprocessing.Process',
          'billiard.Process',
        ],
        noun: 'process',
        opens: 'used',
        methods: {
          ...each('opens', 'start'),
          ...each('closes', 'join', 'terminate', 'kill', 'close'),
          ...each('asks', 'is_alive'),
        },
        fate: 'it is a child of the process that loads the app, and in a worker `is_alive()` and `join()` raise AssertionError',
        source:
          'Lib/multiprocessing/process.py: "can only test a child process"; test/servers/forked-libraries.test.ts',
      },
      {
        name: 'asyncio.create_subprocess_exec',
        aliases: ['asyncio.create_subprocess_shell'],
        noun: 'process',
        methods: each('closes', 'wait', 'communicate', 'kill', 'terminate'),
        source: 'Lib/asyncio/subprocess.py: watched by the loop of the process that started it',
      },
      {
        name: 'pexpect.spawn',
        aliases: ['pexpect.popen_spawn.PopenSpawn', 'pexpect.pxssh.pxssh'],
        noun: 'process',
        keeper: 'object',
        methods: { ...closing('close', 'wait', 'terminate') },
        fate: 'it is a child of the process that loads the app, and all workers read from its one terminal',
        source:
          'pexpect, pexpect/pty_spawn.py; ptyprocess: waitpid fails in a process that is not its parent',
      },
      {
        name: 'selenium.webdriver.Chrome',
        aliases: ['selenium.webdriver.Firefox', 'selenium.webdriver.Edge', 'selenium.webdriver.Safari'],
        noun: 'browser',
        methods: closing('quit'),
        fate: 'its driver is a child of the process that loads the app, and all workers steer the one browser over one connection',
        source: 'selenium, py/selenium/webdriver/common/service.py: the driver is a subprocess.Popen',
      },
      {
        name: 'playwright.sync_api.sync_playwright',
        noun: 'Playwright driver',
        opens: 'used',
        methods: { ...closing('stop'), ...each('lends', 'start', '__enter__') },
        fate: 'its driver is a child of the process that loads the app, and all workers share one pipe to it',
        source: 'playwright-python, playwright/_impl/_transport.py: PipeTransport starts the driver',
      },
      {
        name: '*.getOrCreate',
        aliases: [
          'pyspark.SparkContext',
          'pyspark.sql.SparkSession.builder.getOrCreate',
          'pyspark.SparkContext.getOrCreate',
        ],
        noun: 'Spark session',
        methods: closing('stop'),
        fate: 'its Java virtual machine is a child of the process that loads the app, and all workers share one socket to it',
        source: 'Spark, python/pyspark/java_gateway.py: launch_gateway() starts the JVM with Popen',
      },
      {
        name: 'ray.init',
        noun: 'Ray runtime',
        methods: {},
        certainty: 'likely',
        fate: 'its processes and native threads belong to the process that loads the app, and calls in a worker hang',
        remedy: 'Call `ray.init()` in each worker, from {hook}',
        source: 'Ray, python/ray/_private/worker.py: starts processes and a core worker with native threads',
      },
      {
        name: 'dask.distributed.Client',
        aliases: ['distributed.Client', 'dask.distributed.LocalCluster', 'distributed.LocalCluster'],
        noun: 'Dask client',
        methods: closing('close', 'shutdown'),
        fate: 'its event loop thread and its workers belong to the process that loads the app, and calls in a worker wait for ever',
        remedy: 'Make the client in each worker, from {hook}',
        source: 'distributed, distributed/utils.py, LoopRunner: an event loop in a thread',
      },
      {
        name: 'pyngrok.ngrok.connect',
        noun: 'ngrok process',
        methods: {},
        certainty: 'possible',
        source: 'pyngrok, pyngrok/process.py: starts ngrok with Popen and monitors it in a thread',
      },
      {
        name: 'language_tool_python.LanguageTool',
        noun: 'LanguageTool server',
        methods: closing('close'),
        unless: { parameter: parameter(-1, 'remote_server'), is: 'given' },
        fate: 'its Java server is a child of the process that loads the app, and ends with it',
        certainty: 'likely',
        source: 'language_tool_python, server.py: starts the server with Popen',
      },
    ],
  ),
];
