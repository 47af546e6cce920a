// uWSGI's configuration logic: which lines inside `for …`/`if-…` and their end count, and with what for `%(_)`.
// Answers yes, no or "only the serving machine knows", never a guess. Keeps no state.

import { isWithin } from '../../base/path.ts';
import type { Value } from '../setting.ts';
import type { Reading } from '../source.ts';

export interface Logic {
  /** `if-env`, `for`, … */
  readonly name: string;
  readonly argument: Value;
}

export type Verdict =
  /** Once for each text, which replaces `%(_)`. */
  | { readonly kind: 'yes'; readonly items: readonly string[] }
  | { readonly kind: 'no' }
  | { readonly kind: 'maybe'; readonly why: string };

export interface ConditionWorld {
  readonly reading: Reading;
  readonly cwd: string;
  /** Environment variables the command sets itself. */
  readonly env: ReadonlyMap<string, Value>;
  /** The first option of that name so far; null for a bare one. */
  option(name: string): { readonly value: Value; readonly doubt?: string } | undefined;
}

const names = new Set(
  (
    'for for-glob for-times for-readline if-opt if-not-opt if-env if-not-env ifenv if-reload if-not-reload ' +
    'if-hostname if-not-hostname if-hostname-match if-not-hostname-match if-exists if-not-exists ifexists ' +
    'if-plugin if-not-plugin ifplugin if-file if-not-file if-dir if-not-dir ifdir if-directory'
  ).split(' '),
);

export function isLogic(key: string): boolean {
  return names.has(key);
}

export function endsLogic(key: string): boolean {
  return key === 'end' || key === 'endfor' || key === 'endif' || key === 'end-if' || key === 'end-for';
}

export function judge({ name, argument }: Logic, world: ConditionWorld): Verdict {
  const { text, unknown } = argument;
  if (unknown !== undefined) return { kind: 'maybe', why: unknown.why };
  switch (name) {
    case 'for':
      return yes(text.split(' ').filter(Boolean));
    case 'for-times':
      return yes(numbersTo(Number.parseInt(text, 10) || 0));
    case 'for-glob':
    case 'for-readline':
      return { kind: 'maybe', why: `depends on the files ${text} on the serving machine` };
    case 'if-reload':
      return { kind: 'no' };
    case 'if-not-reload':
      return yes(['%(_)']);
    case 'if-opt':
    case 'if-not-opt':
      return option(text, name === 'if-not-opt', world);
    case 'if-env':
    case 'ifenv':
    case 'if-not-env':
      return environment(text, name === 'if-not-env', world);
    case 'if-hostname':
    case 'if-not-hostname':
    case 'if-hostname-match':
    case 'if-not-hostname-match':
      return { kind: 'maybe', why: 'depends on the host name' };
    case 'if-plugin':
    case 'if-not-plugin':
    case 'ifplugin':
      return { kind: 'maybe', why: `depends on whether uWSGI has the plugin ${text}` };
    default:
      return file(name, text, world);
  }
}

function yes(items: readonly string[]): Verdict {
  return { kind: 'yes', items };
}

function numbersTo(count: number): string[] {
  return Array.from({ length: Math.max(0, Math.min(count, 1000)) }, (_, index) => `${index + 1}`);
}

function option(text: string, negated: boolean, world: ConditionWorld): Verdict {
  const [name = '', wanted] = split(text);
  const found = world.option(name);
  const doubt = found?.doubt ?? found?.value.unknown?.why;
  if (found !== undefined && doubt !== undefined) return { kind: 'maybe', why: doubt };
  return decide(found?.value.text, wanted, negated);
}

function environment(text: string, negated: boolean, world: ConditionWorld): Verdict {
  const [name = '', wanted] = split(text);
  const found = world.env.get(name);
  if (found === undefined) return { kind: 'maybe', why: `depends on the environment variable ${name}` };
  if (found.unknown !== undefined) return { kind: 'maybe', why: found.unknown.why };
  return decide(found.text, wanted, negated);
}

function decide(found: string | undefined, wanted: string | undefined, negated: boolean): Verdict {
  const holds = found !== undefined && (wanted === undefined || found === wanted);
  if (holds === negated) return { kind: 'no' };
  return yes([found ?? '%(_)']);
}

/** What is in the project is there when it is served; what is not may still be. */
function file(name: string, text: string, world: ConditionWorld): Verdict {
  const path = world.reading.resolve(world.cwd, text);
  const kind = world.reading.kind(path);
  const wanted = name.includes('dir') ? 'directory' : name.endsWith('file') ? 'file' : undefined;
  const there = wanted === undefined ? kind !== 'absent' : kind === wanted;
  if (!there || !isWithin(world.reading.root, path))
    return { kind: 'maybe', why: `depends on whether ${text} exists on the serving machine` };
  return name.includes('not') ? { kind: 'no' } : yes([text]);
}

function split(text: string): readonly [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
