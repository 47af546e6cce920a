// Threads of the master that are not lost: what takes from a pipe serves the workers from where it is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeProject } from './lib/project.ts';
import { type ServerOptions, withServer } from './lib/server.ts';

const piped = `
  import json
  import multiprocessing
  import os
  import threading
  import time

  jobs = multiprocessing.Queue()
  taken_by = multiprocessing.Value("i", 0)


  def drain():
      while True:
          jobs.get()
          taken_by.value = os.getpid()


  threading.Thread(target=drain, daemon=True).start()


  def application(environ, start_response):
      jobs.put(1)
      deadline = time.monotonic() + 5
      while taken_by.value == 0 and time.monotonic() < deadline:
          time.sleep(0.01)
      start_response("200 OK", [("Content-Type", "application/json")])
      return [json.dumps({"pid": os.getpid(), "parent": os.getppid(), "takenBy": taken_by.value}).encode()]
`;

interface Answer {
  readonly pid: number;
  readonly parent: number;
  readonly takenBy: number;
}

const servers: readonly Omit<ServerOptions, 'dir'>[] = [
  { server: 'gunicorn', args: ['--preload', '--workers', '2', 'web:application'] },
  { server: 'uwsgi', args: ['--master', '--processes', '2', '--module', 'web'] },
];

for (const options of servers) {
  test(`${options.server}: a thread of the master takes what workers put into a multiprocessing queue`, async () => {
    const dir = writeProject({ 'web.py': piped });
    await withServer({ ...options, dir, ready: '/' }, async (server) => {
      const answer = await server.get<Answer>('/');
      assert.equal(answer.takenBy, answer.parent);
      assert.equal(answer.takenBy, server.pid);
    });
  });
}
