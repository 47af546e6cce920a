// Markdown suites as tests: a heading is a test, the fenced blocks under it are its files.
// What stands under a heading that has headings below it holds for all of them. Reads text only, runs nothing.

import { type Annotated, readAssertions } from './assertions.ts';

export interface SuiteTest {
  /** Headings on the way, joined; without the title of the suite. */
  readonly name: string;
  /** Line of the heading, from 1. */
  readonly line: number;
  readonly files: ReadonlyMap<string, Annotated>;
  /** What a fix, named by how its title begins, makes of the files. */
  readonly after: ReadonlyMap<string, ReadonlyMap<string, Annotated>>;
  readonly settings: Settings;
  /** Why the test cannot be run as written; empty for a good one. */
  readonly mistakes: readonly string[];
}

export interface Settings {
  /** Rules that are not looked at. */
  readonly off: readonly string[];
}

interface Section {
  readonly title: string;
  readonly level: number;
  readonly line: number;
  readonly files: Map<string, Annotated>;
  readonly after: Map<string, Map<string, Annotated>>;
  readonly mistakes: string[];
  readonly parent: Section | undefined;
  off?: readonly string[];
  children: number;
}

const fence = /^(`{3,})(.*)$/;
const heading = /^(#{1,6}) (.+)$/;
const pathLine = /^`([^`]+)`:?$/;
const afterInfo = /^(\S+) after "(.+)"$/;

/** `prose`: sections without files are text for people, as in a rule's page; otherwise they are a mistake. */
export function parseSuite(markdown: string, { prose = false } = {}): readonly SuiteTest[] {
  const sections: Section[] = [];
  let current: Section | undefined;
  let path: string | undefined;
  const lines = markdown.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const title = heading.exec(line);
    const open = fence.exec(line);
    if (title !== null) {
      current = section(title[2] ?? '', (title[1] ?? '').length, at + 1, current);
      sections.push(current);
      path = undefined;
    } else if (open !== null) {
      const end = lines.indexOf(open[1] ?? '```', at + 1);
      const text = lines.slice(at + 1, end < 0 ? lines.length : end).join('\n');
      current ??= section('', 0, 1, undefined);
      if (end < 0) current.mistakes.push(`the block in line ${at + 1} is not closed`);
      addBlock(current, (open[2] ?? '').trim(), path, text === '' ? '' : `${text}\n`, prose);
      at = end < 0 ? lines.length : end;
      path = undefined;
    } else if (line.trim() !== '') {
      path = pathLine.exec(line.trim())?.[1];
    }
  }
  const leaves = sections.filter((each) => each.children === 0);
  return leaves.filter((each) => !prose || each.files.size > 0).map(test);
}

function section(title: string, level: number, line: number, before: Section | undefined): Section {
  let parent = before;
  while (parent !== undefined && parent.level >= level) parent = parent.parent;
  if (parent !== undefined) parent.children++;
  return { title, level, line, files: new Map(), after: new Map(), mistakes: [], parent, children: 0 };
}

function addBlock(to: Section, info: string, path: string | undefined, text: string, prose: boolean): void {
  if (path === undefined) {
    if (info === 'toml') readSettings(to, text);
    else if (!prose) to.mistakes.push(`a block (\`${info}\`) has no path in back quotes above it`);
    return;
  }
  const annotated = readAssertions(text);
  for (const mistake of annotated.mistakes) to.mistakes.push(`${path}: cannot be read: ${mistake}`);
  const [, , title] = afterInfo.exec(info) ?? [];
  if (title === undefined && info.includes('after')) to.mistakes.push(`cannot be read: ${info}`);
  const files = title === undefined ? to.files : (to.after.get(title) ?? new Map<string, Annotated>());
  if (files.has(path)) to.mistakes.push(`${path} is there twice`);
  files.set(path, annotated);
  if (title !== undefined) to.after.set(title, files);
}

/** The one setting there is: `off = ["rule", …]`. */
function readSettings(to: Section, text: string): void {
  const match = /^off = (\[.*\])$/.exec(text.trim());
  if (match === null) to.mistakes.push(`settings cannot be read: ${text.trim()}`);
  else to.off = JSON.parse(match[1] ?? '[]') as readonly string[];
}

function test(leaf: Section): SuiteTest {
  const way: Section[] = [];
  for (let each: Section | undefined = leaf; each !== undefined; each = each.parent) way.unshift(each);
  const files = new Map(way.flatMap((each) => [...each.files]));
  const mistakes = way.flatMap((each) => each.mistakes);
  if (files.size === 0) mistakes.push('there are no files');
  for (const each of way.slice(0, -1)) {
    if (each.after.size > 0) mistakes.push(`"${each.title}" has an \`after\` block and headings below it`);
  }
  const asserting = [...files.values(), ...[...leaf.after.values()].flatMap((after) => [...after.values()])];
  if (!asserting.some((file) => file.assertions.length > 0)) mistakes.push('nothing is asserted');
  const names = way.filter((each) => each.level > 1).map((each) => each.title);
  return {
    name: names.length === 0 ? leaf.title : names.join(' / '),
    line: leaf.line,
    files,
    after: leaf.after,
    settings: { off: way.findLast((each) => each.off !== undefined)?.off ?? [] },
    mistakes,
  };
}
