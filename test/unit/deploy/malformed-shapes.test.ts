// Well-formed files that are none of their dialect: every node of another type, files in circles, files far too large.
// Reading ends, and makes nothing up.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are other formats' own

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse as parseToml, stringify as stringifyToml } from 'smol-toml';
import { parseAllDocuments } from 'yaml';
import type { FileSystem } from '../../../server/src/base/ports.ts';
import { readDeployments } from '../../../server/src/deploy/index.ts';
import { memoryFiles } from '../../lib/memory-files.ts';
import { python } from '../../lib/python.ts';
import { shop, type Tree } from './homes-lib.ts';
import { problems, read, root } from './lib.ts';
import { type Sample, samples, structured } from './malformed-samples.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const strangers: readonly Json[] = [
  null,
  true,
  -1,
  1.5,
  '',
  'gunicorn',
  '${',
  [],
  [null],
  [['a'], { b: 1 }],
  {},
  { a: null, '<<': 'x', 1: [2] },
];

/** Every value with one of its nodes made into another. */
function* variants(value: Json, by: Json): Generator<Json> {
  yield by;
  if (Array.isArray(value))
    for (const [i, item] of value.entries())
      for (const one of variants(item, by)) yield value.map((other, j) => (i === j ? one : other));
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value))
      for (const one of variants(item, by)) yield { ...value, [key]: one };
}

function documentsOf({ path, text }: Sample): readonly Json[] {
  if (path.endsWith('.toml')) return [JSON.parse(JSON.stringify(parseToml(text)))];
  const parsed = parseAllDocuments(text, { merge: true });
  return Array.isArray(parsed) ? parsed.map((document) => document.toJS()) : [];
}

/** Undefined for what the format cannot say. */
function written(path: string, documents: readonly Json[]): string | undefined {
  if (!path.endsWith('.toml')) return documents.map((document) => JSON.stringify(document)).join('\n---\n');
  const [first] = documents;
  try {
    return typeof first === 'object' && first !== null && !Array.isArray(first)
      ? stringifyToml(first)
      : undefined;
  } catch {
    return undefined;
  }
}

describe('another type at every node', () => {
  for (const sample of structured)
    test(sample.path, () => {
      const documents = documentsOf(sample);
      const whole = written(sample.path, documents);
      assert.ok(whole);
      let count = 0;
      for (const [i, document] of documents.entries())
        for (const by of strangers)
          for (const variant of variants(document, by)) {
            const text = written(
              sample.path,
              documents.map((other, j) => (i === j ? variant : other)),
            );
            if (text === undefined) continue;
            count++;
            const { deployments } = read({ ...shop, ...sample.beside, [sample.path]: text });
            for (const { entrypoint } of deployments)
              if (entrypoint.known && entrypoint.value.kind === 'module')
                // In JSON, uWSGI takes true for "1" and null for "0".
                assert.ok(
                  `${text} ${JSON.stringify(sample.beside)} 01`.includes(entrypoint.value.module),
                  text,
                );
          }
      assert.ok(count >= strangers.length);
    });
});

