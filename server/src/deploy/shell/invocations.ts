// Which programs a piece of shell starts, with the folder and environment each is started with.
// Sees through wrappers, follows assignments, `cd`, `set --`, and conditions whose answer is known. Knows no server.

import { basename, resolvePath } from '../../base/path.ts';
import { contains, type Location } from '../../base/range.ts';
import type { OptionHome } from '../model.ts';
import type { Value } from '../setting.ts';
import type { Mount } from '../source.ts';
import { Flow } from './flow.ts';
import { commands, type Placed, type ShellCommand, type Variables, type Word } from './words.ts';
import { setVariable, shellScript, unwrap } from './wrappers.ts';

/** A program that is started, with what it is given. */
export interface Invocation {
  /** Base name, or the module of `python -m`. */
  readonly program: string;
  /** The word that names it. */
  readonly command: Word;
  readonly args: readonly Word[];
  /** What the text itself sets; anything else comes from outside. */
  readonly env: ReadonlyMap<string, Value>;
  /** Folder it is started in. */
  readonly cwd: string;
  readonly at: Location;
  /** Where another argument goes. */
  readonly home: OptionHome;
  /** Folders that may be meant where the app is not in `cwd`: what is missing there is not said to be missing. */
  readonly elsewhere?: readonly string[];
  /** What absolute paths are here, where it is started in a container. */
  readonly mounts?: readonly Mount[];
  /** Python's version where it is started. */
  readonly python?: Value;
  /** What starts it, where that stands in another place. */
  readonly via?: Location;
  /** The task of a task file that it is part of. */
  readonly task?: string;
}

/** What a piece of shell is started with. */
export interface Shell {
  readonly cwd: string;
  readonly env?: ReadonlyMap<string, Value>;
  /** `$0` and `$1`…, where they are known. */
  readonly script?: string;
  readonly args?: readonly Word[];
  /** The folder here that a path speaks of. */
  resolve?(from: string, path: string): string;
}

const nesting = 4;

export function invocations(
  placed: Placed,
  shell: Shell,
  from = 0,
  to = placed.text.length,
  depth = 0,
): Invocation[] {
  const found: Invocation[] = [];
  const variables: Variables = new Map(shell.env);
  if (shell.script !== undefined) variables.set('0', { text: shell.script, at: placed.at(from, from) });
  const positional = { words: shell.args };
  const flow = new Flow();
  let cwd = shell.cwd;
  for (const command of commands(placed, variables, from, to, positional)) {
    const live = flow.next(command);
    if (live === undefined || live.length + command.assignments.length === 0) continue;
    const { assignments, words } = assigned(command, live);
    const own = new Map(variables);
    for (const { name, value } of assignments) own.set(name, value);
    const [first, second] = words;
    if (first === undefined)
      for (const { name, value } of assignments) variables.set(name, flow.doubted(value));
    else if (first.text === 'cd' && second !== undefined) {
      if (second.unknown === undefined) cwd = (shell.resolve ?? resolvePath)(cwd, second.text);
    } else if (/^(export|declare|typeset|readonly|local)$/.test(first.text))
      for (const word of words.slice(1)) setVariable(variables, flow.doubted(word));
    else if (first.text === 'set' && second?.text === '--') positional.words = words.slice(2);
    else if (first.text === 'shift')
      positional.words = positional.words?.slice(Number(second?.text ?? 1) || 1);
    else {
      const inside = { ...shell, cwd, env: own };
      const edge = placed.inexact === true ? 'nowhere' : 'command';
      found.push(...started(words, command, edge, inside, placed, depth));
    }
  }
  return found;
}

/** Behind a keyword, assignments were read as words. */
function assigned(
  { assignments, words }: ShellCommand,
  live: readonly Word[],
): Pick<ShellCommand, 'assignments' | 'words'> {
  if (live.length === words.length) return { assignments, words: live };
  const end = live.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word.text));
  const count = end < 0 ? live.length : end;
  const found = live.slice(0, count).map((word) => {
    const equals = word.text.indexOf('=');
    return { name: word.text.slice(0, equals), value: { ...word, text: word.text.slice(equals + 1) } };
  });
  return { assignments: [...assignments, ...found], words: live.slice(count) };
}

/** The same for a command that is a list of words already, as in `CMD ["gunicorn", "app:app"]`. */
export function invocationsOf(words: readonly Word[], at: Location, shell: Shell): Invocation[] {
  return started(words, { at }, 'nowhere', { ...shell, env: new Map(shell.env) }, undefined, 0);
}

type Inside = Shell & { readonly env: Map<string, Value> };

function started(
  all: readonly Word[],
  { at }: { readonly at: Location },
  edge: OptionHome['kind'],
  shell: Inside,
  placed: Placed | undefined,
  depth: number,
): Invocation[] {
  const words = unwrap(all, shell.env);
  const script = shellScript(words);
  if (script !== undefined && depth < nesting) {
    const { text, plainAt: start, inner } = script;
    const args = words.slice(words.indexOf(script) + 2);
    const next = { ...shell, args };
    if (inner !== undefined) return invocations(inner, next, 0, inner.text.length, depth + 1);
    if (start !== undefined && placed !== undefined)
      return invocations(placed, next, start, start + text.length, depth + 1);
    const whole: Placed = { text, at: () => script.at, inexact: true };
    return invocations(whole, next, 0, text.length, depth + 1);
  }
  const [command, ...args] = words;
  if (command === undefined) return [];
  const place = isForeign(command, at) ? span(words) : at;
  const end = { path: place.path, range: { start: place.range.end, end: place.range.end } };
  const home = words.at(-1)?.after ?? { kind: edge, at: end };
  const { cwd, env } = shell;
  return [{ program: basename(command.text), command, args, env, cwd, at: place, home }];
}

/** Whether the program was handed in from elsewhere, as by `"$@"`. */
function isForeign({ at }: Word, command: Location): boolean {
  return at.path !== command.path || !contains(command.range, at.range.start);
}

function span(words: readonly Word[]): Location {
  const first = words[0]?.at as Location;
  const last = words.findLast((word) => word.at.path === first.path)?.at ?? first;
  return { path: first.path, range: { start: first.range.start, end: last.range.end } };
}
