// Makefiles: the recipes whose names say that they serve, and any recipe that something calls by name.
// Owns make's variables, conditions and includes; knows nothing of what is started.

import { dirname, resolvePath } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import type { Value } from '../setting.ts';
import { type Invocation, invocations } from '../shell/invocations.ts';
import { PlacedBuilder, replaced } from '../shell/placed.ts';
import type { Variables } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { isSupporting, settingsFile, shellIn } from './folders.ts';
import { lines } from './lines.ts';
import { serves } from './script.ts';

export const makefile: CommandDialect = {
  common: true,
  holdsCommands: (name, path) =>
    /^(GNUmakefile|[Mm]akefile)$|^[Mm]akefile\.\w+$|\.mk$/.test(name) && !isSupporting(path),
  commands: (reading, source) => makeRecipes(reading, source).filter(({ task = '' }) => serves(task)),
};

/** Every recipe's commands, with the recipe as their task. */
export function makeRecipes(reading: Reading, source: Source): Invocation[] {
  const file = new Makefile(reading);
  file.read(source);
  return file.targets.flatMap(({ names, builder }) => {
    const variables: Variables = new Map();
    const definitions = file.definitionsOf(names);
    for (const [name, definition] of definitions) {
      const value = file.exports(definition) ? expanded(name, definitions) : undefined;
      if (value !== undefined) variables.set(name, value);
    }
    // `$(NAME)`, `${NAME}` and `$$`; anything else of make's is unknown.
    const placed = builder.build();
    const text = replaced(
      placed,
      reference,
      ({ 0: whole, 1: round, 2: curly, index }) => {
        if (whole === '$$') return '$';
        const name = round ?? curly;
        const value = name === undefined ? undefined : expanded(name, definitions);
        if (value !== undefined && value.unknown === undefined) return value.text;
        const at = value?.at ?? placed.at(index, index + whole.length);
        const unknown = value?.unknown ?? { why: `depends on ${whole}`, hinted: false };
        return { text: value?.text ?? '', at, unknown, splits: true };
      },
      variables,
    );
    const found = invocations(text, shellIn(reading, dirname(source.path), undefined, variables));
    return names.flatMap((task) => found.map((one) => ({ ...one, task })));
  });
}

const reference = /\$\$|\$\(([A-Za-z_][\w.-]*)\)|\$\{([A-Za-z_][\w.-]*)\}|\$\([^)\n]*\)|\$[@<^*?]/g;

interface Definition {
  readonly text: string;
  readonly at: Value['at'];
  /** It may be set from outside, or only under a condition. */
  readonly doubtful: boolean;
  readonly exported: boolean;
}

type Definitions = Map<string, Definition>;

interface Target {
  readonly names: readonly string[];
  readonly builder: PlacedBuilder;
}

const includeLimit = 20;
const nestingLimit = 12;
const lengthLimit = 4000;