describe('in circles', () => {
  const circles: Readonly<Record<string, Tree>> = {
    'ini files of uWSGI': {
      'uwsgi.ini': '[uwsgi]\nini = b.ini\nmodule = shop.wsgi\n',
      'b.ini': '[uwsgi]\ninclude = uwsgi.ini\nini = b.ini\n',
    },
    'sections of uWSGI': {
      'uwsgi.ini': '[uwsgi]\nini = :a\nmodule = shop.wsgi\n[a]\nini = :b\n[b]\nini = :a\n',
    },
    'placeholders of uWSGI': {
      'uwsgi.ini': '[uwsgi]\na = %(b)\nb = %(a)\nprocesses = %(a)\nmodule = shop.wsgi\n',
    },
    'configurations of gunicorn': {
      'gunicorn.conf.py': 'from a import *\nwsgi_app = "shop.wsgi"\n',
      'a.py': 'from b import *\n',
      'b.py': 'from a import *\nfrom gunicorn_conf import *\n',
    },
    'functions of a configuration': {
      'gunicorn.conf.py':
        'def a():\n    return b()\ndef b():\n    return a()\nworkers = a()\nwsgi_app = "shop.wsgi"\n',
    },
    'services of compose': {
      'compose.yaml':
        'services:\n  web: {extends: {file: other.yaml, service: web}, image: a, command: gunicorn shop.wsgi}\n',
      'other.yaml': 'services:\n  web: {extends: {file: compose.yaml, service: web}}\n',
    },
    'stages of an image': {
      Dockerfile:
        'FROM b AS a\nCOPY --from=b /x /x\nFROM a AS b\nCOPY --from=a /x /x\nCMD gunicorn shop.wsgi\n',
    },
    'arguments and environment of an image': {
      Dockerfile: 'ARG A=$B\nARG B=$A\nFROM a\nENV A=$B B=$A\nENV A=$A$A$A\nCMD gunicorn -w $A shop.wsgi\n',
    },
    'scripts that call each other': {
      'run.sh': './start.sh\ngunicorn shop.wsgi\n',
      'start.sh': 'sh run.sh\n. ./run.sh\n',
    },
    'functions of a script': { 'run.sh': 'a() { b; }\nb() { a; a; }\na\nb\ngunicorn shop.wsgi\n' },
    'scripts and tasks': {
      Makefile: 'serve:\n\tnpm run serve\n\tgunicorn shop.wsgi\n',
      'package.json': '{"scripts": {"serve": "make serve; just serve"}}',
      justfile: 'serve:\n  make serve\n',
    },
    'programs of supervisor': {
      'supervisord.conf':
        '[include]\nfiles = supervisord.conf *.conf\n[program:a]\ncommand=supervisord -c supervisord.conf\n[program:b]\ncommand=gunicorn shop.wsgi\n',
      Dockerfile: 'FROM a\nCOPY . .\nCMD supervisord\n',
    },
    'values of a chart': {
      'chart/values.yaml': 'a: &a\n  args: *a\n  b: {c: *a}\nargs: [gunicorn, shop.wsgi]\n',
      'chart/templates/a.yaml':
        'kind: Pod\nspec:\n  containers:\n    - args:\n        {{- toYaml .Values.args | nindent 8 }}\n      env: {{ toYaml .Values.a }}\n',
    },
    'tasks of poe': {
      'pyproject.toml': '[tool.poe.tasks]\nserve = ["serve", "web"]\nweb = ["serve", "gunicorn shop.wsgi"]\n',
    },
    'definitions of Apache': {
      'a.conf': 'Define A ${B}\nDefine B ${A}\nDefine A ${A}${A}\nWSGIScriptAlias / ${A}/shop/wsgi.py\n',
    },
    'links to a folder above': { Procfile: 'web: gunicorn shop.wsgi\n' },
  };
  for (const [name, tree] of Object.entries(circles))
    test(name, () => {
      const { deployments } = read({ ...shop, ...tree });
      assert.ok(deployments.length > 0 && deployments.length < 5, `${deployments.length}`);
      for (const { entrypoint } of deployments) {
        const app = entrypoint.known ? entrypoint.value : entrypoint.hint;
        const module = app?.kind === 'module' ? app.module : 'shop.wsgi';
        assert.ok(module === 'shop.wsgi', module);
      }
    });
});

describe('far too large', () => {
  const size = 5 * 1024 * 1024;
  for (const { path, text, beside } of samples)
    test(path, () => {
      const huge = text.repeat(Math.ceil(size / text.length));
      const { deployments } = read({ ...shop, ...beside, [path]: huge });
      assert.deepEqual(
        deployments.filter(({ source }) => source.path === `${root}/${path}`),
        [],
      );
    });

  test('a file that is nobody else’s says so', () => {
    for (const path of ['Procfile', 'Dockerfile', 'uwsgi.ini', 'gunicorn.conf.py'])
      assert.match(problems({ [path]: '# gunicorn\n'.repeat(size / 10) }).join('\n'), /larger than/);
  });
});

/** A reader is bounded by what it asks of the files: its own reading, the packages' and that of their home. */
describe('asked for no more than there is', () => {
  for (const { path, text, beside } of samples)
    test(path, () => {
      const files = memoryFiles({ ...shop, ...beside, [path]: text }, root);
      const counted = new Map<string, number>();
      const counting: FileSystem = {
        ...files,
        read(file) {
          counted.set(file, (counted.get(file) ?? 0) + 1);
          return files.read(file);
        },
      };
      readDeployments({ files: counting, python }, root);
      assert.deepEqual(
        [...counted].filter(([, count]) => count > 3),
        [],
      );
    });
});
