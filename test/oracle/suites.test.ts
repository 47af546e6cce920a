// CPython is the oracle of the suites too: what a suite's project does while it is loaded, the interpreter does as
// well, so that what the suites expect of the rules rests on events that are real.
// Left out is what the recorder does not play: processes that do not fork, shared imports, libraries not installed.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { locationKey } from '../../server/src/base/range.ts';
import { readDeployments } from '../../server/src/deploy/index.ts';
import type { Deployment } from '../../server/src/deploy/model.ts';
import { ModuleStore } from '../../server/src/modules/store.ts';
import { nodeFiles } from '../../server/src/node.ts';
import { environmentVariables } from '../../server/src/simulate/environment.ts';
import { beforeFork, type Event, type Simulation, simulate } from '../../server/src/simulate/index.ts';
import { python } from '../lib/python.ts';
import { parseSuite, type SuiteTest } from '../lib/suite/parse.ts';
import { watchable, watched } from './compare.ts';
import { type RecordedEvent, type RecordedModule, record } from './cpython.ts';
import type { Project } from './projects.ts';

const folder = fileURLToPath(new URL('../suites/', import.meta.url));
const kinds = new Set(['thread-start', 'thread-join', 'queue-create', 'gc', 'hook-register', 'resource']);
const missingLibrary = /No module named|cannot import name/;
/** No server answers here, and what a project opens or starts does not exist. */
const missingWorld =
  /^(?:\w+\.)*(?:FileNotFoundError|Connection\w*Error|gaierror|OperationalError|OSError)\b/m;
