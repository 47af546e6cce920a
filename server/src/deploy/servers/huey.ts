// Huey's consumer: threads by default, or processes that are forked when the consumer has imported the Huey instance.
// Read in Huey 3.5: `bin/huey_consumer.py` imports it first; `consumer.py`, ProcessEnvironment takes multiprocessing's
// `fork` context. https://huey.readthedocs.io/en/latest/consumer.html

import type { Found, ServerDialect, World } from '../dialect.ts';
import type { Deployment, Setting } from '../model.ts';
import { known, likely, type Value } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import { CommandOptions, readCount, readText } from './options.ts';
import { appFrom, firstWord, oneProcess, served } from './served.ts';

const grammar = {
  switches: 'disable-health-check flush-locks no-periodic verbose quiet simple',
  short:
    'w=workers k=worker-type d=delay m=max-delay b=backoff c=health-check-interval C=disable-health-check f=flush-locks ' +
    'L=extra-locks M=max-tasks t=shutdown-timeout g=graceful-signal s=scheduler-interval n=no-periodic l=logfile ' +
    'v=verbose q=quiet S=simple',
};

export const huey: ServerDialect = {
  starts: (program) => /^huey_consumer(\.py)?$|^huey\.bin\.huey_consumer$/.test(program),
  fromCommand,
  configures: () => false,
  fromFile: () => undefined,
};

function fromCommand(world: World, invocation: Invocation): Found | undefined {
  const options = new CommandOptions(invocation.args, invocation.env, grammar);
  if (options.has('help') || firstWord(options) === undefined) return undefined;
  const type = options.setting('worker-type', readText, known('thread'));
  const workers = options.setting('workers', readCount, known(1));
  const load = loadOf(type);
  return served(world, invocation, {
    facts: { server: 'huey' },
    entrypoint: appFrom(world, withColon(firstWord(options)), { server: 'huey' }),
    load,
    processes: load.forks ? workers : known(1, type.at),
    options: options.shown(),
  });
}

function loadOf(type: Setting<string>): Pick<Deployment, 'load' | 'loadWhy' | 'loadAt' | 'forks'> {
  const place = type.at === undefined ? {} : { loadAt: type.at };
  const forks = /^process/.test(likely(type) ?? 'process');
  if (!type.known)
    return { load: 'unknown', loadWhy: `whether the workers are processes ${type.why}`, forks, ...place };
  if (!forks) return { ...oneProcess('huey'), ...place };
  const loadWhy =
    "the worker type process: the consumer imports the Huey instance's module, then forks the workers";
  return { load: 'preload', loadWhy, forks, ...place };
}

/** `shop.queue.huey`: the name behind the last dot is the instance's. */
function withColon(word: Value | undefined): Value | undefined {
  return word === undefined ? undefined : { ...word, text: word.text.replace(/\.(\w+)$/, ':$1') };
}
