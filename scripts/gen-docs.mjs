// Makes docs/rules/*.md, their index and server/src/rules/docs.generated.ts from the comments above the rules.
// With --check nothing is written: exit 1 when a file is not as it would be made.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'server/src/rules');
const pages = join(root, 'docs/rules');
const headings = ['What it does', 'Why it matters', 'Example', 'Fix', 'When to ignore', 'Sources'];

/** The rules' documentation in the order of rules/index.ts; whatever is not listed there comes last. */
function readRules() {
  const index = readFileSync(join(source, 'index.ts'), 'utf8');
  const order = (rule) => {
    const at = index.indexOf(`from './${basename(rule.file)}'`);
    return at < 0 ? Number.POSITIVE_INFINITY : listed(index, at);
  };
  return readdirSync(source)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.generated.ts'))
    .flatMap((name) => readRule(join(source, name)) ?? [])
    .sort((a, b) => order(a) - order(b) || (a.id < b.id ? -1 : 1));
}

/** Where the name imported at `at` stands in the list. */
function listed(index, at) {
  const name = /\{ (\w+) \} $/.exec(index.slice(0, at))?.[1];
  return index.indexOf(`  ${name},`, index.indexOf('rules: readonly Rule[]'));
}

function readRule(file) {
  const text = readFileSync(file, 'utf8');
  const block = /^\/\*\*\n \* # ([a-z-]+)\n([\s\S]*?)\n \*\/$/m.exec(text);
  if (block === null) return undefined;
  const [, id, raw] = block;
  const fail = (why) => {
    throw new Error(`${file}: ${why}`);
  };
  const code = text.slice(block.index + block[0].length);
  const all = `${code}\n${text.slice(0, block.index)}`;
  const field = (name) =>
    new RegExp(`id: '${id}',\\s+title: (['"])(.*)\\1,\\s+severity: '(\\w+)'`).exec(all)?.[name] ??
    fail(`no id '${id}' with title and severity`);
  const body = raw.replace(/^ \* ?/gm, '').trim();
  const found = [...body.matchAll(/^## (.*)$/gm)].map((match) => match[1]);
  if (found.join() !== headings.join())
    fail(`headings are ${found.join(', ')}; they must be ${headings.join(', ')}`);
  const section = (name) =>
    body
      .split(/^## /m)
      .find((part) => part.startsWith(name))
      ?.slice(name.length)
      .trim() ?? '';
  return {
    file,
    id,
    title: field(2),
    severity: field(3),
    body,
    summary: section('What it does'),
    why: section('Why it matters'),
  };
}

const mark = '<!-- Made by scripts/gen-docs.mjs from the comment above the rule: change it there. -->';

function page(rule) {
  return `${mark}\n\n# ${rule.id}\n\n${rule.title}. Reported as ${article(rule.severity)}, less where something is uncertain.\n\n${rule.body}\n`;
}

function article(severity) {
  return { error: 'an error', warning: 'a warning', information: 'information', hint: 'a hint' }[severity];
}

function indexPage(rules) {
  const rows = rules.map((rule) => `| [${rule.id}](${rule.id}.md) | ${rule.title} | ${rule.severity} |`);
  return `${mark}

# Rules

| rule | reports | severity |
|---|---|---|
${rows.join('\n')}

A line is silenced by a comment that names the rule and, for those who read it, the reason:
\`# forksight: ignore[thread-before-fork] runs in the master on purpose\`.
`;
}

/** Formatted as the linter wants it. */
function module(rules) {
  const entries = rules.map(
    (rule) =>
      `  ${JSON.stringify(rule.id)}: {\n    summary: ${JSON.stringify(`${rule.summary}\n\n${rule.why}`)},\n    page: ${JSON.stringify(page(rule).replace(`${mark}\n\n`, ''))},\n  },`,
  );
  const text = `// Made by scripts/gen-docs.mjs from the comments above the rules: change it there.

export interface RuleDocs {
  /** What it does and why it matters, as Markdown. */
  readonly summary: string;
  /** The whole page, as Markdown. */
  readonly page: string;
}

/** By rule id. */
export const ruleDocs: Readonly<Record<string, RuleDocs>> = {
${entries.join('\n')}
};
`;
  const biome = join(root, 'node_modules/.bin/biome');
  const result = spawnSync(biome, ['format', '--stdin-file-path=server/src/rules/docs.generated.ts'], {
    cwd: root,
    input: text,
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`biome could not format the module: ${result.stderr}`);
  return result.stdout;
}

function main() {
  const check = process.argv.includes('--check');
  const rules = readRules();
  const wanted = new Map([
    [join(pages, 'README.md'), indexPage(rules)],
    ...rules.map((rule) => [join(pages, `${rule.id}.md`), page(rule)]),
    [join(source, 'docs.generated.ts'), module(rules)],
  ]);
  const stale = [...wanted].filter(
    ([file, text]) => !existsSync(file) || readFileSync(file, 'utf8') !== text,
  );
  const left = existsSync(pages) ? readdirSync(pages).map((name) => join(pages, name)) : [];
  const extra = left.filter((file) => !wanted.has(file));
  if (check) {
    for (const [file] of stale) console.error(`${file} is out of date: run node scripts/gen-docs.mjs`);
    for (const file of extra) console.error(`${file} belongs to no rule`);
    process.exitCode = stale.length + extra.length > 0 ? 1 : 0;
    return;
  }
  mkdirSync(pages, { recursive: true });
  for (const [file, text] of stale) writeFileSync(file, text);
  for (const file of extra) rmSync(file);
  console.log(`${rules.length} rules documented, ${stale.length} files written`);
}

main();