/** Children of a recording would outlive it; for other kinds there are stand-ins. */
const startsProcesses = /\b\w*Manager\(|\bos\.fork\(|\bpool\.Pool\(|create_subprocess/;
/** Tests whose point it is that Python raises. */
const raises = /does not parse|syntax errors|raises/;
const scratch = mkdtempSync(join(tmpdir(), 'forksight-suites-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const tests = readdirSync(folder)
  .filter((name) => name.endsWith('.md') && name !== 'README.md')
  .flatMap((suite) => parseSuite(readFileSync(join(folder, suite), 'utf8')).map((each) => ({ suite, each })));

let compared = 0;
let unplayable = 0;

describe('suites', { concurrency: 2 }, () => {
  for (const [index, { suite, each }] of tests.entries()) {
    test(`${suite}: ${each.name}`, async (context) => {
      const root = write(each, join(scratch, String(index)));
      const { deployments } = readDeployments({ files: nodeFiles, python }, root);
      const [deployment] = deployments;
      const project = deployment && deployments.length === 1 ? played(deployment, root, each) : undefined;
      if (deployment === undefined || project === undefined)
        return context.skip('the recorder does not play it');
      const { events, imported } = simulate(deployment, {
        files: nodeFiles,
        store: new ModuleStore(nodeFiles, python),
      });
      const fails = events.some(({ kind }) => kind === 'import-failed') || raises.test(each.name);
      const { events: recorded, imported: ran, failed } = await record(project);
      if (failed !== null && !fails && missingLibrary.test(failed)) {
        unplayable++;
        return context.skip('a library is not installed');
      }
      if (failed !== null && !fails && missingWorld.test(failed)) {
        unplayable++;
        return context.skip('it speaks with what is not here');
      }
      assert.equal(failed === null, !fails, failed ?? 'the import should fail');
      agree(events, recorded, root);
      inOrder(imported, ran);
      compared++;
    });
  }
});

test('most of the suites were compared', () => {
  const playable = tests.length - unplayable;
  assert.ok(compared > playable / 2, `${compared} of ${playable}`);
});

function write(each: SuiteTest, root: string): string {
  for (const [path, { text }] of each.files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** What ran was simulated, and what was simulated as certain ran; as far as it came where the import fails. */
function agree(events: readonly Event[], recorded: readonly RecordedEvent[], root: string): void {
  const hooks = events.filter(({ kind }) => kind === 'hook-register').map(({ at }) => locationKey(at));
  const told = events.filter(
    (event) =>
      kinds.has(event.kind) &&
      event.phase !== 'request' &&
      event.inThread === undefined &&
      // Signals of Celery are no at-fork callbacks: it sends them itself.
      !(event.kind === 'hook-register' && event.hook.startsWith('celery')) &&
      (event.kind !== 'resource' || (event.does === 'opens' && watched.has(event.object.type))),
  );
  const ran = recorded.filter(({ kind, inThread }) => kinds.has(kind) && !inThread);
  const missed = ran.filter((one) => !told.some((event) => same(event, one, root)));
  const invented = told.filter(
    (event) => event.certainty === 'certain' && !ran.some((one) => same(event, one, root)),
  );
  assert.deepEqual(
    missed.map(({ kind, path, line }) => `${kind} ${path}:${line}`),
    [],
    'not simulated',
  );
  // A library function that is itself the hook, such as `gc.enable`, is called from no line of the project.
  assert.deepEqual(
    invented
      .filter(({ kind, at }) => kind !== 'gc' || !hooks.includes(locationKey(at)))
      .map((event) => shown(event, root)),
    [],
    'simulated, but not run',
  );
}

/** Every module that ran was simulated, in the order in which it ran; more may have run on another machine. */
function inOrder(imported: Simulation['imported'], ran: readonly RecordedModule[]): void {
  const names = ran.map(({ module }) => module);
  const told = imported.filter(({ module, phase }) => phase !== 'request' && names.includes(module));
  assert.deepEqual(
    told.map(({ module }) => module),
    names,
    'modules in the order in which they ran',
  );
}

function environmentOf(deployment: Deployment): Readonly<Record<string, string>> {
  const known = [...environmentVariables(deployment)].flatMap(([name, value]) =>
    value.t === 'unknown' && value.hint?.t === 'const' ? [[name, String(value.hint.value)]] : [],
  );
  return Object.fromEntries(known) as Record<string, string>;
}

/** The deployment in the recorder's terms; undefined where it has none for it. */
function played(deployment: Deployment, root: string, { name, files }: SuiteTest): Project | undefined {
  const { entrypoint, facts, load, server, roots } = deployment;
  const plain =
    deployment.forks && deployment.imports.length === 0 && (load === 'preload' || load === 'lazy');
  // The recorder plays these.
  if (server !== 'uwsgi' && server !== 'gunicorn' && server !== 'celery') return undefined;
  // The recorder's `uwsgi` is a plain module: what is assigned to it is nothing to it.
  const texts = [...files.values()].map(({ text }) => text);
  if (texts.some((text) => text.includes('uwsgi.post_fork_hook') || startsProcesses.test(text)))
    return undefined;
  // Syntax of Python 3.15, which the interpreter at hand may not know.
  if (texts.some((text) => /^lazy (?:import|from) /m.test(text))) return undefined;
  if (!plain || !entrypoint.known || entrypoint.value.kind !== 'module') return undefined;
  const { module, callable, factory } = entrypoint.value;
  const config = facts.server === 'gunicorn' ? facts.config : undefined;
  return {
    name,
    root,
    entry: `${module}:${callable}${factory ? '()' : ''}`,
    server,
    preload: load === 'preload',
    path: roots.map((path) => relative(root, path) || '.'),
    ...(config === undefined ? {} : { config: relative(root, config) }),
    ...{ forkHooks: deployment.atFork === 'run', environment: environmentOf(deployment) },
    asgi:
      facts.server === 'gunicorn' && /uvicorn/i.test(facts.workerClass.known ? facts.workerClass.value : ''),
    also: [],
    possible: [],
    unsure: [],
    watch: watchable.filter((module) => texts.some((text) => text.includes(module))),
    master: !(facts.server === 'uwsgi' && facts.master.known && !facts.master.value),
  };
}

function same(event: Event, one: RecordedEvent, root: string): boolean {
  const { path, range } = event.at;
  return (
    event.kind === one.kind &&
    beforeFork(event.phase) === one.phase.startsWith('master-') &&
    relative(root, path) === one.path &&
    range.start.line < one.line &&
    one.line <= range.end.line + 1 &&
    (event.kind !== 'gc' || event.call === one.call) &&
    (event.kind !== 'resource' || event.object.type === one.type)
  );
}

function shown({ kind, at }: Event, root: string): string {
  return `${kind} ${relative(root, at.path)}:${at.range.start.line + 1}`;
}
