// `waitress-serve`: one process that answers requests in a pool of threads.
// Read in Waitress 3.0: `runner.py` resolves the app and serves it in the same process; nothing in it forks.
// https://docs.pylonsproject.org/projects/waitress/en/stable/runner.html

import type { Found, ServerDialect, World } from '../dialect.ts';
import { known, type Value } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import { CommandOptions } from './options.ts';
import { appFrom, firstWord, oneProcess, served } from './served.ts';

const grammar = {
  switches:
    'call ipv4 ipv6 log-socket-errors expose-tracebacks asyncore-use-poll log-untrusted-proxy-headers clear-untrusted-proxy-headers',
};

export const waitress: ServerDialect = {
  starts: (program) => /^waitress(-serve|\.runner)?$/.test(program),
  fromCommand,
  configures: () => false,
  fromFile: () => undefined,
};

function fromCommand(world: World, invocation: Invocation): Found | undefined {
  const options = new CommandOptions(invocation.args, invocation.env, grammar);
  if (options.has('help')) return undefined;
  const factory = options.flag('call');
  return served(world, invocation, {
    facts: { server: 'waitress' },
    entrypoint: appFrom(world, withColon(firstWord(options)), { server: 'waitress', factory }),
    load: oneProcess('waitress'),
    processes: known(1),
    options: options.shown(),
  });
}

/** `shop.wsgi.app` is `shop.wsgi:app`: the name behind the last dot is the app's. */
function withColon(word: Value | undefined): Value | undefined {
  if (word === undefined || word.text.includes(':')) return word;
  return { ...word, text: word.text.replace(/\.(\w+)$/, ':$1') };
}
