// Daphne's command line: one process, whose threads run what is not asynchronous.
// Read in Daphne 4.2: `cli.py` imports the app and runs Twisted's reactor in the same process.

import type { Found, ServerDialect, World } from '../dialect.ts';
import { known } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import { CommandOptions } from './options.ts';
import { appFrom, firstWord, oneProcess, served } from './served.ts';

const grammar = {
  switches: 'proxy-headers no-server-name',
  short: 'p=port b=bind u=unix-socket e=endpoint v=verbosity t=http-timeout s=server-name',
};

export const daphne: ServerDialect = {
  starts: (program) => program === 'daphne',
  fromCommand,
  configures: () => false,
  fromFile: () => undefined,
};

function fromCommand(world: World, invocation: Invocation): Found | undefined {
  const options = new CommandOptions(invocation.args, invocation.env, grammar);
  if (options.has('help') || options.has('version')) return undefined;
  return served(world, invocation, {
    facts: { server: 'daphne' },
    entrypoint: appFrom(world, firstWord(options), { server: 'daphne' }),
    load: oneProcess('daphne'),
    processes: known(1),
    options: options.shown(),
  });
}
