// Makes docs/libraries.md from the rows of library knowledge: what is known of which library, and where from.
// With --check nothing is written: exit 1 when the page is not as it would be made. Runs with `node --import tsx`.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resourceRows } from '../server/src/knowledge/resources/index.ts';
import { root } from './lib/paths.mjs';

const page = join(root, 'docs/libraries.md');

const titles = {
  thread: ['Threads of libraries', 'thread-before-fork'],
  pool: ['Pools', 'pool-before-fork'],
  connection: ['Connections', 'connection-before-fork'],
  'event-loop': ['Event loops', 'event-loop-before-fork'],
  'random-state': ['Random generators', 'random-state-before-fork'],
  'child-process': ['Child processes', 'child-process-before-fork'],
  file: ['Files', 'file-handle-before-fork'],
  accelerator: ['Devices', 'accelerator-before-fork'],
};

const repairs = {
  pid: 'everywhere: compares process ids',
  'at-fork': 'by `os.register_at_fork`',
  'both-sides': 'by `os.register_at_fork`, both sides',
  multiprocessing: 'in children of multiprocessing or billiard',
};

const cell = (text) => text.replaceAll('|', '\\|');
const code = (text) => `\`${text}\``;

function bites({ opens, when, single, methods }) {
  if (opens === 'imported') return 'when it is used or imported';
  if (opens === 'made' && !when) return single ? 'when it is called' : 'when it is made';
  const names = Object.entries(methods)
    .filter(([, does]) => does === 'opens' || does === 'lends')
    .map(([name]) =>
      name === '*' ? 'any other method' : name === '__enter__' ? code('with') : code(`${name}()`),
    );
  const used = names.length > 0 ? `by ${names.slice(0, 4).join(', ')}${names.length > 4 ? ', …' : ''}` : '';
  const made = when ? `when it is made, by its argument ${code(when.parameter.keyword)}` : '';
  return [made, used].filter((text) => text !== '').join('; ');
}

function repaired({ repair }) {
  if (repair === undefined) return '';
  const since = repair.since === undefined ? '' : `, from ${repair.distribution} ${repair.since} on`;
  return `${repairs[repair.by]}${since}`;
}

function section(resource) {
  const [title, rule] = titles[resource];
  const rows = resourceRows
    .filter(({ effect }) => effect.kind === 'resource' && effect.resource === resource)
    .map(({ name, aliases = [], effect, source }) => {
      const names = [name, ...aliases].map((each) => code(each.replace(/^\*\./, '….'))).join(' ');
      return `| ${cell(names)} | ${cell(bites(effect))} | ${cell(repaired(effect))} | ${cell(source)} |`;
    });
  return `## ${title}

Reported by [${rule}](rules/${rule}.md).

| names | opened | repairs itself | source |
|---|---|---|---|
${rows.join('\n')}
`;
}

const text = `<!-- Made by scripts/gen-libraries.mjs from server/src/knowledge/resources: change it there. -->

# What is known of libraries

What classes and functions of libraries hold that a fork does not carry over, when they open it, and whether they put
themselves right in a worker. What is not opened before the fork, is closed or let go of before it, or made anew in each
worker is not reported. \`os.register_at_fork\` repairs nothing under a uWSGI without \`py-call-uwsgi-fork-hooks\`.

${Object.keys(titles).map(section).join('\n')}`;

if (process.argv.includes('--check')) {
  if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
    console.error(`${page} is out of date: run node --import tsx scripts/gen-libraries.mjs`);
    process.exitCode = 1;
  }
} else writeFileSync(page, text);
