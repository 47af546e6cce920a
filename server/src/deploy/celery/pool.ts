// How a Celery worker runs tasks: its pool, how many processes that makes, and whether they are forked.
// From https://docs.celeryq.dev/en/stable/userguide/concurrency/ and `celery/concurrency/` of 5.7: of Celery's pools only
// `prefork` makes processes. Knows no command and no file.

import type { Deployment, Setting } from '../model.ts';
import { numeric, type PyValue } from '../python/values.ts';
import { type CommandOptions, readCount, readText } from '../servers/options.ts';
import { known, likely, mapSetting, settingOf, unknown } from '../setting.ts';
import type { CeleryConfig } from './config.ts';

/** The configuration's pool beats `--pool prefork`, which Celery takes for its default; any other `--pool` wins. */
export function poolOf(options: CommandOptions, config: CeleryConfig): Setting<string> {
  const configured = config.setting('worker_pool', (value) =>
    typeof value === 'string' ? value : undefined,
  );
  const given = options.setting('pool', readText, withDefault(configured, 'prefork'));
  const overruled = configured?.known === true && given.known && given.value === 'prefork';
  return mapSetting(overruled ? configured : given, (name) => names[name] ?? name);
}

/** What may be set somewhere that is not read keeps Celery's default as its hint. */
export function withDefault<T>(configured: Setting<T> | undefined, value: T): Setting<T> {
  if (configured === undefined) return known(value);
  return configured.known || configured.hint !== undefined ? configured : { ...configured, hint: value };
}

/** Other ways to write Celery's own pools: `concurrency/__init__.py`, ALIASES. */
const names: Readonly<Record<string, string>> = {
  processes: 'prefork',
  'celery.concurrency.prefork:TaskPool': 'prefork',
  'celery.concurrency.solo:TaskPool': 'solo',
  'celery.concurrency.thread:TaskPool': 'threads',
  'celery.concurrency.gevent:TaskPool': 'gevent',
  'celery.concurrency.eventlet:TaskPool': 'eventlet',
};

const oneProcessPools = new Set(['solo', 'threads', 'gevent', 'eventlet']);

export function loadOf(
  program: 'worker' | 'beat',
  pool: Setting<string>,
  startMethod: Setting<string>,
): Pick<Deployment, 'load' | 'loadWhy' | 'loadAt' | 'forks'> {
  if (program === 'beat') {
    const loadWhy = 'one process: beat sends tasks when they are due, and runs none';
    return { load: 'preload', loadWhy, forks: false };
  }
  const place = pool.at === undefined ? {} : { loadAt: pool.at };
  const name = likely(pool);
  if (name === 'prefork') {
    if (startMethod.known && startMethod.value === 'spawn') {
      const at = startMethod.at === undefined ? place : { loadAt: startMethod.at };
      const loadWhy =
        "the pool's children are spawned: each is a fresh interpreter that imports the app by itself";
      return { load: 'spawn', loadWhy, forks: false, ...at };
    }
    if (pool.known && startMethod.known) {
      const loadWhy =
        'the prefork pool: the main process imports the app and its tasks, then forks the children';
      return { load: 'preload', loadWhy, forks: true, ...place };
    }
  }
  if (!pool.known || !startMethod.known) {
    const why = pool.known ? (startMethod.known ? '' : startMethod.why) : pool.why;
    const forks = name === undefined || name === 'prefork';
    return { load: 'unknown', loadWhy: `whether the pool forks ${clause(why)}`, forks, ...place };
  }
  if (name !== undefined && oneProcessPools.has(name))
    return {
      load: 'preload',
      loadWhy: `one process: the pool ${name} runs tasks in the process that imports the app`,
      forks: false,
      ...place,
    };
  return {
    load: 'unknown',
    loadWhy: `it is not known whether the pool ${name} forks`,
    forks: false,
    ...place,
  };
}

function clause(why: string): string {
  return why.startsWith('depends') ? why : `is not known: it ${why}`;
}

export function processesOf(
  options: CommandOptions,
  config: CeleryConfig,
  pool: Setting<string>,
): Setting<number> {
  const name = likely(pool);
  if (pool.known && name !== undefined && oneProcessPools.has(name)) return known(1, pool.at);
  const scaled = options.value('autoscale');
  if (scaled !== undefined) return settingOf(scaled, largest);
  const configured = config.setting('worker_concurrency', count);
  const cores = unknown<number>('depends on the number of CPU cores');
  return options.setting('concurrency', concurrency, configured ?? cores);
}

/** `--autoscale=10,3`: the larger one, whichever stands first. */
function largest(text: string): number | undefined {
  const numbers = text.split(',').map((part) => readCount(part));
  return numbers.includes(undefined) ? undefined : Math.max(...numbers.map((number) => number ?? 0));
}

/** `auto` and 0 leave it to the machine. */
function concurrency(text: string): number | undefined {
  const number = readCount(text);
  return number === 0 ? undefined : number;
}

function count(value: PyValue): number | undefined {
  const number = typeof value === 'string' ? readCount(value) : numeric(value);
  return number === undefined || number <= 0 ? undefined : number;
}
