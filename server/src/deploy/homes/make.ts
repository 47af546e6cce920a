// Makefiles and justfiles: the recipes whose names say that they serve, and any recipe that something calls by name.
// Owns their variables and prefixes; knows nothing of what is started.

import { basename, dirname } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import type { Value } from '../setting.ts';
import { type Invocation, invocations } from '../shell/invocations.ts';
import { PlacedBuilder, replaced } from '../shell/placed.ts';
import type { Placed, Variables } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { isSupporting, shellIn } from './folders.ts';
import { lines } from './lines.ts';
import { serves } from './script.ts';

export const makefile: CommandDialect = {
  common: true,
  holdsCommands: (name, path) => isTaskFile(name) && !isSupporting(path),
  commands: (reading, source) => recipes(reading, source).filter(({ task = '' }) => serves(task)),
};

export function isTaskFile(name: string): boolean {
  return /^(GNUmakefile|[Mm]akefile|\.?[Jj]ustfile)$|\.(mk|just)$/.test(name);
}

/** Every recipe's commands, with the recipe as their task. */
export function recipes(reading: Reading, source: Source): Invocation[] {
  const isJust = /just(file)?$/i.test(basename(source.path));
  const constants = new Map<string, Value>();
  const found: Invocation[] = [];
  for (const { target, builder } of targets(source, isJust, constants)) {
    const variables: Variables = new Map();
    const text = isJust
      ? braces(builder.build(), constants, variables)
      : dollars(builder.build(), constants, variables);
    const shell = shellIn(reading, dirname(source.path), undefined, variables);
    for (const one of invocations(text, shell)) found.push({ ...one, task: target });
  }
  return found;
}

interface Target {
  readonly target: string;
  readonly builder: PlacedBuilder;
}

function targets(source: Source, isJust: boolean, constants: Map<string, Value>): readonly Target[] {
  const found: Target[] = [];
  let open: Target | undefined;
  let goesOn = false;
  for (const { start, end } of lines(source.text)) {
    const text = source.text.slice(start, end);
    const recipe = isJust ? /^[ \t]+\S/.test(text) : text.startsWith('\t');
    if (open !== undefined && (recipe || goesOn)) {
      const prefix = goesOn ? 0 : (/^[ \t]*[@+-]*[ \t]*/.exec(text)?.[0].length ?? 0);
      open.builder.copy(start + prefix, end).put('\n', end, end);
      goesOn = text.endsWith('\\');
      continue;
    }
    goesOn = false;
    if (/^\s*(#|$)/.test(text)) continue;
    const constant = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*(?:\?|::?)?=\s*(.*?)\s*$/.exec(text);
    if (constant?.[1] !== undefined) {
      constants.set(constant[1], constantOf(constant[1], constant[2] ?? '', text, source, start, end));
      continue;
    }
    const header = (isJust ? /^@?([\w-]+)(?:\s+[^:]*)?:(?!=)/ : /^([\w.-]+)(?:\s+[^:=]*)?:(?!=)/).exec(
      text,
    )?.[1];
    open = header === undefined ? undefined : { target: header, builder: new PlacedBuilder(source) };
    if (open !== undefined) found.push(open);
  }
  return found;
}

/** `?=` may be set from outside: its value is a hint. */
function constantOf(
  name: string,
  text: string,
  line: string,
  source: Source,
  start: number,
  end: number,
): Value {
  const at = source.at(start, end);
  const value = text.replace(/\s+#.*$/, '').replace(/^(["'])(.*)\1$/, '$2');
  const isPlain = !/[$({]/.test(value);
  if (isPlain && !/\?=/.test(line)) return { text: value, at };
  return { text: isPlain ? value : '', at, unknown: { why: `depends on ${name}`, hinted: isPlain } };
}

/** `$(NAME)`, `${NAME}` and `$$`; anything else of make's is unknown. */
function dollars(placed: Placed, constants: ReadonlyMap<string, Value>, variables: Variables): Placed {
  return replaced(
    placed,
    /\$\$|\$\(([A-Za-z_]\w*)\)|\$\{([A-Za-z_]\w*)\}|\$\([^)\n]*\)|\$[@<^*?]/g,
    (match) => (match[0] === '$$' ? '$' : pieceOf(placed, match, match[1] ?? match[2], constants)),
    variables,
  );
}

function braces(placed: Placed, constants: ReadonlyMap<string, Value>, variables: Variables): Placed {
  return replaced(
    placed,
    /\{\{\s*([A-Za-z_][\w-]*)?[^}\n]*\}\}/g,
    (match) => pieceOf(placed, match, match[1], constants),
    variables,
  );
}

function pieceOf(
  placed: Placed,
  { 0: whole, index }: RegExpExecArray,
  name: string | undefined,
  constants: ReadonlyMap<string, Value>,
): string | Value {
  const constant = name === undefined ? undefined : constants.get(name);
  if (constant !== undefined && constant.unknown === undefined) return constant.text;
  const at = placed.at(index, index + whole.length);
  return constant ?? { text: '', at, unknown: { why: `depends on ${name ?? whole}`, hinted: false } };
}
