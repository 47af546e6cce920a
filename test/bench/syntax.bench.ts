// What reading directly saves: summaries as they are made, by tree-sitter alone, and the full parse of the same files.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Language, Parser } from 'web-tree-sitter';
import { skeletonOf } from '../../server/src/syntax/skeleton.ts';
import { grammar, python, recovering } from '../lib/python.ts';
import { line, milliseconds, timed } from './lib/report.ts';

const listing = execFileSync(
  'python3',
  [
    '-c',
    'import sysconfig, glob; print("\\n".join(sorted(glob.glob(sysconfig.get_path("stdlib") + "/**/*.py", recursive=True))[:800]))',
  ],
  { encoding: 'utf8' },
);
const texts = listing
  .trim()
  .split('\n')
  .map((path) => readFileSync(path, 'utf8'));
const size = texts.reduce((sum, text) => sum + text.length, 0);
const parser = new Parser();
parser.setLanguage(await Language.load(grammar.python));

for (const text of texts.slice(0, 100)) {
  skeletonOf(text);
  python.parseModule(text);
  recovering.parseModule(text);
}
let left = 0;
const scan = timed(() => {
  for (const text of texts) left += skeletonOf(text).text.replace(/\s*\n\s*/g, '\n').length;
});
const summaries = timed(() => {
  for (const text of texts) python.parseModule(text);
});
const recovered = timed(() => {
  for (const text of texts) recovering.parseModule(text);
});
const full = timed(() => {
  for (const text of texts) parser.parse(text)?.delete();
});
line(`${texts.length} files`, `${(size / 1e6).toFixed(1)} MB`);
line('skeleton scan', `${(size / 1e3 / scan).toFixed(0)} MB/s`);
line('share of the source left', `${((100 * left) / size).toFixed(0)} %`);
line('summaries', milliseconds(summaries));
line('summaries by tree-sitter alone', milliseconds(recovered));
line('full parse alone', milliseconds(full));
line('ratio of the summaries to a full parse', (summaries / full).toFixed(2));
