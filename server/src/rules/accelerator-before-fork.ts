// The rule accelerator-before-fork: CUDA or another device initialised in the process that forks the workers.
// What is open at the fork is worked out in held.ts.

/**
 * # accelerator-before-fork
 *
 * ## What it does
 * Reports what initialises CUDA, or another runtime of a device, before the server forks its workers: a model moved to
 * the device, a tensor made on it, a call into `torch.cuda`, JAX, CuPy or Numba.
 *
 * ## Why it matters
 * The runtime of a device keeps threads, mappings and a context that belong to one process. PyTorch notices and raises
 * "Cannot re-initialize CUDA in forked subprocess" in every worker; others return errors or hang.
 *
 * A model that is loaded before the fork into ordinary memory is fine, and shares that memory. Moving it to the device is
 * what has to wait.
 *
 * ## Example
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 * ```
 * `shop.py`
 * ```python
 * import torch
 *
 * model = torch.load("model.pt")
 * # error: [accelerator-before-fork] "CUDA does not survive a fork"
 * model.to("cuda")
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## Fix
 * Load in the master, move to the device in the worker; or do not preload the app.
 *
 * `gunicorn.conf.py`
 * ```python
 * wsgi_app = "shop:app"
 * preload_app = True
 *
 *
 * def post_fork(server, worker):
 *     from shop import model
 *
 *     model.to("cuda")
 * ```
 * `shop.py`
 * ```python
 * import torch
 *
 * # quiet: [accelerator-before-fork] because "it is loaded into ordinary memory"
 * model = torch.load("model.pt", map_location="cpu")
 *
 *
 * def app(environ, start_response):
 *     start_response("200 OK", [])
 *     return [b""]
 * ```
 *
 * ## When to ignore
 * Where the workers never use the device.
 *
 * ## Sources
 * - PyTorch, "Multiprocessing best practices": the CUDA runtime does not support the fork start method.
 * - JAX, `jax/_src/xla_bridge.py`: warns at each fork. Numba, `cudadrv/driver.py`: "CUDA initialized before forking".
 */

import type { Rule } from './finding.ts';
import { heldAtFork } from './held.ts';
import { heldReport, opened } from './held-words.ts';

export const acceleratorBeforeFork: Rule = {
  id: 'accelerator-before-fork',
  title: 'A device initialised before the fork cannot be used in any worker',
  severity: 'error',
  check: (input) =>
    heldAtFork(input, 'accelerator').map((held) =>
      heldReport(held, input, acceleratorBeforeFork.severity, {
        done: opened(held, 'is initialised', 'is initialised'),
        fate: 'its runtime does not survive a fork',
      }),
    ),
  fix: () => [],
};
