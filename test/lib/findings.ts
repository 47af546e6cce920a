// Findings and results made by hand, for tests of what shows them. Paths are below /w.

import type { AnalysisResult, Finding, Fix } from '../../server/src/analysis.ts';
import { type Location, range } from '../../server/src/base/range.ts';
import { gunicorn } from './events.ts';

export function at(path: string, line: number, column = 0, endColumn = column + 5): Location {
  return { path, range: range(line, column, line, endColumn) };
}

export function finding(overrides: Partial<Finding> = {}): Finding {
  return {
    rule: 'thread-before-fork',
    severity: 'error',
    message: 'The thread is lost.',
    at: at('/w/shop/audit.py', 9, 4, 18),
    trace: [
      { at: at('/w/gunicorn.conf.py', 0), text: 'gunicorn preloads shop:app', kind: 'config' },
      { at: at('/w/shop/__init__.py', 2), text: 'imports shop.audit', kind: 'import' },
      { at: at('/w/shop/audit.py', 9, 4, 18), text: 'starts the thread', kind: 'here' },
    ],
    related: [{ at: at('/w/shop/audit.py', 4), text: 'what it runs' }],
    deployments: [0],
    fixes: [],
    ...overrides,
  };
}

export function fix(
  edits: readonly [path: string, line: number, text: string][],
  more: Partial<Fix> = {},
): Fix {
  return {
    title: 'Start it in each worker',
    preferred: true,
    safe: true,
    edits: edits.map(([path, line, newText]) => ({ path, range: range(line, 0, line, 0), newText })),
    ...more,
  };
}

export function result(findings: readonly Finding[], more: Partial<AnalysisResult> = {}): AnalysisResult {
  const source = at('/w/gunicorn.conf.py', 2);
  return {
    deployments: [gunicorn({ load: 'preload', processes: { known: true, value: 3 }, source })],
    problems: [],
    entrypoints: [at('/w/shop/__init__.py', 5)],
    findings,
    limits: [],
    inputs: new Set(),
    timings: { total: 1.23456 },
    ...more,
  };
}
