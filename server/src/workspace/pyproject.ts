// `[tool.forksight]` of pyproject.toml: which rules are off or report at another severity, and what is left out.
// What it cannot use it says, at the place. Knows no rule by name; its caller does.

import { parse, TomlError } from 'smol-toml';
import { type Location, range } from '../base/range.ts';
import { type DeploymentChoices, noChoices, readChoices } from './choices.ts';
import { tomlPlaces } from './toml-places.ts';

export interface ProjectSettings {
  readonly rules: Readonly<Record<string, Level>>;
  readonly exclude: readonly string[];
  /** Rules that are off or report at another severity in some files; of those that fit a path the last counts. */
  readonly paths: readonly { readonly pattern: string; readonly rules: Readonly<Record<string, Level>> }[];
  /** File of findings that are not reported again, relative to the root. */
  readonly baseline?: string;
  readonly choices: DeploymentChoices;
  readonly problems: readonly { readonly message: string; readonly at: Location }[];
}

export type Level = 'off' | 'error' | 'warning' | 'information' | 'hint';

export const noProjectSettings: ProjectSettings = {
  rules: {},
  exclude: [],
  paths: [],
  choices: noChoices,
  problems: [],
};

const known: readonly string[] = [
  'rules',
  'exclude',
  'paths',
  'baseline',
  'deployments',
  'ignore-deployments',
];
const levels: readonly string[] = ['off', 'error', 'warning', 'information', 'hint'];

export function readProjectSettings(
  path: string,
  text: string,
  knownRules: ReadonlySet<string>,
): ProjectSettings {
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    if (!text.includes('tool.forksight') || !(error instanceof TomlError)) return noProjectSettings;
    const [why = 'not valid TOML'] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    const at = { path, range: range(error.line - 1, error.column - 1, error.line - 1, error.column) };
    return { ...noProjectSettings, problems: [{ message: `[tool.forksight] is not read: ${why}.`, at }] };
  }
  const table = member(member(document, 'tool'), 'forksight');
  if (!isTable(table)) return noProjectSettings;
  const reader = new Reader(path, text);
  for (const key of Object.keys(table))
    if (!known.includes(key))
      reader.problem(
        key,
        `[tool.forksight] has no "${key}"; it has ${known.slice(0, -1).join(', ')} and ${known.at(-1)}.`,
      );
  return {
    rules: reader.rules(table.rules, knownRules),
    exclude: reader.exclude(table.exclude),
    paths: reader.paths(table.paths, knownRules),
    ...reader.baseline(table.baseline),
    choices: reader.choices(text, table),
    problems: reader.problems,
  };
}

class Reader {
  readonly problems: { readonly message: string; readonly at: Location }[] = [];
  readonly #path: string;
  readonly #lines: readonly string[];

  constructor(path: string, text: string) {
    this.#path = path;
    this.#lines = text.split(/\r\n|\n/);
  }

  paths(value: unknown, known: ReadonlySet<string>): ProjectSettings['paths'] {
    if (value === undefined) return [];
    if (!isTable(value)) {
      this.problem('paths', 'paths is a table of tables: `[tool.forksight.paths."legacy/**"]`.');
      return [];
    }
    return Object.entries(value).map(([pattern, rules]) => ({ pattern, rules: this.rules(rules, known) }));
  }

  baseline(value: unknown): Pick<ProjectSettings, 'baseline'> {
    if (typeof value === 'string' && value !== '') return { baseline: value };
    if (value !== undefined)
      this.problem('baseline', 'baseline is the name of a file, like "forksight-baseline.json".');
    return {};
  }

  rules(value: unknown, known: ReadonlySet<string>): Readonly<Record<string, Level>> {
    if (value === undefined) return {};
    if (!isTable(value)) {
      this.problem('rules', 'rules is a table: one line a rule, `rule-id = "off"`.');
      return {};
    }
    const rules: Record<string, Level> = {};
    for (const [rule, level] of Object.entries(value)) {
      if (!known.has(rule)) this.problem(rule, `There is no rule "${rule}"; \`forksight rules\` lists them.`);
      else if (isLevel(level)) rules[rule] = level;
      else this.problem(rule, `A rule is ${levels.map((one) => `"${one}"`).join(', ')}, nothing else.`);
    }
    return rules;
  }

  exclude(value: unknown): readonly string[] {
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((entry) => typeof entry === 'string')) return value;
    this.problem('exclude', 'exclude is a list of patterns, like `["legacy/**"]`.');
    return [];
  }

  choices(text: string, table: Readonly<Record<string, unknown>>): DeploymentChoices {
    const { deployments, 'ignore-deployments': ignored } = table;
    if (deployments === undefined && ignored === undefined) return noChoices;
    const places = tomlPlaces(text);
    const nowhere = range(0, 0, 0, 0);
    return readChoices(deployments, ignored, {
      place: (list, index, key) => {
        const entry = `tool.forksight.${list}.${index}`;
        const at =
          places.get(key === undefined ? entry : `${entry}.${key}`) ??
          places.get(entry) ??
          places.get(`tool.forksight.${list}`);
        return { path: this.#path, range: at ?? nowhere };
      },
      say: (message, at) => this.problems.push({ message, at }),
    });
  }

  /** At the first line below the table's header that begins with the key. */
  problem(key: string, message: string): void {
    const from = Math.max(
      this.#lines.findIndex((line) => /^\s*\[\s*tool\s*\.\s*forksight\b/.test(line)),
      0,
    );
    const bare = (line: string): string => line.trimStart().replace(/^["']/, '');
    const found = this.#lines.findIndex((line, index) => index >= from && bare(line).startsWith(key));
    const line = found < 0 ? from : found;
    this.problems.push({
      message,
      at: { path: this.#path, range: range(line, 0, line, this.#lines[line]?.length ?? 0) },
    });
  }
}

function member(value: unknown, key: string): unknown {
  return isTable(value) ? value[key] : undefined;
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLevel(value: unknown): value is Level {
  return typeof value === 'string' && levels.includes(value);
}
