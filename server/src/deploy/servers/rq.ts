// RQ's worker: it forks a work-horse for each job, and the work-horse imports the job's function.
// Read in RQ 3.0: `worker/worker_classes.py` (Worker.fork_work_horse, SpawnWorker, SimpleWorker), `job.py` (Job.func) and
// `cli/helpers.py`. https://python-rq.org/docs/workers/#the-worker-lifecycle

import type { Found, ServerDialect, World } from '../dialect.ts';
import type { Deployment, ServerImport } from '../model.ts';
import { folderHere } from '../roots.ts';
import { known, unknown, type Value } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import { CommandOptions, readCount } from './options.ts';
import { served } from './served.ts';

const grammar = {
  switches: 'burst disable-job-desc-logging verbose quiet disable-default-exception-handler with-scheduler',
  short:
    'b=burst n=name v=verbose q=quiet d=disable-default-exception-handler s=with-scheduler ds=dequeue-strategy S=serializer ' +
    'P=path j=job-class w=worker-class c=config u=url l=logging-level',
};

export const rq: ServerDialect = {
  starts: (program) => /^(rq|rqworker)$/.test(program),
  fromCommand,
  configures: () => false,
  fromFile: () => undefined,
};

function fromCommand(world: World, invocation: Invocation): Found | undefined {
  const { program, args, env, cwd } = invocation;
  const options = new CommandOptions(args, env, grammar);
  const command = program === 'rqworker' ? 'worker' : options.positional[0]?.text;
  if ((command !== 'worker' && command !== 'worker-pool') || options.has('help')) return undefined;
  const several = command === 'worker-pool' ? ['num-workers', 'name'] : [];
  const counted = several.find((name) => options.value(name) !== undefined) ?? 'num-workers';
  return served(world, invocation, {
    facts: { server: 'rq' },
    roots: options.values('path').map(({ text }) => folderHere(world.reading, cwd, text).path),
    entrypoint: unknown('a job names the function that is called'),
    load: loadOf(options.value('worker-class', 'RQ_WORKER_CLASS')),
    processes: several.length === 0 ? known(1) : options.setting(counted, readCount, known(1)),
    imports: [
      ...moduleOf(options.value('config', 'RQ_CONFIG')),
      ...['worker-class', 'job-class', 'queue-class', 'exception-handler'].flatMap((name) =>
        options.values(name).flatMap((value) => moduleOf(value, true)),
      ),
    ],
    options: options.shown(),
  });
}

/** What the worker itself imports, before it forks. */
function moduleOf(value: Value | undefined, attribute = false): ServerImport[] {
  if (value === undefined || value.unknown !== undefined) return [];
  const module = attribute ? value.text.replace(/\.?[^.]*$/, '') : value.text;
  return /^[\w.]+$/.test(module) && !/^rq(\.|$)/.test(module)
    ? [{ module, where: 'master', at: value.at }]
    : [];
}

function loadOf(cls: Value | undefined): Pick<Deployment, 'load' | 'loadWhy' | 'loadAt' | 'forks'> {
  const name = cls?.text.replace(/^.*\./, '');
  const place = cls === undefined ? {} : { loadAt: cls.at };
  if (name === 'SimpleWorker') {
    const loadWhy = 'SimpleWorker runs jobs in the process that takes them, and forks nothing';
    return { load: 'preload', loadWhy, forks: false, ...place };
  }
  if (name === 'SpawnWorker') {
    const loadWhy = 'SpawnWorker runs each job in a fresh interpreter';
    return { load: 'spawn', loadWhy, forks: false, ...place };
  }
  const loadWhy = "RQ's worker forks a work-horse for each job, which imports the job's function";
  return { load: 'lazy', loadWhy, forks: true, ...place };
}
