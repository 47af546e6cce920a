// uWSGI's decorators that change what calling the function means: `thread` starts it in one, `spool` and `mulefunc`
// send the call to another process. The others give the function back. `uwsgidecorators.py` of uWSGI 2.0.

import { first, type Known } from '../known.ts';
import { library, type Value } from '../value.ts';

const identity: Known = (_m, args) => first(args);

function isFunction(value: Value): boolean {
  return value.t !== 'const' && value.t !== 'unknown';
}

/** Bare, or with arguments: `@spool`, `@spool(pass_arguments=True)`, `@mulefunc(1)`. */
function elsewhere(name: string): Known {
  return (_m, args) => library(isFunction(first(args)) ? `${name}()` : name);
}

const started: Known = (_m, args) => ({
  t: 'partial',
  fn: library('uwsgidecorators.thread()'),
  args: { positional: [first(args)], keywords: new Map(), open: false },
});

export const uwsgiFunctions: Readonly<Record<string, Known>> = {
  'uwsgidecorators.thread': started,
  'uwsgidecorators.lock': identity,
  'uwsgidecorators.harakiri': () => library('forksight.identity'),
  ...Object.fromEntries(
    ['spool', 'spoolraw', 'spoolforever', 'mulefunc'].map((name) => [
      `uwsgidecorators.${name}`,
      elsewhere(`uwsgidecorators.${name}`),
    ]),
  ),
};
