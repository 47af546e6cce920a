// Compares what a suite expects with what an analysis found, applies fixes and compares again.
// Returns complaints in words; an empty list is a test that passes. The analysis comes in as a function.

import { applyEdits } from '../../../server/src/base/edit.ts';
import type { Location } from '../../../server/src/base/range.ts';
import type { Problem } from '../../../server/src/deploy/model.ts';
import type { Fix } from '../../../server/src/fixes/fix.ts';
import type { Finding } from '../../../server/src/rules/finding.ts';
import type { Annotated, Assertion, Expected, Placed } from './assertions.ts';
import type { SuiteTest } from './parse.ts';

/** The part of an analysis' result that a suite speaks of. */
export interface Outcome {
  readonly deployments: readonly unknown[];
  readonly problems: readonly Problem[];
  readonly findings: readonly Finding[];
  readonly inputs: ReadonlySet<string>;
}

/** Files by absolute path. */
export type Analyse = (files: ReadonlyMap<string, string>, off: readonly string[]) => Promise<Outcome>;

export const root = '/project';

export async function judge(
  test: SuiteTest,
  rules: ReadonlySet<string>,
  analyse: Analyse,
): Promise<readonly string[]> {
  const mistakes = [...test.mistakes, ...unknownRules(test, rules)];
  if (mistakes.length > 0) return mistakes;
  const before = await analyse(texts(test.files), test.settings.off);
  const complaints = [...compare(test.files, before)];
  for (const [title, after] of test.after) {
    complaints.push(
      ...(await judgeFix(test, title, after, before, analyse)).map((each) => `after "${title}": ${each}`),
    );
  }
  return complaints;
}

function unknownRules(test: SuiteTest, rules: ReadonlySet<string>): readonly string[] {
  const after = [...test.after.values()].flatMap((files) => [...files.values()]);
  const named = [...test.files.values(), ...after].flatMap(({ assertions }) =>
    assertions.flatMap((each) => ('rules' in each ? each.rules : 'rule' in each ? [each.rule] : [])),
  );
  return [...named, ...test.settings.off]
    .filter((id) => !rules.has(id))
    .map((id) => `there is no rule ${id}`);
}

/** What was expected and not found, then what was found and not expected. */
export function compare(files: ReadonlyMap<string, Annotated>, outcome: Outcome): readonly string[] {
  const complaints: string[] = [];
  const findings = new Set(outcome.findings);
  const problems = new Set(outcome.problems);
  if (outcome.deployments.length === 0) complaints.push('no deployment was found, so nothing could be');
  for (const [name, { assertions }] of files) {
    const path = `${root}/${name}`;
    for (const each of assertions) {
      const place = `${name}:${each.line + 1}`;
      if ('rules' in each) {
        const loud = outcome.findings.filter(
          (found) => each.rules.includes(found.rule) && on(found.at, path, each.line),
        );
        for (const found of loud)
          complaints.push(`${place}: not quiet because ${each.because}: ${describe(found)}`);
        if (each.kind === 'quiet' && !outcome.inputs.has(path))
          complaints.push(`${place}: quiet, but never read`);
      } else if (each.kind === 'problem') {
        const found = [...problems].find(
          (problem) => on(problem.at, path, each.line) && problem.message.includes(each.text),
        );
        if (found === undefined) complaints.push(`${place}: no problem "${each.text}"`);
        else problems.delete(found);
      } else {
        const found = [...findings].find(
          (one) => on(one.at, path, each.line) && differences(each, one).length === 0,
        );
        if (found === undefined) complaints.push(`${place}: ${missing(each, path, outcome)}`);
        else findings.delete(found);
      }
    }
  }
  for (const found of findings) complaints.push(`not expected: ${describe(found)}`);
  for (const found of problems)
    complaints.push(`not expected: problem at ${where(found.at)}: ${found.message}`);
  return complaints;
}

function missing(expected: Placed<Expected>, path: string, outcome: Outcome): string {
  const near = outcome.findings.find((one) => one.rule === expected.rule && on(one.at, path, expected.line));
  const what = `no ${expected.kind} [${expected.rule}]${expected.text === undefined ? '' : ` "${expected.text}"`}`;
  return near === undefined ? what : `${what}, but one with ${differences(expected, near).join('; ')}`;
}

function differences(expected: Expected, found: Finding): readonly string[] {
  const result: string[] = [];
  const { start, end } = found.at.range;
  if (expected.rule !== found.rule) result.push(`rule ${found.rule}`);
  if (expected.kind !== found.severity) result.push(`severity ${found.severity}`);
  if (expected.text !== undefined && !found.message.includes(expected.text))
    result.push(`message "${found.message}"`);
  if (expected.columns !== undefined) {
    const [from, to] = expected.columns;
    const ends = start.line === end.line ? end.column : Number.POSITIVE_INFINITY;
    if (from !== start.column || to !== ends) {
      result.push(`columns ${start.column} to ${ends}`);
    }
  }
  const way = found.trace.map((frame) => frame.text);
  let at = 0;
  for (const text of expected.trace) {
    const next = way.findIndex((frame, index) => index >= at && frame.includes(text));
    if (next < 0) result.push(`the trace "${way.join('" > "')}"`);
    at = next + 1;
  }
  for (const text of expected.related) {
    const places = found.related.map((related) => `${where(related.at)} ${related.text}`);
    if (!places.some((related) => related.includes(text)))
      result.push(`the related places "${places.join('", "')}"`);
  }
  return result;
}

