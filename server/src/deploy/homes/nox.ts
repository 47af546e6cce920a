// noxfile.py: the programs that its sessions run, where a session's name says that it serves.
// Owns `session.run` and its like; the file is evaluated, never run. Knows nothing of what is started.

import { dirname } from '../../base/path.ts';
import { type Location, rangeOf } from '../../base/range.ts';
import type { Expr, Python } from '../../syntax/index.ts';
import type { CommandDialect } from '../dialect.ts';
import { callFunctions, type Decorated } from '../python/evaluate.ts';
import { isKind, itemsOf, likelyValue, type PyValue, type Result, text } from '../python/values.ts';
import type { Value } from '../setting.ts';
import { type Invocation, invocationsOf } from '../shell/invocations.ts';
import type { Word } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { isSupporting, shellIn } from './folders.ts';
import { serves } from './script.ts';

export const noxfile: CommandDialect = {
  common: true,
  holdsCommands: (name, path) => name === 'noxfile.py' && !isSupporting(path),
  commands: sessions,
};

const session: PyValue = { kind: 'library', name: 'nox.session()' };

function sessions(reading: Reading, source: Source, python: Python): Invocation[] {
  const folder = dirname(source.path);
  const found: Invocation[] = [];
  let cwd = folder;
  let task: string | undefined;
  callFunctions(
    source.text,
    {
      python,
      env: new Map(),
      cwd: folder,
      path: source.path,
      module: () => undefined,
      onCall(name, call, evaluate) {
        const words = call.args.flatMap(({ name: own, value }) =>
          own === undefined || own === '*' ? wordsOf(value, own === '*', evaluate, source.path) : [],
        );
        if (task === undefined) return;
        if (/^nox\.session\(\)\.(chdir|cd)$/.test(name) && words[0]?.unknown === undefined)
          cwd = shellIn(reading, cwd, words[0]?.text).cwd;
        if (!/^nox\.session\(\)\.(run|run_always)$/.test(name)) return;
        const given = call.args.find((arg) => arg.name === 'env')?.value;
        const env =
          given === undefined ? new Map<string, Value>() : environmentOf(given, evaluate, source.path);
        const at = { path: source.path, range: rangeOf(call.at) };
        const own = task;
        for (const one of invocationsOf(words, at, shellIn(reading, cwd, undefined, env)))
          found.push({ ...one, task: own });
      },
    },
    (decorated) => {
      task = sessionName(decorated);
      cwd = folder;
      return task === undefined ? undefined : session;
    },
  );
  return found;
}

/** Its own, or the one its decorator gives it; undefined for what is no session or does not serve. */
function sessionName({ fn, decorators }: Decorated): string | undefined {
  for (const decorator of decorators) {
    const called = decorator.k === 'call' ? decorator.fn : decorator;
    const isSession =
      (called.k === 'attr' && called.name === 'session') || (called.k === 'name' && called.id === 'session');
    if (!isSession) continue;
    const named =
      decorator.k === 'call' ? decorator.args.find((arg) => arg.name === 'name')?.value : undefined;
    const name = named?.k === 'const' && typeof named.value === 'string' ? named.value : fn.name;
    return serves(name) ? name : undefined;
  }
  return undefined;
}

type Evaluate = (expr: Expr) => Result;

function wordsOf(expr: Expr, unpacked: boolean, evaluate: Evaluate, path: string): Word[] {
  const result = evaluate(expr);
  const range = rangeOf(expr.at);
  const at: Location = { path, range };
  const end: Location = { path, range: { start: range.end, end: range.end } };
  const word = (value: PyValue | undefined): Word => {
    const own = value === undefined ? undefined : text(value);
    const unknown = result.known && own !== undefined ? undefined : doubtOf(result, own);
    return {
      text: own ?? '',
      at,
      splits: unpacked && own === undefined,
      after: { kind: 'list', at: end, around: [', "', '"'] },
      ...(unknown === undefined ? {} : { unknown }),
    };
  };
  const value = likelyValue(result);
  // Nobody says that it is given more.
  if (unpacked && value !== undefined && isKind(value, 'library') && value.name.endsWith('.posargs'))
    return [];
  const items = unpacked ? itemsOf(value) : undefined;
  return items === undefined ? [word(unpacked ? undefined : value)] : items.map(word);
}

function doubtOf(result: Result, own: string | undefined): NonNullable<Value['unknown']> {
  return {
    why: result.known ? 'depends on what the session computes' : result.why,
    hinted: own !== undefined,
  };
}

function environmentOf(expr: Expr, evaluate: Evaluate, path: string): Map<string, Value> {
  const env = new Map<string, Value>();
  for (const [key, value] of expr.k === 'dict' ? expr.entries : []) {
    const name = key === null ? undefined : likelyValue(evaluate(key));
    const [word] = wordsOf(value, false, evaluate, path);
    if (typeof name === 'string' && word !== undefined) env.set(name, word);
  }
  return env;
}
