// Writes a large application for the benchmarks: packages of modules that import each other, with the proportions of
// real code: most of it function bodies that no import runs, a few calls at module level, one thread before the fork.

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const modulesPerPackage = 50;

/** A folder with `modules` modules, a gunicorn config and the entrypoint `big.wsgi:app`. */
export function writeApplication(modules: number): string {
  const root = mkdtempSync(join(tmpdir(), 'forksight-bench-'));
  const top = join(root, 'big');
  const packages = Math.ceil(modules / modulesPerPackage);
  mkdirSync(top);
  writeFileSync(join(top, '__init__.py'), '"""A large application."""\n');
  for (let p = 0; p < packages; p++) {
    const folder = join(top, `p${p}`);
    mkdirSync(folder);
    const names = Array.from(
      { length: Math.min(modulesPerPackage, modules - p * modulesPerPackage) },
      (_, m) => `m${m}`,
    );
    writeFileSync(
      join(folder, '__init__.py'),
      names.map((name) => `from big.p${p} import ${name}\n`).join(''),
    );
    for (const [m, name] of names.entries()) writeFileSync(join(folder, `${name}.py`), moduleText(p, m));
  }
  const imports = Array.from({ length: packages }, (_, p) => `import big.p${p}\n`).join('');
  writeFileSync(
    join(top, 'wsgi.py'),
    `import threading\n\n${imports}\n\ndef work():\n    pass\n\n\nthreading.Thread(target=work).start()\n\n\ndef app(environ, start_response):\n    return []\n`,
  );
  writeFileSync(
    join(root, 'gunicorn.conf.py'),
    'wsgi_app = "big.wsgi:app"\npreload_app = True\nworkers = 3\n',
  );
  return root;
}

/** About 170 lines: ten functions, two classes, a registry filled at import. */
export function moduleText(p: number, m: number): string {
  const imports = m > 0 ? `from big.p${p}.m${m - 1} import Model${m - 1}\n` : '';
  const base = m > 0 ? `Model${m - 1}` : 'object';
  const functions = Array.from({ length: 10 }, (_, f) => functionText(f)).join('\n\n');
  return `"""Module ${m} of package ${p}."""

import json
import logging
import os
from collections import defaultdict
from dataclasses import dataclass

${imports}
logger = logging.getLogger(__name__)
REGISTRY = defaultdict(list)
LIMIT = int(os.environ.get("LIMIT_${m}", "10"))


def register(kind):
    def decorate(fn):
        REGISTRY[kind].append(fn)
        return fn

    return decorate


@dataclass
class Row${m}:
    key: str
    value: int = 0
    note: str = ""


class Model${m}(${base}):
    kind = "model-${m}"

    def __init__(self, key, value=None):
        self.key = key
        self.value = value or {}

    def save(self):
        with open(self.key, "w") as file:
            json.dump(self.value, file)

    @classmethod
    def load(cls, key):
        with open(key) as file:
            return cls(key, json.load(file))


${functions}
`;
}

function functionText(f: number): string {
  const lines = Array.from(
    { length: 8 },
    (_, i) =>
      `        total = total * ${i + 2} + len(rows[${i}:]) - sum(r.value for r in rows if r.key != "${i}")`,
  );
  return `
@register("task")
def task_${f}(rows, total=0, *, strict=False):
    """Adds rows up in a way that nobody needs."""
    if strict and not rows:
        raise ValueError(f"no rows for {total!r}")
    for row in rows:
${lines.join('\n')}
        logger.debug("row %s: %d", row.key, total)
    return {"total": total, "rows": [r.key for r in rows]}
`;
}
