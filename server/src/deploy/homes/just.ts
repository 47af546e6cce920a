// justfiles: the recipes whose names say that they serve, and any recipe that something calls by name.
// Owns just's variables, parameters and settings; knows nothing of what is started.

import { dirname } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import type { Value } from '../setting.ts';
import { type Invocation, invocations } from '../shell/invocations.ts';
import { PlacedBuilder, replaced } from '../shell/placed.ts';
import type { Variables } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { environmentFile } from './env-file.ts';
import { isSupporting, shellIn } from './folders.ts';
import { lines } from './lines.ts';
import { serves } from './script.ts';

export const justfile: CommandDialect = {
  common: true,
  holdsCommands: (name, path) => /^\.?[Jj]ustfile$|\.just$/.test(name) && !isSupporting(path),
  commands: (reading, source) => justRecipes(reading, source).filter(({ task = '' }) => serves(task)),
};

/** Every recipe's commands, with the recipe as their task. */
export function justRecipes(reading: Reading, source: Source): Invocation[] {
  const folder = dirname(source.path);
  const isLoading = /^\s*set\s+dotenv-(?:load|filename)\b(?!\s*:=\s*false)/m.test(source.text);
  const outer = new Map(isLoading ? environmentFile(reading, `${folder}/.env`) : []);
  const { constants, recipes } = takeApart(source);
  for (const [name, { value, exported }] of constants) if (exported) outer.set(name, value);
  return recipes.flatMap(({ name, parameters, builder }) => {
    const variables: Variables = new Map(outer);
    const placed = builder.build();
    const text = replaced(
      placed,
      /\{\{\s*([A-Za-z_][\w-]*)?[^}\n]*\}\}/g,
      ({ 0: whole, 1: named = '', index }) => {
        const value = parameters.get(named) ?? constants.get(named)?.value;
        if (value !== undefined && value.unknown === undefined) return value.text;
        const at = value?.at ?? placed.at(index, index + whole.length);
        const unknown = value?.unknown ?? { why: `depends on ${named || whole}`, hinted: false };
        return { text: value?.text ?? '', at, unknown, splits: true };
      },
      variables,
    );
    const found = invocations(text, shellIn(reading, folder, undefined, variables));
    return found.map((one) => ({ ...one, task: name }));
  });
}

interface Constant {
  readonly value: Value;
  readonly exported: boolean;
}

interface Recipe {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, Value>;
  readonly builder: PlacedBuilder;
}

function takeApart(source: Source): {
  readonly constants: ReadonlyMap<string, Constant>;
  readonly recipes: readonly Recipe[];
} {
  const constants = new Map<string, Constant>();
  const recipes: Recipe[] = [];
  let open: Recipe | undefined;
  for (const { start, end } of lines(source.text)) {
    const text = source.text.slice(start, end);
    if (open !== undefined && /^[ \t]+\S/.test(text)) {
      const prefix = /^[ \t]*[@-]*[ \t]*/.exec(text)?.[0].length ?? 0;
      open.builder.copy(start + prefix, end).put('\n', end, end);
      continue;
    }
    if (/^\s*(#|$)/.test(text)) continue;
    const [, exported, name, value] = /^(export\s+)?([A-Za-z_][\w-]*)\s*:=\s*(.*?)\s*$/.exec(text) ?? [];
    if (name !== undefined && value !== undefined) {
      const one = constantOf(name, value, source.at(start, end));
      constants.set(name, { value: one, exported: exported !== undefined });
      continue;
    }
    const header = /^@?([A-Za-z_][\w-]*)((?:\s+[^:]*)?):(?!=)/.exec(text);
    open = undefined;
    if (header?.[1] === undefined) continue;
    const parameters = parametersOf(header[2] ?? '', source.at(start, end));
    open = { name: header[1], parameters, builder: new PlacedBuilder(source) };
    recipes.push(open);
  }
  return { constants, recipes };
}

/** A text in quotes, or what the environment may change: `env("NAME", "default")`. */
function constantOf(name: string, raw: string, at: Value['at']): Value {
  const text = /^(?:"([^"\\]*)"|'([^']*)')$/.exec(raw.replace(/\s+#.*$/, ''));
  if (text !== null) return { text: text[1] ?? text[2] ?? '', at };
  const given = /^env(?:_var_or_default)?\(\s*["'](\w+)["']\s*,\s*(?:"([^"\\]*)"|'([^']*)')\s*\)$/.exec(raw);
  const why = `depends on ${given === null ? name : `$${given[1]}`}`;
  return { text: given?.[2] ?? given?.[3] ?? '', at, unknown: { why, hinted: given !== null } };
}

/** What a caller may give: its default is a hint. Of `*args` nobody says that there are any. */
function parametersOf(text: string, at: Value['at']): ReadonlyMap<string, Value> {
  const found = new Map<string, Value>();
  for (const match of text.matchAll(
    /([*+$]*)([A-Za-z_][\w-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?/g,
  )) {
    const [, sign = '', name = '', double, single, plain] = match;
    const given = double ?? single ?? plain;
    const unknown = { why: `depends on the parameter ${name}`, hinted: given !== undefined };
    const isNone = sign.startsWith('*') && given === undefined;
    found.set(name, isNone ? { text: '', at } : { text: given ?? '', at, unknown });
  }
  return found;
}
