// Malformed variants of every dialect: cut at every byte, with wrong types at every node, in circles, far too large, not
// text at all. Reading ends; what it names exists; and it makes nothing up: no server, load mode, app or count that the
// files do not say.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Location } from '../../../server/src/base/range.ts';
import { type Deployment, type Deployments, serverNames } from '../../../server/src/deploy/model.ts';
import type { MemoryFile } from '../../lib/memory-files.ts';
import { shop } from './homes-lib.ts';
import { read } from './lib.ts';
import { type Sample, samples } from './malformed-samples.ts';

type Texts = Readonly<Record<string, MemoryFile>>;

function treeOf({ path, text, beside }: Sample, changed: MemoryFile = text): Texts {
  return { ...shop, ...beside, [path]: changed };
}

const loads = ({ deployments }: Deployments): string[] =>
  deployments.map((one) => `${one.server} ${one.load}`);

function places({ deployments, problems }: Deployments): Location[] {
  const own = deployments.flatMap(
    ({ source, loadAt, via, options, pythonVersion, entrypoint, processes }) => [
      source,
      ...options.map((option) => option.at),
      ...[loadAt, via, pythonVersion?.at, entrypoint.at, processes.at].filter((at) => at !== undefined),
    ],
  );
  return [...own, ...problems.map((problem) => problem.at)];
}

/** Every place is within a text of the tree, and every claim stands in one of them. */
function assertSound(tree: Texts): void {
  const result = read(tree);
  for (const { path, range } of places(result)) {
    const file = tree[path.slice(3)];
    if (typeof file !== 'string') continue;
    const lines = file.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
    for (const { line, column } of [range.start, range.end])
      assert.ok(column <= (lines[line]?.length ?? -1), `${path}:${line}:${column}`);
    const { start, end } = range;
    assert.ok(start.line < end.line || (start.line === end.line && start.column <= end.column));
  }
  const said = Object.values(tree)
    .filter((file) => typeof file === 'string')
    .join('\n')
    .replace(/[\\"'\s]/g, '');
  for (const one of result.deployments) assertSaid(one, said);
}

function assertSaid({ server, load, entrypoint, processes }: Deployment, said: string): void {
  const word = server === 'mod_wsgi' ? 'WSGIScriptAlias' : server;
  assert.ok(said.toLowerCase().includes(word.toLowerCase()), `nothing says ${serverNames[server]}`);
  // gunicorn takes the beginning of an option for the option.
  if (server === 'gunicorn' && load === 'preload') assert.match(said, /pre/);
  if (server === 'uwsgi' && load === 'lazy') assert.match(said, /lazy/);
  if (processes.known && processes.value > 1)
    assert.ok(said.includes(`${processes.value}`), `${processes.value}`);
  if (!entrypoint.known) return;
  const { value } = entrypoint;
  const name = value.kind === 'module' ? value.module : value.path.replace(/^.*\//, '');
  assert.ok(said.includes(name) || said.includes(`shop.{wsgi}`), `nothing says ${name}`);
  assert.ok(
    value.callable === 'application' || said.includes(value.callable),
    `nothing says ${value.callable}`,
  );
}

describe('as they stand', () => {
  for (const sample of samples)
    test(sample.path, () => {
      const result = read(treeOf(sample));
      assert.deepEqual(result.problems, []);
      assert.deepEqual(loads(result), sample.expected);
      assertSound(treeOf(sample));
    });
});

describe('cut off at every byte', () => {
  for (const sample of samples)
    test(sample.path, () => {
      for (let end = 0; end < sample.text.length; end++) {
        const text = sample.text.slice(0, end);
        try {
          assertSound(treeOf(sample, text));
        } catch (error) {
          assert.fail(`${JSON.stringify(text.slice(-60))}: ${error instanceof Error ? error.message : ''}`);
        }
      }
    });
});

describe('with another byte order mark, line ends and bytes', () => {
  for (const sample of samples) {
    const { path, text, expected } = sample;
    test(`${path}: CRLF`, () => {
      const tree = treeOf(sample, text.replaceAll('\n', '\r\n'));
      assertSound(tree);
      // uWSGI reads its own files line by line; what a CR does there is held to it elsewhere.
      if (!path.startsWith('uwsgi')) assert.deepEqual(loads(read(tree)), expected);
    });
    test(`${path}: a byte order mark`, () => assertSound(treeOf(sample, `\uFEFF${text}`)));
    test(`${path}: CR alone`, () => assertSound(treeOf(sample, text.replaceAll('\n', '\r'))));
    test(`${path}: NUL`, () => {
      for (const at of [0, 7, text.length >> 1, text.length])
        assertSound(treeOf(sample, `${text.slice(0, at)}\0${text.slice(at)}`));
    });
    test(`${path}: bytes that are no UTF-8`, () => {
      const bytes = new TextEncoder().encode(text);
      for (const at of [0, 5, bytes.length >> 1, bytes.length])
        read(treeOf(sample, Uint8Array.from([...bytes.slice(0, at), 0xff, 0xc3, 0x28, ...bytes.slice(at)])));
    });
    test(`${path}: no text at all`, () => {
      const junk = Uint8Array.from({ length: 4096 }, (_, i) => (i * 2654435761) >>> 13);
      const { deployments, problems } = read({ [path]: junk });
      assert.deepEqual(
        deployments.filter(({ load }) => load !== 'unknown'),
        [],
      );
      assert.ok(problems.length >= deployments.length);
    });
  }
});
