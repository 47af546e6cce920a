// How right the rules are: of what they report, how much is true (precision), and of what is true, how much they report
// (recall). Truth is what suites assert, replayed in CPython, and what people wrote beside each finding in applications
// from PyPI. Prints a table and ends with 1 where a labelled case came out otherwise. `npm run accuracy`

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAnalysis, rulebook } from '../../server/src/analysis.ts';
import { nodeClock, nodeFiles, stderrLog } from '../../server/src/node.ts';
import type { Finding } from '../../server/src/rules/finding.ts';
import { grammar } from '../lib/python.ts';
import { advice, analyse, notSpokenOf } from '../lib/suite/engine.ts';
import { root } from '../lib/suite/judge.ts';
import { parseSuite, type SuiteTest } from '../lib/suite/parse.ts';
import { type App, apps, projectOf, pythonOf } from '../oracle/apps/table.ts';

interface Score {
  truths: number;
  found: number;
  false: number;
  quiet: number;
}

/** A finding in an application, as people judged it. */
interface Label {
  readonly app: string;
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  readonly true: boolean;
  readonly because: string;
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const scores = new Map<string, Score>(
  rulebook.map(({ id }) => [id, { truths: 0, found: 0, false: 0, quiet: 0 }]),
);
const changed: string[] = [];
const scoreOf = (rule: string): Score => scores.get(rule) ?? { truths: 0, found: 0, false: 0, quiet: 0 };

for (const name of readdirSync(here('../suites')).sort()) {
  if (!name.endsWith('.md') || name === 'README.md') continue;
  const text = readFileSync(join(here('../suites'), name), 'utf8');
  const off = notSpokenOf(text, advice);
  for (const test of parseSuite(text)) await scoreSuiteTest(name, test, [...test.settings.off, ...off]);
}

/** Each expected finding is a truth; what is found beside them, or where quiet is asked for, is false. */
async function scoreSuiteTest(suite: string, test: SuiteTest, off: readonly string[]): Promise<void> {
  const texts = new Map([...test.files].map(([path, { text }]) => [`${root}/${path}`, text]));
  const { findings } = await analyse(texts, off);
  const left = new Set<Finding>(findings);
  for (const [path, { assertions }] of test.files)
    for (const each of assertions) {
      if ('rules' in each) for (const rule of each.rules) scoreOf(rule).quiet++;
      if (!('rule' in each)) continue;
      const score = scoreOf(each.rule);
      score.truths++;
      const found = [...left].find(
        ({ rule, severity, at }) =>
          rule === each.rule &&
          severity === each.kind &&
          at.path === `${root}/${path}` &&
          at.range.start.line <= each.line &&
          at.range.end.line >= each.line,
      );
      if (found === undefined) {
        changed.push(`${suite}, ${test.name}: ${path}:${each.line + 1} has no ${each.kind} [${each.rule}]`);
        continue;
      }
      left.delete(found);
      score.found++;
    }
  for (const { rule, at } of left) {
    scoreOf(rule).false++;
    const place = `${relative(root, at.path)}:${at.range.start.line + 1}`;
    changed.push(`${suite}, ${test.name}: ${place} has a [${rule}] that nobody expects`);
  }
}

const labelsFile = here('labels.json');
const labels = JSON.parse(readFileSync(labelsFile, 'utf8')) as readonly Label[];
const seen: Omit<Label, 'true' | 'because'>[] = [];
for (const app of apps) seen.push(...(await findingsIn(app)));

async function findingsIn(app: App): Promise<readonly Omit<Label, 'true' | 'because'>[]> {
  const project = projectOf(app, await pythonOf(app));
  const command = `web: gunicorn --preload --workers 2 ${app.entry}\n`;
  writeFileSync(join(project.root, 'Procfile'), command);
  const ports = { files: nodeFiles, clock: nodeClock, log: stderrLog(true), grammar };
  const analysis = await createAnalysis(ports, project.root);
  try {
    const { findings } = await analysis.run();
    return findings.map(({ rule, at }) => ({
      app: app.name,
      rule,
      path: relative(project.root, at.path),
      line: at.range.start.line + 1,
    }));
  } finally {
    analysis.dispose();
    rmSync(project.root, { recursive: true, force: true });
  }
}

const key = ({ app, rule, path, line }: Omit<Label, 'true' | 'because'>): string =>
  `${app}: ${path}:${line} [${rule}]`;
const found = new Set(seen.map(key));
const judged = new Map(labels.map((label) => [key(label), label]));
for (const label of labels) {
  const score = scoreOf(label.rule);
  if (label.true) score.truths++;
  if (!found.has(key(label))) {
    changed.push(`${key(label)} is ${label.true ? 'gone' : 'gone, as it should be: take its label out'}`);
  } else if (label.true) score.found++;
  else score.false++;
}
for (const one of new Set(seen.map(key)))
  if (!judged.has(one)) changed.push(`${one} is new: say in labels.json whether it is true, and why`);

const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
const columns = ['rule', 'true cases', 'precision', 'recall', 'quiet cases', 'false'];
const rows = [...scores].map(([rule, { truths, found: hits, false: wrong, quiet }]) => [
  rule,
  String(truths),
  percent(hits, hits + wrong),
  percent(hits, truths),
  String(quiet),
  String(wrong),
]);
const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => row[i]?.length ?? 0)));
for (const row of [columns, ...rows])
  console.log(
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
const total = (pick: (score: Score) => number): number =>
  [...scores.values()].reduce((sum, one) => sum + pick(one), 0);
const [hits, wrong, truths] = [total((s) => s.found), total((s) => s.false), total((s) => s.truths)];
console.log(
  `\n${truths} true cases: precision ${percent(hits, hits + wrong)}, recall ${percent(hits, truths)}.`,
);
console.log(
  `${seen.length} findings in ${apps.length} applications from PyPI, ${labels.filter((one) => !one.true).length} of them false.`,
);
for (const one of changed) console.error(`changed: ${one}`);
process.exit(changed.length === 0 ? 0 : 1);
