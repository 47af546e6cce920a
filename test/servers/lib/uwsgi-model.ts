// A project served by real uWSGI and read by us, and the comparison of the two: options, load mode, processes, master,
// import roots, folder, callable and at-fork callbacks.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDeployments } from '../../../server/src/deploy/index.ts';
import type { Deployment, Deployments } from '../../../server/src/deploy/model.ts';
import { nodeFiles } from '../../../server/src/node.ts';
import { python } from '../../lib/python.ts';
import { writeProject } from './project.ts';
import { runServer, type ServerOptions, withServer } from './server.ts';

/** Tells on every request what the process that answers, and the one that loaded the app, know of themselves. */
export const probe = `
  import json
  import os
  import sys

  loaded = os.getpid()
  cwd = os.getcwd()
  path = [os.path.abspath(entry) for entry in sys.path[:6]]
  forked = []
  os.register_at_fork(after_in_child=lambda: forked.append(os.getpid()))


  def make(name):
      def answer(environ, start_response):
          import uwsgi

          start_response("200 OK", [("Content-Type", "application/json")])
          return [
              json.dumps(
                  {
                      "pid": os.getpid(),
                      "loaded": loaded,
                      "cwd": cwd,
                      "path": path,
                      "master": uwsgi.masterpid(),
                      "processes": uwsgi.numproc,
                      "name": name,
                      "forked": os.getpid() in forked,
                      "file": __file__,
                  }
              ).encode()
          ]

      return answer


  application = make("application")
  app = make("app")


  def create():
      return make("create")


  def paste(config, **settings):
      return make("paste")
`;

export interface Answer {
  readonly pid: number;
  readonly loaded: number;
  readonly cwd: string;
  readonly path: readonly string[];
  readonly master: number;
  readonly processes: number;
  readonly name: string;
  readonly forked: boolean;
  readonly file: string;
}

export interface Case {
  readonly args: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

export function project({ args, files = {}, env = {} }: Case): {
  readonly dir: string;
  readonly read: Deployments;
} {
  const dir = writeProject({ 'shop/__init__.py': '', 'shop/wsgi.py': probe, ...files });
  const words = [
    ...Object.entries(env).map(([name, value]) => `${name}='${value}'`),
    'uwsgi',
    ...args.map((arg) => `'${arg}'`),
  ];
  writeFileSync(join(dir, 'Procfile'), `web: ${words.join(' ')}\n`);
  return { dir, read: readDeployments({ files: nodeFiles, python }, dir) };
}

/** Starts it, asks it, and compares. */
export async function compareWithServer(
  one: Case,
  requirements?: ServerOptions['requirements'],
): Promise<void> {
  const { dir, read } = project(one);
  assert.deepEqual(read.problems, []);
  const deployment = read.deployments.find((found) => found.source.path.endsWith('Procfile'));
  assert.ok(deployment);
  const args = ['--show-config', ...one.args];
  const options = {
    server: 'uwsgi' as const,
    dir,
    args,
    ...(one.env === undefined ? {} : { env: one.env }),
    ...(requirements === undefined ? {} : { requirements }),
  };
  await withServer(options, async (server) => {
    compare(deployment, await server.get<Answer>('/'));
    compareOptions(deployment, server.log());
  });
}

/**
 * Compares the options alone, of a configuration without an app: uWSGI prints them and ends. Where it ends before it
 * prints, there must be a problem that says so.
 */
export async function compareListOf(
  { args, files, env }: Case,
  requirements?: ServerOptions['requirements'],
): Promise<readonly string[]> {
  const { dir, read } = project({ args, ...(files && { files }), ...(env && { env }) });
  const messages = read.problems.map(({ message }) => message);
  if (messages.some((message) => message.includes('until memory ends'))) return messages;
  const { log } = await runServer({
    server: 'uwsgi',
    dir,
    args: ['--show-config', '--need-app', '--module', 'none_at_all', ...args],
    ...(env && { env }),
    ...(requirements && { requirements }),
  });
  const deployment = read.deployments.find((found) => found.source.path.endsWith('Procfile'));
  if (!log.includes(';end of configuration'))
    assert.ok(
      messages.some((message) => /stops here|itself|crashes|cannot read|not valid YAML/.test(message)),
      log,
    );
  else if (deployment !== undefined)
    compareOptions(deployment, log.replace(/need-app = true\nmodule = none_at_all\n/, ''));
  return messages;
}

export function compare(deployment: Deployment, answer: Answer): void {
  assert.ok(deployment.facts.server === 'uwsgi');
  assert.deepEqual(deployment.processes.known && deployment.processes.value, answer.processes, 'processes');
  assert.deepEqual(
    deployment.facts.master.known && deployment.facts.master.value,
    answer.master > 0,
    'master',
  );
  assert.equal(deployment.forks, answer.master > 0 || answer.processes > 1, 'forks');
  if (answer.master > 0)
    assert.equal(deployment.load, answer.loaded === answer.pid ? 'lazy' : 'preload', 'load');
  assert.equal(deployment.cwd, answer.cwd, 'cwd');
  assert.deepEqual(deployment.roots, [...new Set(answer.path)].slice(0, deployment.roots.length), 'roots');
  if (answer.loaded !== answer.pid)
    assert.equal(deployment.atFork === 'run', answer.forked, 'at-fork callbacks');
  const { entrypoint } = deployment;
  assert.ok(entrypoint.known);
  assert.equal(entrypoint.value.callable, answer.name, 'callable');
  const stem =
    entrypoint.value.kind === 'file' ? entrypoint.value.path : entrypoint.value.module.replaceAll('.', '/');
  assert.ok(join(answer.cwd, answer.file).includes(stem.replace(`${answer.cwd}/`, '')), 'entrypoint');
}

/** The list of options, in uWSGI's order, as it prints them itself; bare ones are shown as true. */
export function compareOptions(deployment: Deployment, log: string): void {
  const section = /;uWSGI instance configuration\n([\s\S]*?);end of configuration/.exec(log)?.[1] ?? '';
  const real = section
    .split('\n')
    // An Emperor writes what it has to say in between.
    .filter((line) => line.includes(' = ') && !/^(show-config|http-socket|http) = /.test(line));
  // Having read it, uWSGI forgets which id of an XML file it was asked for.
  const own = deployment.options.map(
    ({ name, value }) => `${name} = ${name.startsWith('xml') ? value.replace(/:\w+$/, '') : value}`,
  );
  const bare = (line: string, i: number): string =>
    own[i] === line.replace(/true$/, '') ? (own[i] ?? line) : line;
  assert.deepEqual(own, real.map(bare));
}
