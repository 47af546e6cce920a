// The house rules as functions from sources to complaints. Nothing here reads files, so that each rule can be shown
// a sample it must refuse.

import { type Import, layerOf, type Source, target } from './source.ts';

export interface HouseRule {
  readonly name: string;
  /** The files it speaks of. */
  readonly about: (source: Source) => boolean;
  /** What is wrong with the file, one line each. */
  readonly check: (source: Source) => readonly string[];
  /** A file it must refuse. */
  readonly bad: readonly [path: string, text: string];
}

interface Layer {
  readonly may: readonly string[];
  /** Only their types, and the vocabulary that stands beside these. */
  readonly types?: readonly string[];
}

/** Files that are types and a few total functions over them. They import types alone. */
const vocabulary = new Set(['deploy/model.ts', 'simulate/event.ts', 'modules/summary.ts']);

const engine = [
  'base',
  'workspace',
  'syntax',
  'knowledge',
  'deploy',
  'modules',
  'simulate',
  'fixes',
  'rules',
];

/** Who may import whom, as the design says; a layer may always import itself. */
export const layers: Readonly<Record<string, Layer>> = {
  base: { may: [] },
  protocol: { may: [] },
  workspace: { may: ['base'] },
  syntax: { may: ['base'] },
  knowledge: { may: ['base'] },
  deploy: { may: ['base', 'workspace', 'syntax'] },
  modules: { may: ['base', 'workspace', 'syntax'] },
  simulate: { may: ['base', 'modules', 'knowledge'], types: ['deploy'] },
  fixes: { may: ['base'], types: ['deploy', 'modules', 'simulate'] },
  rules: { may: ['base', 'knowledge', 'fixes'], types: ['deploy', 'simulate'] },
  'analysis.ts': { may: [...engine, 'protocol'] },
  'assist.ts': { may: ['base', 'knowledge', 'deploy'] },
  live: { may: ['base', 'protocol'] },
  lab: { may: ['base', 'protocol'] },
  'join.ts': { may: ['analysis.ts', 'live', 'base', 'protocol'] },
  lsp: { may: ['analysis.ts', 'assist.ts', 'join.ts', 'lab', 'base', 'protocol'] },
  cli: { may: ['analysis.ts', 'join.ts', 'lab', 'base', 'protocol'] },
  // The ports on Node.js and the composition roots.
  'node.ts': { may: ['base', 'workspace', 'analysis.ts'] },
  'node-cache.ts': { may: ['analysis.ts'] },
  'main.ts': { may: ['analysis.ts', 'join.ts', 'live', 'lsp', 'node.ts', 'node-cache.ts'] },
  'cli/main.ts': { may: ['analysis.ts', 'join.ts', 'live', 'cli', 'main.ts', 'node.ts', 'node-cache.ts'] },
  'client/src': { may: ['protocol', 'live/series.ts'] },
  'client/webview': { may: ['protocol', 'live/series.ts'] },
};

const core = new Set([...engine, 'protocol', 'analysis.ts', 'assist.ts']);
const inProduct = (source: Source) => /^(server\/src|client)\//.test(source.path);
const inServer = (source: Source) => source.path.startsWith('server/src/');
const everywhere = () => true;

