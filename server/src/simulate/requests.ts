// Whether the code of requests is worth following: for what it does with what was made before, or in itself.
// Most applications have nothing of the kind, and their views are never read.

import type { Deployment } from '../deploy/model.ts';
import type { Event } from './event.ts';
import type { Machine } from './machine.ts';

export function requestsMatter(m: Machine, deployment: Deployment): boolean {
  return (
    m.recorder.events.some(matters) ||
    threadsMatter(deployment) ||
    mentions(m, /\bgc\b/) ||
    // Functions of a preloaded application that import: what they import may be loaded by requests alone.
    (deployment.load === 'preload' &&
      mentions(m, /^[ \t]+(?:from[ \t]+[.\w]+[ \t]+)?import[ \t]|\bimport_module\(/m))
  );
}

function matters(event: Event): boolean {
  return (
    event.kind === 'thread-start' ||
    event.kind === 'queue-create' ||
    event.kind === 'resource' ||
    (event.kind === 'gc' && (event.call === 'disable' || event.call === 'threshold-zero'))
  );
}

/** Where uWSGI does not run them, each thread that a request starts is of interest. */
function threadsMatter({ facts }: Deployment): boolean {
  return facts.server === 'uwsgi' && facts.threads.known && !facts.threads.value;
}

function mentions(m: Machine, pattern: RegExp): boolean {
  return m.imported.some(({ path }) => pattern.test(m.options.store.summary(path)?.text ?? ''));
}