/** Every fix that is offered for the files of a test, applied on its own: that it parses is asked elsewhere, here it must help. */
export async function judgeOffers(
  test: SuiteTest,
  analyse: Analyse,
): Promise<{ readonly complaints: readonly string[]; readonly fixed: readonly Fixed[] }> {
  const before = await analyse(texts(test.files), test.settings.off);
  const complaints: string[] = [];
  const all: Fixed[] = [];
  for (const finding of before.findings) {
    for (const fix of finding.fixes) {
      const fixed = applied(fix, texts(test.files));
      const then = await analyse(fixed, test.settings.off);
      complaints.push(...helped(finding, fix, before, then).map((each) => `"${fix.title}": ${each}`));
      for (const path of new Set(fix.edits.map((edit) => edit.path))) {
        all.push({ name: `${test.name}: "${fix.title}": ${path}`, path, text: fixed.get(path) ?? '' });
      }
    }
  }
  return { complaints, fixed: all };
}

export interface Fixed {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

async function judgeFix(
  test: SuiteTest,
  title: string,
  after: ReadonlyMap<string, Annotated>,
  before: Outcome,
  analyse: Analyse,
): Promise<readonly string[]> {
  const offers = before.findings.flatMap((finding) => finding.fixes.map((fix) => ({ finding, fix })));
  const offer = offers.find(({ fix }) => fix.title.startsWith(title));
  if (offer === undefined)
    return [`there is no such fix, only "${offers.map(({ fix }) => fix.title).join('", "')}"`];
  const { finding, fix } = offer;
  const fixed = applied(fix, texts(test.files));
  const complaints: string[] = [];
  for (const path of new Set(fix.edits.map((edit) => edit.path))) {
    const name = path.slice(root.length + 1);
    const wanted = after.get(name)?.text;
    const text = fixed.get(path);
    if (wanted === undefined) complaints.push(`${name} is changed, but has no block`);
    else if (wanted !== text) complaints.push(`${name} differs. Wanted:\n${wanted}\nGot:\n${text}`);
  }
  for (const name of after.keys()) {
    if (!fix.edits.some((edit) => edit.path === `${root}/${name}`)) complaints.push(`${name} is not changed`);
  }
  const then = await analyse(fixed, test.settings.off);
  complaints.push(...helped(finding, fix, before, then));
  const asserted = new Map([...after].filter(([, file]) => file.assertions.length > 0));
  if (asserted.size > 0) {
    const shown = then.findings.filter((one) => asserted.has(one.at.path.slice(root.length + 1)));
    complaints.push(...compare(asserted, { ...then, findings: shown }));
  }
  return complaints;
}

function applied(fix: Fix, files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const result = new Map(files);
  for (const path of new Set(fix.edits.map((edit) => edit.path))) {
    const edits = fix.edits.filter((edit) => edit.path === path);
    result.set(path, applyEdits(files.get(path) ?? '', edits));
  }
  return result;
}

/**
 * A fix removes its finding and brings no new error or warning, nor a problem with the configuration. One that is not
 * safe may: an option that takes effect at last can show what was wrong all along.
 */
function helped(finding: Finding, fix: Fix, before: Outcome, then: Outcome): readonly string[] {
  const complaints: string[] = [];
  const count = (outcome: Outcome): number =>
    outcome.findings.filter((one) => one.rule === finding.rule).length;
  if (count(then) >= count(before)) complaints.push(`the finding is still there: ${describe(finding)}`);
  const known = new Set(before.findings.map(identity));
  for (const one of then.findings) {
    const advice = one.severity === 'information' || one.severity === 'hint';
    if (fix.safe && !advice && one.rule !== finding.rule && !known.has(identity(one)))
      complaints.push(`it makes a new finding: ${describe(one)}`);
  }
  if (then.problems.length > before.problems.length)
    complaints.push('it makes a problem in the configuration');
  return complaints;
}

/** A finding without its place, which an edit moves. */
function identity(finding: Finding): string {
  return `${finding.rule} ${finding.at.path} ${finding.message}`;
}

function texts(files: ReadonlyMap<string, Annotated>): ReadonlyMap<string, string> {
  return new Map([...files].map(([name, { text }]) => [`${root}/${name}`, text]));
}

function on(at: Location, path: string, line: Assertion['line']): boolean {
  return at.path === path && at.range.start.line === line;
}

function where({ path, range }: Location): string {
  return `${path.slice(root.length + 1)}:${range.start.line + 1}`;
}

function describe(finding: Finding): string {
  return `${finding.severity} [${finding.rule}] at ${where(finding.at)}: ${finding.message}`;
}
