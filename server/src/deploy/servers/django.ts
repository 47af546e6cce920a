// Django's `manage.py runserver`: one process with threads, or a fresh interpreter under its autoreloader, the default.
// Read in Django 5.2: `core/management/commands/runserver.py`, `core/servers/basehttp.py` (get_internal_wsgi_application)
// and `utils/autoreload.py`, which runs the command again in a subprocess.

import { dirname } from '../../base/path.ts';
import { rangeOf } from '../../base/range.ts';
import type { Found, World } from '../dialect.ts';
import type { Entrypoint, Setting } from '../model.ts';
import { evaluateFile, moduleFile } from '../python/project.ts';
import { type Bound, itemsOf, likelyValue } from '../python/values.ts';
import { environmentRoots, folderHere } from '../roots.ts';
import { known, unknown, type Value } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import { CommandOptions } from './options.ts';
import { oneProcess, served } from './served.ts';

const grammar = {
  switches:
    'noreload nothreading ipv6 insecure nostatic force-color skip-checks traceback threaded print-sql',
  short: '6=ipv6 v=verbosity',
};

/** `script` is `manage.py`, absolute, where one is run; the arguments are those behind it. */
export function fromManage(
  world: World,
  invocation: Invocation,
  script: string | undefined,
): Found | undefined {
  const { args, env, cwd } = invocation;
  const options = new CommandOptions(args, env, grammar);
  if (!/^runserver(_plus)?$/.test(options.positional[0]?.text ?? '') || options.has('help')) return undefined;
  const { reading } = world;
  // Other projects have a `manage.py` of their own, with commands of the same name.
  const opened = script === undefined ? undefined : reading.peek(script);
  if (opened?.ok && !/django/i.test(opened.source.text)) return undefined;
  const path = options.value('pythonpath');
  const roots = [
    ...(path === undefined ? [] : [folderHere(reading, cwd, path.text).path]),
    script === undefined ? cwd : dirname(script),
    ...environmentRoots(reading, cwd, env),
  ];
  const module =
    options.value('settings', 'DJANGO_SETTINGS_MODULE')?.text ??
    (opened?.ok ? namedIn(opened.source.text) : undefined);
  const loadWhy =
    "Django's runserver reloads: it serves from a fresh interpreter, which it starts anew when a file changes";
  return served(world, invocation, {
    facts: { server: 'django' },
    roots,
    entrypoint:
      module === undefined
        ? unknown('nothing that was read says which settings Django has')
        : appOf(world, roots, cwd, env, module),
    load: options.has('noreload') ? oneProcess('django') : { load: 'spawn', loadWhy, forks: false },
    processes: known(1),
    options: options.shown(),
  });
}

/** `os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site.settings")`, inside a function that is not run here. */
function namedIn(text: string): string | undefined {
  return /DJANGO_SETTINGS_MODULE["']\s*(?:,|\]\s*=)\s*["']([\w.]+)["']/.exec(text)?.[1];
}

function appOf(
  world: World,
  roots: readonly string[],
  cwd: string,
  env: ReadonlyMap<string, Value>,
  module: string,
): Setting<Entrypoint> {
  const file = moduleFile(world, roots, module);
  if (file === undefined) return unknown(`the settings ${module} were not found`);
  const { names } = evaluateFile({ world, roots, cwd, env }, file);
  const setting = runsAsgi(names.get('INSTALLED_APPS')) ? 'ASGI_APPLICATION' : 'WSGI_APPLICATION';
  const bound = names.get(setting);
  const value = bound === undefined ? undefined : likelyValue(bound.result);
  const app = typeof value === 'string' ? /^([\w.]+)\.(\w+)$/.exec(value) : null;
  if (bound === undefined || app?.[1] === undefined || app[2] === undefined)
    return unknown(`${setting} is not known`);
  const at = { path: bound.path, range: rangeOf(bound.value) };
  const entrypoint: Entrypoint = { kind: 'module', module: app[1], callable: app[2], factory: false };
  return bound.result.known ? known(entrypoint, at) : unknown(bound.result.why, entrypoint, at);
}

/** Daphne as an installed application puts its own runserver in the place of Django's. */
function runsAsgi(installed: Bound | undefined): boolean {
  const items = installed === undefined ? undefined : itemsOf(likelyValue(installed.result));
  return items?.includes('daphne') === true;
}