export const rules: readonly HouseRule[] = [
  {
    name: 'a layer imports only what the table allows',
    about: inProduct,
    check: (source) => source.imports.flatMap((imported) => layerComplaint(source, imported)),
    bad: ['server/src/rules/late.ts', "// A rule.\nimport { parse } from '../syntax/parse.ts';"],
  },
  {
    name: 'a vocabulary imports types alone',
    about: ({ path }) => vocabulary.has(path.replace('server/src/', '')),
    check: ({ imports }) =>
      imports
        .filter(({ typeOnly }) => !typeOnly)
        .map(({ specifier }) => `imports more than types from ${specifier}`),
    bad: ['server/src/deploy/model.ts', "import { at } from '../base/range.ts';"],
  },
  {
    name: 'only lsp/ knows the protocol library',
    about: (source) => inServer(source) && layerOf(source.path) !== 'lsp',
    check: importing(/^vscode-(languageserver|jsonrpc)/),
    bad: ['server/src/cli/main.ts', "import { type Range } from 'vscode-languageserver-types';"],
  },
  {
    name: 'only client/ knows VS Code',
    about: (source) => !source.path.startsWith('client/') && !source.path.startsWith('test/vscode/'),
    check: importing(/^vscode(-languageclient.*)?$/),
    bad: ['server/src/lsp/server.ts', "import * as vscode from 'vscode';"],
  },
  {
    name: "the engine's core does not know Node.js",
    about: (source) => core.has(layerOf(source.path)),
    check: (source) => [
      ...importing(/^node:|^(fs|path|os|util|url|crypto|child_process)(\/|$)/)(source),
      ...matching(/\b(process\.\w+|Buffer\.\w+|__dirname|require\()/)(source),
    ],
    bad: ['server/src/deploy/ini.ts', "import { join } from 'node:path';"],
  },
  {
    name: 'only live/ reads /proc',
    about: (source) =>
      inProduct(source) &&
      layerOf(source.path) !== 'live' &&
      !/^server\/src\/knowledge\/.*\.generated\.ts$/.test(source.path),
    check: matching(/\/proc\//, 'uncommented'),
    bad: ['server/src/join.ts', "const path = '/proc/1/stat';"],
  },
  {
    name: 'only lab/ and live/ start processes',
    about: (source) => inServer(source) && !['lab', 'live'].includes(layerOf(source.path)),
    check: importing(/^(node:)?(child_process|cluster|worker_threads)$/),
    bad: ['server/src/cli/check.ts', "import { spawn } from 'node:child_process';"],
  },
  {
    name: 'a file opens with what it owns',
    about: everywhere,
    check: ({ text }) =>
      /^(#!.*\n)?(\/\/ .{15,}|\/\*\*?\s)/.test(text) ? [] : ['does not open with a comment'],
    bad: ['server/src/base/hash.ts', 'export const hash = 1;'],
  },
  {
    name: 'a file has at most 500 lines',
    about: ({ path }) => !path.endsWith('.generated.ts'),
    check: ({ text }) => {
      const lines = text.split('\n').length - 1;
      return lines > 500 ? [`has ${lines} lines: it has two responsibilities`] : [];
    },
    bad: ['server/src/base/hash.ts', '// line\n'.repeat(501)],
  },
  {
    name: 'exports have names',
    about: everywhere,
    check: matching(/^\s*export\s+default\b|\bas\s+default\b/m),
    bad: ['client/src/view.ts', '// A view.\nexport default class View {}'],
  },
  {
    name: 'no any',
    about: everywhere,
    check: matching(/(:\s*|\bas\s+|<|\|\s*|,\s*)any(\[\]|[\s,;)>|=]|$)/m),
    bad: ['server/src/base/hash.ts', '// Hashes.\nexport function hash(value: any): number {}'],
  },
  {
    name: 'relative imports name their file',
    about: (source) => source.path.endsWith('.ts'),
    check: ({ imports }) =>
      imports
        .filter(({ specifier }) => specifier.startsWith('.') && !/\.(ts|mjs|mts|json|css)$/.test(specifier))
        .map(({ specifier }) => `imports ${specifier} without its extension`),
    bad: ['server/src/base/edit.ts', "import { range } from './range';"],
  },
];

/** Complaints of one rule about these files, each with its path. */
export function complaints(rule: HouseRule, sources: readonly Source[]): readonly string[] {
  return sources
    .filter(rule.about)
    .flatMap((source) => rule.check(source).map((complaint) => `${source.path} ${complaint}`));
}

function layerComplaint(source: Source, imported: Import): readonly string[] {
  const path = target(source, imported);
  if (path === undefined) return [];
  const from = layerOf(source.path);
  const to = layerOf(path);
  const layer = layers[from];
  if (layer === undefined) return [`is in ${from}, which the layer table does not name`];
  const exact = path.replace('server/src/', '');
  const typesOnly = imported.typeOnly || vocabulary.has(exact);
  const allowed = typesOnly ? [...layer.may, ...(layer.types ?? [])] : layer.may;
  if (from === to || allowed.includes(to) || allowed.includes(exact)) return [];
  const types = layer.types?.includes(to) ? ', of which it may use types alone' : '';
  return [`imports ${imported.specifier}: ${from} must not know ${to}${types}`];
}

function importing(pattern: RegExp): HouseRule['check'] {
  return ({ imports }) =>
    imports.filter(({ specifier }) => pattern.test(specifier)).map(({ specifier }) => `imports ${specifier}`);
}

function matching(pattern: RegExp, where: 'code' | 'uncommented' = 'code'): HouseRule['check'] {
  return (source) => {
    const found = pattern.exec(source[where]);
    if (found === null) return [];
    const line = source[where]
      .slice(0, found.index + (/^\s*/.exec(found[0])?.[0].length ?? 0))
      .split('\n').length;
    return [`line ${line}: ${found[0].trim()}`];
  };
}
