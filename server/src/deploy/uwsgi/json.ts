// JSON configurations as uWSGI reads them with jansson: the members of one object, in order, lists as repeated options.
// Knows no option's meaning.

import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Location } from '../../base/range.ts';
import type { OptionHome, Problem } from '../model.ts';
import type { ConfigEntry, ConfigFile, ConfigText } from './file.ts';

export function readJson(text: ConfigText, asked: string): ConfigFile {
  const name = asked === '' ? 'uwsgi' : asked;
  const errors: ParseError[] = [];
  const root = parsed(text.text, errors);
  const [error] = errors;
  if (text.source.bom)
    return refused('the file begins with a byte order mark. Save it without one', text.place(0, 0));
  if (root === undefined || error !== undefined) {
    const start = Math.min(error?.offset ?? 0, text.text.length);
    const what = error === undefined ? 'nothing in it' : spelled(printParseErrorCode(error.error));
    return refused(
      `this is not JSON (${what})`,
      text.place(start, Math.min(start + (error?.length ?? 0), text.text.length)),
    );
  }
  // Of two members with one name the later one counts, at the place of the first.
  const member = members(root).findLast((one) => one.key.value === name);
  const object = member?.value;
  if (member === undefined || object?.type !== 'object')
    return refused(`it wants an object named "${name}" here`, text.place(0, 0));
  const problems: Problem[] = [];
  const byName = new Map<string, ConfigEntry[]>();
  const all = members(object);
  for (const { node, key, value } of all)
    byName.set(`${key.value}`, entriesOf(text, { node, key, value }, problems));
  const header = place(text, member.key);
  return {
    sections: [{ header, entries: [...byName.values()].flat(), home: homeOf(text, object, all) }],
    problems,
  };
}

interface Member {
  readonly node: Node;
  readonly key: Node;
  readonly value: Node;
}

function members(object: Node): Member[] {
  if (object.type !== 'object') return [];
  return (object.children ?? []).flatMap((node) => {
    const [key, value] = node.children ?? [];
    return key === undefined || value === undefined ? [] : [{ node, key, value }];
  });
}

function entriesOf(text: ConfigText, { node, key, value }: Member, problems: Problem[]): ConfigEntry[] {
  const items = value.type === 'array' ? (value.children ?? []) : [value];
  return items.flatMap((item): ConfigEntry[] => {
    const at = place(text, item);
    const written = textOf(text, item);
    if (written === undefined) {
      const message =
        'uWSGI ignores this value: it reads texts, whole numbers, true, false and lists of these here.';
      problems.push({ message, at });
      return [];
    }
    const unknown = text.unknownIn(item.offset, item.offset + item.length);
    const inner = item.type === 'string' ? text.place(item.offset + 1, item.offset + item.length - 1) : at;
    return [
      {
        key: `${key.value}`,
        value: { text: written, at: inner, ...(unknown === undefined ? {} : { unknown }) },
        at: item === value ? place(text, node) : at,
      },
    ];
  });
}

/** A value as uWSGI makes an option's text of it; undefined for what it passes over. */
function textOf(text: ConfigText, node: Node): string | undefined {
  switch (node.type) {
    case 'string':
      return `${node.value}`;
    case 'boolean':
      return node.value === true ? '1' : '0';
    case 'null':
      return '0';
    case 'number': {
      const digits = text.text.slice(node.offset, node.offset + node.length);
      // A C int.
      return /^-?\d+$/.test(digits) ? `${BigInt.asIntN(32, BigInt(digits))}` : undefined;
    }
    default:
      return undefined;
  }
}

/** Behind the last member, in the manner of what stands before it. */
function homeOf(config: ConfigText, object: Node, all: readonly Member[]): OptionHome {
  const last = all.at(-1)?.node;
  const start = object.offset + 1;
  if (last === undefined)
    return { kind: 'file', format: 'json', at: config.place(start, start), around: ['', ''] };
  const before = all.at(-2)?.node;
  const from = before === undefined ? start : before.offset + before.length;
  const gap = config.text.slice(from, last.offset);
  const end = last.offset + last.length;
  const around = [before === undefined ? `,${gap === '' ? ' ' : gap}` : gap, ''] as const;
  return { kind: 'file', format: 'json', at: config.place(end, end), around };
}

function parsed(text: string, errors: ParseError[]): Node | undefined {
  try {
    return parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    // Nested deeper than its parser can follow.
    return undefined;
  }
}

function place(text: ConfigText, node: Node): Location {
  return text.place(node.offset, node.offset + node.length);
}

function refused(why: string, at: Location): ConfigFile {
  return { sections: [], problems: [{ message: `uWSGI stops here: ${why}.`, at }], refused: true };
}

/** `PropertyNameExpected` as "property name expected". */
function spelled(code: string): string {
  return code.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}
