// Which programs a piece of shell starts, with the folder and environment each is started with.
// Sees through wrappers, follows assignments, `cd`, `set --`, `source`, functions, and conditions whose answer is
// known. Knows no server.

import { basename, resolvePath } from '../../base/path.ts';
import { contains, type Location } from '../../base/range.ts';
import type { OptionHome } from '../model.ts';
import type { Value } from '../setting.ts';
import type { Mount } from '../source.ts';
import { Flow } from './flow.ts';
import { commands, keyword, type Placed, type ShellCommand, type Variables, type Word } from './words.ts';
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
  /** The project's scripts that it is started through. */
  readonly scripts?: readonly string[];
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
  /** A script of the project that this one reads its settings from, by `source`. */
  open?(from: string, path: string): Placed | undefined;
}

const nesting = 4;
const functionNesting = 8;
/** So many programs of a script are enough: functions that call each other make more. */
const foundLimit = 2000;

export function invocations(
  placed: Placed,
  shell: Shell,
  from = 0,
  to = placed.text.length,
  depth = 0,
): Invocation[] {
  return new Script(shell, placed.at(from, from), depth).whole(placed, from, to);
}

interface Body {
  readonly placed: Placed;
  readonly from: number;
  readonly to: number;
}

/** A script as it runs: what it has set so far, where it is, and the functions it has. */
class Script {
  readonly #shell: Shell;
  readonly #depth: number;
  readonly #variables: Variables;
  readonly #functions = new Map<string, Body>();
  readonly #called = new Set<string>();
  #found: Invocation[] = [];
  #positional: { words: readonly Word[] | undefined };
  #cwd: string;
  #level = 0;

  constructor(shell: Shell, at: Location, depth: number) {
    this.#shell = shell;
    this.#depth = depth;
    this.#variables = new Map(shell.env);
    if (shell.script !== undefined) this.#variables.set('0', { text: shell.script, at });
    this.#positional = { words: shell.args };
    this.#cwd = shell.cwd;
  }

  whole(placed: Placed, from: number, to: number): Invocation[] {
    const isOpen = this.#positional.words === undefined;
    this.#run(placed, from, to);
    // `"$@"` at the end: any of its functions may be what it is told to run.
    if (isOpen && this.#functions.size > 0 && /^\s*(?:exec\s+)?["']?\$[@*1{A-Za-z]/m.test(placed.text))
      for (const [name, body] of this.#functions) if (!this.#called.has(name)) this.#call(name, body, []);
    return this.#found;
  }

  #run(placed: Placed, from: number, to: number): void {
    const flow = new Flow();
    let open: { readonly name: string; readonly from: number; depth: number } | undefined;
    let named: string | undefined;
    for (const command of commands(placed, this.#variables, from, to, this.#positional)) {
      const [first, second] = command.words;
      if (open !== undefined) {
        const brace = command.words.find(({ text }) => !keyword.test(text))?.text;
        if (brace === '{') open.depth++;
        if (brace === '}' && --open.depth === 0) {
          this.#functions.set(open.name, { placed, from: open.from, to: command.next });
          open = undefined;
        }
        continue;
      }
      // `name() {`
      if (named !== undefined && first === undefined) {
        if (command.ended !== ')' && command.ended !== '\n') named = undefined;
        continue;
      }
      if (named !== undefined && first?.text === '{' && command.assignments.length === 0) {
        open = { name: named, from: command.begin, depth: 1 };
        named = undefined;
        continue;
      }
      named = undefined;
      if (first?.text === 'function' && second !== undefined) {
        if (command.words[2]?.text === '{') open = { name: second.text, from: command.next, depth: 1 };
        else named = second.text;
        continue;
      }
      const live = flow.next(command);
      if (command.ended === '(' && first !== undefined && second === undefined) named = first.text;
      else if (live !== undefined && live.length + command.assignments.length > 0)
        this.#step(placed, command, live, flow);
    }
  }

  #step(placed: Placed, command: ShellCommand, words: readonly Word[], flow: Flow): void {
    const variables = this.#variables;
    const { assignments } = command;
    const own = new Map(variables);
    for (const { name, value } of assignments) own.set(name, value);
    const [first, second] = words;
    if (first === undefined)
      for (const { name, value } of assignments)
        variables.set(name, flow.doubted(value, variables.get(name)?.items));
    else if (first.text === 'cd' && second !== undefined) {
      const resolve = this.#shell.resolve ?? resolvePath;
      if (second.unknown === undefined) this.#cwd = resolve(this.#cwd, second.text);
    } else if (/^(export|declare|typeset|readonly|local)$/.test(first.text))
      for (const word of words.slice(1)) setVariable(variables, flow.doubted(word));
    else if (first.text === 'set' && second?.text === '--') this.#positional.words = words.slice(2);
    else if (first.text === 'shift')
      this.#positional.words = this.#positional.words?.slice(Number(second?.text ?? 1) || 1);
    else {
      const body = this.#functions.get(first.text);
      if (body !== undefined) {
        this.#call(first.text, body, words.slice(1));
        return;
      }
      if (/^(\.|source)$/.test(first.text) && second !== undefined) this.#source(second);
      const inside = { ...this.#shell, cwd: this.#cwd, env: own };
      const edge = placed.inexact === true ? 'nowhere' : 'command';
      this.#found.push(...started(words, command, edge, inside, placed, this.#depth));
    }
  }

  #call(name: string, { placed, from, to }: Body, args: readonly Word[]): void {
    this.#called.add(name);
    this.#inner(args, () => this.#run(placed, from, to));
  }

  /** What it sets counts; what it starts is found by whoever follows the command. */
  #source({ text, unknown }: Word): void {
    const placed = unknown === undefined ? this.#shell.open?.(this.#cwd, text) : undefined;
    if (placed === undefined) return;
    const found = this.#found;
    this.#found = [];
    this.#inner(this.#positional.words, () => this.#run(placed, 0, placed.text.length));
    this.#found = found;
  }

  #inner(args: readonly Word[] | undefined, run: () => void): void {
    if (this.#level >= functionNesting || this.#found.length > foundLimit) return;
    const before = this.#positional.words;
    this.#level++;
    this.#positional.words = args;
    run();
    this.#positional.words = before;
    this.#level--;
  }
}

/** The same for a command that is a list of words already, as in `CMD ["gunicorn", "app:app"]`. */
export function invocationsOf(words: readonly Word[], at: Location, shell: Shell): Invocation[] {
  return started(words, { at }, 'nowhere', { ...shell, env: new Map(shell.env) }, undefined, 0);
}

type Inside = Shell & { readonly env: Map<string, Value> };

function started(
  all: readonly Word[],
  { at }: { readonly at: Location },
  edge: 'command' | 'nowhere',
  shell: Inside,
  placed: Placed | undefined,
  depth: number,
): Invocation[] {
  const words = unwrap(all, shell.env);
  const script = shellScript(words);
  if (script !== undefined && depth < nesting) {
    const { text, plainAt: start, inner } = script;
    const isSu = /^(su|runuser)$/.test(basename(words[0]?.text ?? ''));
    const [zero, ...args] = words.slice(words.indexOf(script) + 1);
    const next = {
      ...shell,
      args,
      ...(zero === undefined || zero.unknown !== undefined || isSu ? {} : { script: zero.text }),
    };
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