class Makefile {
  readonly targets: Target[] = [];
  readonly #definitions: Definitions = new Map();
  /** Variables of one target, which may stand in lines before its recipe. */
  readonly #own = new Map<string, Definitions>();
  readonly #reading: Reading;
  readonly #read = new Set<string>();
  #conditions = 0;
  #exportsAll = false;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  definitionsOf(names: readonly string[]): Definitions {
    return new Map([...this.#definitions, ...names.flatMap((name) => [...(this.#own.get(name) ?? [])])]);
  }

  exports({ exported }: Definition): boolean {
    return exported || this.#exportsAll;
  }

  read(source: Source): void {
    this.#read.add(source.path);
    let open: Target | undefined;
    let goesOn = false;
    for (const { start, end } of lines(source.text)) {
      const text = source.text.slice(start, end);
      if (open !== undefined && (goesOn || text.startsWith('\t'))) {
        const prefix = goesOn ? 0 : (/^[ \t]*[@+-]*[ \t]*/.exec(text)?.[0].length ?? 0);
        open.builder.copy(start + prefix, end).put('\n', end, end);
        goesOn = text.endsWith('\\');
        continue;
      }
      goesOn = false;
      const at = (): Value['at'] => source.at(start, end);
      if (/^\s*(#|$)/.test(text) || this.#directive(text, source)) continue;
      if (this.#define(this.#definitions, text, at)) continue;
      const header = /^([\w.%/-]+(?:[ \t]+[\w.%/-]+)*)[ \t]*::?(?!=)/.exec(text);
      open = undefined;
      if (header?.[1] === undefined) continue;
      const names = header[1].split(/\s+/);
      const own: Definitions = new Map();
      if (this.#define(own, text.slice(header[0].length), at)) {
        for (const name of names) this.#own.set(name, new Map([...(this.#own.get(name) ?? []), ...own]));
        continue;
      }
      open = { names, builder: new PlacedBuilder(source) };
      this.targets.push(open);
    }
  }

  /** Conditions, `include`, and `export` of what is set elsewhere. */
  #directive(text: string, source: Source): boolean {
    const word = /^\s*(ifn?eq|ifn?def|else|endif|-?include|sinclude|export)\b\s*([^=]*)$/.exec(text);
    switch (word?.[1]) {
      case undefined:
        return false;
      case 'else':
        return true;
      case 'endif':
        this.#conditions = Math.max(0, this.#conditions - 1);
        return true;
      case 'export': {
        const names = (word[2] ?? '').split(/\s+/).filter(Boolean);
        if (names.length === 0) this.#exportsAll = true;
        for (const name of names) {
          const before = this.#definitions.get(name);
          if (before !== undefined) this.#definitions.set(name, { ...before, exported: true });
        }
        return true;
      }
      case '-include':
      case 'include':
      case 'sinclude':
        for (const name of (word[2] ?? '').split(/\s+/).filter((one) => /^[\w./-]+$/.test(one)))
          this.#include(resolvePath(dirname(source.path), name));
        return true;
      default:
        this.#conditions++;
        return true;
    }
  }

  /** Its variables count here; its recipes are read where they stand. */
  #include(path: string): void {
    if (this.#read.size > includeLimit || this.#read.has(path)) return;
    const source = settingsFile(this.#reading, path);
    if (source === undefined) return;
    const count = this.targets.length;
    this.read(source);
    this.targets.length = count;
  }

  #define(into: Definitions, text: string, at: () => Value['at']): boolean {
    const found = /^\s*((?:export|override)\s+)*([A-Za-z_][\w.-]*)\s*(\?|:{1,3}|\+|!)?=\s*(.*?)\s*$/.exec(
      text,
    );
    const [, prefix, name, operator, raw] = found ?? [];
    if (name === undefined || raw === undefined) return false;
    const own = raw.replace(/\s+#.*$/, '').replace(/^(["'])(.*)\1$/, '$2');
    const before = into.get(name) ?? this.#definitions.get(name);
    if (operator === '?' && before !== undefined) return true;
    const isMore = operator === '+' && before !== undefined;
    const value = isMore ? `${before.text} ${own}` : operator === '!' ? '$(shell)' : own;
    into.set(name, {
      text: value.slice(0, lengthLimit),
      at: at(),
      doubtful: operator === '?' || this.#conditions > 0 || (isMore && before.doubtful),
      exported: /export/.test(prefix ?? '') || before?.exported === true,
    });
    return true;
  }
}

/** With what it refers to put in. */
function expanded(name: string, definitions: ReadonlyMap<string, Definition>, depth = 0): Value | undefined {
  const definition = definitions.get(name);
  if (definition === undefined) return undefined;
  let doubt: Value['unknown'] = definition.doubtful ? { why: `depends on ${name}`, hinted: true } : undefined;
  let length = 0;
  const text = definition.text.replace(reference, (whole, round, curly) => {
    if (whole === '$$') return '$';
    const inner =
      depth < nestingLimit && length < lengthLimit
        ? expanded(round ?? curly ?? '', definitions, depth + 1)
        : undefined;
    if (inner === undefined) doubt = { why: `depends on ${whole}`, hinted: false };
    else if (inner.unknown !== undefined && doubt?.hinted !== false) doubt = inner.unknown;
    length += inner?.text.length ?? 0;
    return inner?.text ?? '';
  });
  const value = { text: text.slice(0, lengthLimit), at: definition.at };
  return doubt === undefined ? value : { ...value, unknown: doubt };
}
