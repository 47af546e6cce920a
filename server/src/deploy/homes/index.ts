// The homes of command lines: every file that says which commands are run, and the commands of one of them lowered
// by the server they start. Adding a home means one file that exports a dialect and one line here.

import { basename, relativePath } from '../../base/path.ts';
import { range } from '../../base/range.ts';
import type { CommandDialect, Found, ServerDialect, World } from '../dialect.ts';
import { procfile } from '../procfile.ts';
import type { Value } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import type { Reading, Source } from '../source.ts';
import { circus } from './circus.ts';
import { compose } from './compose.ts';
import { dockerfile } from './dockerfile.ts';
import { follow } from './follow.ts';
import { justfile } from './just.ts';
import { kubernetes } from './kubernetes.ts';
import { makefile } from './make.ts';
import { noxfile } from './nox.ts';
import { packageJson } from './package-json.ts';
import { platform } from './platform.ts';
import { platformToml } from './platform-toml.ts';
import { tomlTasks } from './pyproject.ts';
import { shellScripts } from './script.ts';
import { supervisor } from './supervisor.ts';
import { tox } from './tox.ts';
import { systemdUnit } from './unit.ts';

export const homes: readonly CommandDialect[] = [
  procfile,
  dockerfile,
  compose,
  kubernetes,
  platform,
  platformToml,
  systemdUnit,
  supervisor,
  circus,
  shellScripts,
  makefile,
  justfile,
  tomlTasks,
  tox,
  noxfile,
  packageJson,
];

export interface Commanded {
  readonly found: Found;
  /** Its own: what it found wrong is said only where the deployment is kept. */
  readonly reading: Reading;
  /** The command stands in another place than the one that starts it. */
  readonly called: boolean;
  /** It is a task's, and nothing is known to start it. */
  readonly idle: boolean;
  /** The script that it was found in, where that was read by itself. */
  readonly script?: string;
  /** The scripts that it is started through. */
  readonly scripts: readonly string[];
  /** Its folder is a guess, and nothing of its app or load mode is known: worth saying only where nothing else is. */
  readonly vague: boolean;
  readonly python?: Value;
}

/** What a file must speak of to be read at all: a server, or a script that may start one. */
const mention =
  /gunicorn|[aw]sgi|celery|uvicorn|hypercorn|granian|daphne|waitress|mod_wsgi|runserver|flask|dramatiq|huey|\brq\b|\.sh\b|entrypoint|\bmake\b|\b(build|extends)\s*:|\.Values\.[\w.]*(command|args)\b/i;
const sizeLimit = 256 * 1024;
/** So many commands of a file are looked at, and so many servers are found in them. */
const commandLimit = 1000;
const serverLimit = 50;

export function fromHome(world: World, servers: readonly ServerDialect[], path: string): Commanded[] {
  const { reading } = world;
  const below = relativePath(reading.root, path);
  const found: Commanded[] = [];
  for (const home of homes) {
    if (!home.holdsCommands(basename(path), below)) continue;
    const source = home.common ? speaking(reading, path) : opened(reading, path);
    if (source === undefined) continue;
    const before = found.length;
    for (const invocation of home.commands(reading, source, world.python).slice(0, commandLimit))
      for (const one of lowered(world, servers, invocation)) {
        if (found.length - before >= serverLimit) break;
        const called = one.via !== undefined;
        const idle = !called && home !== shellScripts && invocation.task !== undefined;
        const { entrypoint, load } = one.found.deployment;
        const isNamed = entrypoint.known || entrypoint.hint !== undefined;
        const vague = invocation.elsewhere !== undefined && !isNamed && load === 'unknown';
        found.push({ ...one, called, vague, idle, ...(home === shellScripts ? { script: path } : {}) });
      }
  }
  return found;
}

function opened(reading: Reading, path: string): Source | undefined {
  const file = reading.open(path);
  if (file.ok) return file.source;
  reading.problem(`This file was not read: ${file.reason}.`, { path, range: range(0, 0, 0, 0) });
  return undefined;
}

function speaking(reading: Reading, path: string): Source | undefined {
  const file = reading.peek(path);
  if (!file.ok || file.source.text.length > sizeLimit || !mention.test(file.source.text)) return undefined;
  return file.source;
}

type Lowered = Pick<Commanded, 'found' | 'reading' | 'python' | 'scripts'> & Pick<Invocation, 'via'>;

function lowered(world: World, servers: readonly ServerDialect[], invocation: Invocation): Lowered[] {
  const starts = (program: string): boolean => servers.some((server) => server.starts(program));
  const { mounts } = invocation;
  const reading = mounts === undefined ? world.reading : world.reading.inside(mounts);
  const found: Lowered[] = [];
  for (const one of follow(reading, invocation, starts)) {
    const server = servers.find((each) => each.starts(one.program));
    const best = server === undefined ? undefined : bestFolder({ ...world, reading }, server, one);
    if (best === undefined) continue;
    const { python, via, scripts = [] } = one;
    const deployment = via === undefined ? best.found.deployment : { ...best.found.deployment, via };
    const given = python === undefined ? {} : { python };
    found.push({
      ...best,
      scripts,
      found: { ...best.found, deployment },
      ...given,
      ...(via === undefined ? {} : { via }),
    });
    for (const more of best.found.more ?? [])
      found.push({ reading: best.reading, scripts, found: more, ...given });
  }
  return found;
}

/** Lowers it from its folder, or from the first of the others that may be meant where the app is found. */
function bestFolder(
  world: World,
  server: ServerDialect,
  invocation: Invocation,
): Pick<Commanded, 'found' | 'reading'> | undefined {
  let first: Pick<Commanded, 'found' | 'reading'> | undefined;
  for (const cwd of [invocation.cwd, ...(invocation.elsewhere ?? [])]) {
    const reading = world.reading.attempt();
    const found = server.fromCommand({ ...world, reading }, { ...invocation, cwd });
    if (found === undefined) return undefined;
    const attempt = { found, reading };
    first ??= attempt;
    const { entrypoint } = found.deployment;
    const isNamed = entrypoint.known || entrypoint.hint !== undefined;
    if (found.found && (isNamed || reading.problems.length === 0)) return attempt;
  }
  // Nowhere: what is missing may as well be a wrong guess of ours.
  if (first !== undefined && invocation.elsewhere !== undefined)
    return { found: first.found, reading: world.reading.attempt() };
  return first;
}
