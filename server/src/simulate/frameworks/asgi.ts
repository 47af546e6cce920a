// Starlette and FastAPI: what the server calls when a worker starts, and middleware, which is made then.
// starlette/applications.py: `build_middleware_stack` runs at the first call, the one for the lifespan.

import { handOver } from '../escape.ts';
import { first, type Known, textOf } from '../known.ts';
import { library, none, unknown } from '../value.ts';

const onEvent: Known = (_m, args) =>
  library(textOf(first(args)) === 'startup' ? 'forksight.worker-start' : 'forksight.never');

const addEventHandler: Known = (m, args, at) => {
  const handler = args.positional[1] ?? args.keywords.get('func') ?? unknown;
  const startup = textOf(first(args)) === 'startup';
  handOver(m, handler, at, 'the application', startup ? 'worker-start' : 'never');
  return none;
};

/** `add_middleware(Audit, level=1)`, `Middleware(Audit, level=1)`: the class is called in the worker. */
const middleware: Known = (m, args, at) => {
  const [factory, ...rest] = args.positional;
  if (factory?.t === 'class' || factory?.t === 'function') {
    const positional = [library('forksight.app'), ...rest];
    m.callbacks.push({
      value: { t: 'partial', fn: factory, args: { ...args, positional } },
      at: m.location(at),
      via: 'the application',
      when: 'worker-start',
      frames: [...m.recorder.frames],
      phase: m.recorder.phase,
    });
  }
  return none;
};

const applications = ['fastapi.FastAPI', 'starlette.applications.Starlette'];
const routers = ['fastapi.APIRouter', 'fastapi.routing.APIRouter', 'starlette.routing.Router'];

function forEach(names: readonly string[], method: string, known: Known): Record<string, Known> {
  return Object.fromEntries(names.map((name) => [`${name}.${method}`, known]));
}

export const asgiFunctions: Readonly<Record<string, Known>> = {
  ...forEach([...applications, ...routers], 'on_event', onEvent),
  ...forEach([...applications, ...routers], 'add_event_handler', addEventHandler),
  ...forEach(applications, 'router.add_event_handler', addEventHandler),
  ...forEach(applications, 'add_middleware', middleware),
  'starlette.middleware.Middleware': middleware,
  'fastapi.middleware.Middleware': middleware,
};
