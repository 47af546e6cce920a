// The helpers themselves: a server answers, fails clearly, and leaves no process behind.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { dedent, writeProject } from './lib/project.ts';
import { runServer, ServerFailed, startServer, until, withServer } from './lib/server.ts';

const APP = `
  import json, os

  def app(environ, start_response):
      start_response('200 OK', [('Content-Type', 'application/json')])
      return [json.dumps({'pid': os.getpid(), 'parent': os.getppid()}).encode()]
`;

interface Who {
  readonly pid: number;
  readonly parent: number;
}

for (const [server, args] of [
  ['uwsgi', ['--master', '--processes', '2', '--module', 'web:app']],
  ['gunicorn', ['--workers', '2', 'web:app']],
] as const) {
  test(`${server} answers from each of its workers and all of them end with it`, async () => {
    const dir = writeProject({ 'web.py': APP });
    const workers = await withServer({ server, dir, args }, async (running) => {
      const answers = await running.getFromWorkers<Who>('/', 2);
      assert.deepEqual(
        answers.map((answer) => answer.parent),
        [running.pid, running.pid],
      );
      return answers.map((answer) => answer.pid);
    });
    await until(
      5_000,
      () => new Error(`of ${workers} some still run`),
      async () => !workers.some(isRunning),
    );
  });
}

test('a server that cannot start fails with its log', async () => {
  const dir = writeProject({ 'web.py': 'raise RuntimeError("broken on purpose")\n' });
  await assert.rejects(startServer({ server: 'gunicorn', dir, args: ['web:app'] }), (error) => {
    assert.ok(error instanceof ServerFailed);
    assert.match(error.message, /broken on purpose/);
    return true;
  });
  const { code, log } = await runServer({
    server: 'uwsgi',
    dir,
    args: ['--need-app', '--module', 'web:app'],
  });
  assert.notEqual(code, 0);
  assert.match(log, /broken on purpose/);
});

test('texts of a project lose the indentation they share', () => {
  assert.equal(dedent('\n    a:\n      b\n\n    c\n  '), 'a:\n  b\n\nc\n');
  assert.equal(dedent('a\n  b\n'), 'a\n  b\n');
});

/** A process that ended and waits for its parent to notice does not run. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
