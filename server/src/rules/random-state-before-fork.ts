// The rule random-state-before-fork: a random generator whose state every worker inherits, and so repeats.
// What the fork finds is worked out in held.ts; here, whether the workers draw from it.

/**
 * # random-state-before-fork
 *
 * ## What it does
 * Reports a generator of random numbers that is made before the server forks its workers and kept: `random.Random()`,
 * `numpy.random.default_rng()`, `numpy.random.RandomState()`, `torch.Generator()`, where it is made; and the global
 * generators of NumPy and PyTorch, where request code draws from them.
 *
 * The functions of `random` itself are not reported: Python, uWSGI and gunicorn seed them anew in each worker. Nor are
 * `secrets`, `os.urandom`, `uuid.uuid4` and `random.SystemRandom`, which have no state.
 *
 * ## Why it matters
 * A fork copies the state of the generator, and from there on every worker draws the same numbers in the same order. Ids
 * collide, samples are drawn twice, "random" choices favour the same answer in all workers, and what protects against
 * guessing does not.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 * ```
 * `shop.py`
 * ```python
 * import numpy
 *
 * # warning: [random-state-before-fork] "draws the same numbers"
 * rng = numpy.random.default_rng()
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [str(rng.integers(1000)).encode()]
 * ```
 *
 * ## Fix
 * Make the generator in the worker, or draw from one that the servers seed.
 *
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 * ```
 * `shop.py`
 * ```python
 * import random
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     # quiet: [random-state-before-fork] because "each worker has its own seed for the functions of random"
 *     return [str(random.randrange(1000)).encode()]
 * ```
 *
 * ## When to ignore
 * Where the same numbers in every worker are wanted, or the generator is used while the app loads and not after. One
 * with a seed in the code is reported at a lower severity, and only where request code draws from it.
 *
 * ## Sources
 * - fork(2): the memory of the child is a copy of the parent's.
 * - CPython, `Lib/random.py`: only the hidden instance is seeded after a fork. NumPy registers nothing for it.
 */

import type { Case, Report, Rule } from './finding.ts';
import { type Held, heldAtFork } from './held.ts';
import { heldReport } from './held-words.ts';
import { related } from './words.ts';

export const randomStateBeforeFork: Rule = {
  id: 'random-state-before-fork',
  title: 'A random generator made before the fork repeats itself in every worker',
  severity: 'warning',
  check: (input) => heldAtFork(input, 'random-state').flatMap((held) => report(held, input) ?? []),
  fix: () => [],
};

function report(held: Held, input: Case): Report | undefined {
  const { open, effect, later } = held;
  const uses = later.filter(({ does }) => does === 'uses');
  const [first] = uses;
  // Of a generator for the whole process, the place that draws from it is what can be changed.
  if (effect.opens === 'imported' && first === undefined) return undefined;
  const seeded = open.seeded === true && effect.opens !== 'imported';
  if (seeded && first === undefined) return undefined;
  const at = effect.opens === 'imported' ? first : undefined;
  return heldReport(held, input, randomStateBeforeFork.severity, {
    done: effect.opens === 'imported' ? 'is seeded' : 'is made',
    fate: 'every worker inherits its state and draws the same numbers',
    ...(at === undefined ? {} : { at }),
    weaker: seeded || first === undefined ? 1 : 0,
    related: related(at === undefined ? uses : uses.slice(1), () => 'a worker draws from it here'),
  });
}
