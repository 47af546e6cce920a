// The files that say which versions of packages a project takes: what each of them names, with its place.
// One reader a format; decides nothing between them.

import { parse } from 'smol-toml';
import type { VersionBounds } from '../../base/version.ts';
import type { PackageVersion } from '../model.ts';
import type { Source } from '../source.ts';
import { boundsOf, packageName, readRequirement } from './requirement.ts';

export interface Claim {
  readonly name: string;
  readonly version: PackageVersion;
}

type Reader = (source: Source) => readonly Claim[];

const readers: readonly (readonly [name: RegExp, read: Reader])[] = [
  [/^(?:[\w.-]*requirements?[\w.-]*|constraints?[\w.-]*)\.(?:txt|in)$/i, requirements],
  [/^(?:poetry|uv|pdm)\.lock$|^pylock(?:\.[\w-]+)?\.toml$/, lock],
  [/^Pipfile\.lock$/, pipfileLock],
  [/^pyproject\.toml$/, pyproject],
  [/^Pipfile$/, pipfile],
  [/^(?:Docker|Container)file(?:[._-][\w.-]+)?$|\.(?:docker|container)file$/i, dockerfile],
];

/** Below a folder of that name every text file is one of requirements. */
export const requirementsFolder = 'requirements';

export function namesPackages(name: string): boolean {
  return readers.some(([pattern]) => pattern.test(name));
}

export function readClaims(name: string, source: Source): readonly Claim[] {
  return readers.find(([pattern]) => pattern.test(name))?.[1](source) ?? [];
}

export function requirements(source: Source): readonly Claim[] {
  return matches(source, /^[ \t]*([A-Za-z0-9][^\r\n#]*)/gm, ([, text = '']) =>
    readRequirement(text.replace(/\\\s*$/, '')),
  );
}

/** poetry.lock, uv.lock, pdm.lock and pylock.toml all write a package's version below its name. */
function lock(source: Source): readonly Claim[] {
  return matches(
    source,
    /^name[ \t]*=[ \t]*"([^"\n]+)"[ \t]*\r?\nversion[ \t]*=[ \t]*"([^"\n]+)"/gm,
    ([, name = '', version = '']) => ({ name: packageName(name), bounds: { exact: version } }),
  );
}

function pipfileLock(source: Source): readonly Claim[] {
  return matches(
    source,
    /^[ \t]*"([\w.-]+)":[ \t]*\{[^{}]*?"version":[ \t]*"([^"\n]+)"[^{}]*\}/gm,
    ([, name = '', version = '']) => ({ name: packageName(name), bounds: boundsOf(version) }),
  );
}

/** `pip install uwsgi==2.0.27` and its like. */
function dockerfile(source: Source): readonly Claim[] {
  const installs = /\b(?:pip3?|uv)\b[^\n&|;]*?\binstall\b((?:[^\n&|;\\]|\\[^\S\n]*\r?\n|\\.)*)/g;
  return [...source.text.matchAll(installs)].flatMap(({ index, 0: whole, 1: words = '' }) => {
    const start = index + whole.length - words.length;
    return matches(
      source,
      /(?<=^|[\s"'])[A-Za-z][\w.-]*(?:\[[^\]\s]*\])?(?:[=<>~]=?=?[\w.*,<>=!~+]+)(?=$|[\s"'\\])/g,
      ([text]) => readRequirement(text),
      words,
      start,
    );
  });
}

function pyproject(source: Source): readonly Claim[] {
  const document = tables(source.text);
  const project = table(document.project);
  const groups = [table(project['optional-dependencies']), table(document['dependency-groups'])];
  const listed = [project.dependencies, ...groups.flatMap(Object.values)].flat();
  const poetry = table(table(document.tool).poetry);
  const named = [
    table(poetry.dependencies),
    ...Object.values(table(poetry.group)).map((group) => table(table(group).dependencies)),
  ];
  return [
    ...listed.flatMap((text) => {
      const requirement = typeof text === 'string' ? readRequirement(text) : undefined;
      return requirement === undefined
        ? []
        : placed(source, requirement.name, requirement.bounds, text as string);
    }),
    ...named.flatMap((entries) => fromTable(source, entries)),
  ];
}

function pipfile(source: Source): readonly Claim[] {
  const document = tables(source.text);
  return [document.packages, document['dev-packages']].flatMap((entries) =>
    fromTable(source, table(entries)),
  );
}

/** `uwsgi = "^2.0.27"` or `uwsgi = { version = "==2.0.27" }`. */
function fromTable(source: Source, entries: Readonly<Record<string, unknown>>): readonly Claim[] {
  return Object.entries(entries).flatMap(([name, value]) => {
    const text = typeof value === 'string' ? value : table(value).version;
    return typeof text === 'string' && name !== 'python'
      ? placed(source, packageName(name), boundsOf(text), name)
      : [];
  });
}

function placed(source: Source, name: string, bounds: VersionBounds, written: string): readonly Claim[] {
  const start = Math.max(source.text.indexOf(written), 0);
  return [{ name, version: { ...bounds, at: source.at(start, start + written.length) } }];
}

function matches(
  source: Source,
  pattern: RegExp,
  read: (found: RegExpMatchArray) => { readonly name: string; readonly bounds: VersionBounds } | undefined,
  text = source.text,
  shift = 0,
): readonly Claim[] {
  return [...text.matchAll(pattern)].flatMap((found) => {
    const claim = read(found);
    if (claim === undefined) return [];
    const start = shift + (found.index ?? 0);
    const at = source.at(start, start + found[0].trimEnd().length);
    return [{ name: claim.name, version: { ...claim.bounds, at } }];
  });
}

/** A file that is no TOML, perhaps because it is being typed, says nothing. */
function tables(text: string): Readonly<Record<string, unknown>> {
  try {
    return table(parse(text));
  } catch {
    return {};
  }
}

function table(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
