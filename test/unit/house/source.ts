// The product's own source as data for the house rules: files with their layer, imports, and code without comments.
// Knows TypeScript's lexis as far as comments, strings and import statements go; knows no rule.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

export interface Import {
  readonly specifier: string;
  /** Nothing of it exists at run time. */
  readonly typeOnly: boolean;
}

export interface Source {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** The text with comments and the contents of strings blanked; lines stay lines. */
  readonly code: string;
  /** The text with comments blanked. */
  readonly uncommented: string;
  readonly imports: readonly Import[];
}

/** A file of the product as the rules see it; the self-tests make theirs up. */
export function source(path: string, text: string): Source {
  const uncommented = blank(text, false);
  return { path, text, uncommented, code: blank(text, true), imports: importsOf(uncommented) };
}

/** Every source file below these folders of the repository. */
export function readSources(...folders: readonly string[]): readonly Source[] {
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((path) => /\.(m?ts|mjs)$/.test(path) && !/(^|\/)(fixtures|node_modules)\//.test(path))
    .sort()
    .map((path) => source(path, readFileSync(join(root, path), 'utf8')));
}

/** Folder or file below `server/src`, or `client/src`, `client/webview`: what the layer table speaks of. */
export function layerOf(path: string): string {
  if (path === 'server/src/cli/main.ts') return 'cli/main.ts';
  const server = /^server\/src\/([^/]+)/.exec(path);
  if (server) return server[1] ?? path;
  return /^client\/[^/]+/.exec(path)?.[0] ?? path;
}

/** The file of ours that an import names, relative to the repository; undefined for packages. */
export function target(from: Source, { specifier }: Import): string | undefined {
  return specifier.startsWith('.') ? relative(root, join(root, dirname(from.path), specifier)) : undefined;
}

function importsOf(code: string): readonly Import[] {
  const statements = code.matchAll(
    /^[ \t]*(?:import|export)\s+(type\s)?([^'"`;=()]*?)\bfrom\s*['"]([^'"]+)['"]/gm,
  );
  const imports = [...statements].map(([, type, names = '', specifier = '']) => ({
    specifier,
    typeOnly: type !== undefined || onlyTypes(names),
  }));
  const rest = code.matchAll(/(?:^[ \t]*import\s*|\bimport\s*\(\s*|\brequire\s*\(\s*)['"]([^'"]+)['"]/gm);
  return [...imports, ...[...rest].map(([, specifier = '']) => ({ specifier, typeOnly: false }))];
}

function onlyTypes(names: string): boolean {
  const braces = /^\s*\{([^}]*)\}\s*$/.exec(names)?.[1];
  const list = braces
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return list !== undefined && list.length > 0 && list.every((name) => name.startsWith('type '));
}

/** Blanks comments, and the insides of strings and regular expressions where asked. */
function blank(text: string, strings: boolean): string {
  const pattern =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|(?<=(?:^|[=(,:[!&|?{};\n>]|return)[ \t]*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;
  return text.replace(pattern, (found) => {
    const comment = found.startsWith('//') || found.startsWith('/*');
    if (!comment && !strings) return found;
    const blanked = found.replace(/[^\n]/g, ' ');
    return comment ? blanked : found.slice(0, 1) + blanked.slice(1, -1) + found.slice(-1);
  });
}
