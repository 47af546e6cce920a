// The option at a place of a uWSGI configuration that is being written, and how an option is written in its format.

import { type Position, range } from '../../base/range.ts';
import { assignmentSpot, lineAt, type Spot } from '../spot.ts';
import type { ConfigFormat } from './file.ts';

export function uwsgiSpot(format: ConfigFormat, text: string, at: Position): Spot | undefined {
  switch (format) {
    case 'ini':
      return iniSpot(lineAt(text, at), at);
    case 'yaml':
      return yamlSpot(text, at);
    case 'json':
      return jsonSpot(text, at);
    case 'xml':
      return xmlSpot(text, at);
  }
}

/** A name that nothing is assigned to yet, with what follows up to what only the user knows. */
export function startedOption(format: ConfigFormat, name: string, isFlag: boolean): string {
  switch (format) {
    case 'ini':
      return isFlag ? `${name} = true` : `${name} = `;
    case 'yaml':
      return isFlag ? `${name}: true` : `${name}: `;
    case 'json':
      return name;
    case 'xml':
      return isFlag ? `${name}>true</${name}>` : `${name}>`;
  }
}

function iniSpot(line: string, at: Position): Spot | undefined {
  const [, indent = '', name = '', equals] = /^(\s*)([\w-]*)\s*(=)?/.exec(line) ?? [];
  if (/^\s*[#;[]/.test(line)) return undefined;
  return assignmentSpot(line, at, { indent: indent.length, name, assigned: equals !== undefined });
}

/** An indented line below the name of a section. */
function yamlSpot(text: string, at: Position): Spot | undefined {
  const line = lineAt(text, at);
  const above = text
    .split('\n')
    .slice(0, at.line)
    .findLast((one) => /^[^\s#]/.test(one));
  const [, indent = '', name = '', colon] = /^(\s+)([\w-]*)\s*(:)?/.exec(line) ?? [];
  if (above === undefined || !/^[\w.-]+:\s*(#.*)?$/.test(above) || indent === '') return undefined;
  if (/^\s*[#-]/.test(line)) return undefined;
  return assignmentSpot(line, at, { indent: indent.length, name, assigned: colon !== undefined }, ':');
}

/** In an object of the outermost one: in quotes, or behind the colon. */
function jsonSpot(text: string, at: Position): Spot | undefined {
  const line = lineAt(text, at);
  const before = [...text.split('\n').slice(0, at.line), line.slice(0, at.column)].join('\n');
  const open = before.replace(/"(?:[^"\\\n]|\\.)*"?/g, '');
  const depth = open.split(/[[{]/).length - open.split(/[\]}]/).length;
  if (depth !== 2) return undefined;
  for (const [whole, name = '', rest = '', blank = '', quote = '', value = ''] of matches(line)) {
    const start = whole.index + 1;
    const end = start + name.length;
    const { line: row, column } = at;
    if (column >= start && column <= end)
      return {
        part: 'option',
        name,
        range: range(row, start, row, end),
        assigned: rest !== '',
        quoted: true,
      };
    if (rest === '') continue;
    const from = end + rest.length + blank.length + quote.length;
    if (column >= end + rest.length && column <= from + value.length) {
      const begin = Math.min(from, column);
      const stop = Math.max(from + value.length, column);
      return {
        part: 'value',
        name,
        range: range(row, begin, row, stop),
        assigned: true,
        quoted: quote !== '',
      };
    }
  }
  return undefined;
}

type JsonMember = readonly [whole: RegExpMatchArray & { index: number }, ...groups: (string | undefined)[]];

/** `"name`, `"name": ` with what is there of a value. */
function* matches(line: string): Generator<JsonMember> {
  for (const found of line.matchAll(/"([\w-]*)(?:("\s*:)(\s*)("?)([\w.-]*)"?)?/g))
    yield [found, ...found.slice(1)];
}

/** The name of an element, or the text in it, on one line and inside `<uwsgi>`. */
function xmlSpot(text: string, at: Position): Spot | undefined {
  const line = lineAt(text, at);
  const before = [...text.split('\n').slice(0, at.line), line.slice(0, at.column)].join('\n');
  if (before.lastIndexOf('<uwsgi') <= before.lastIndexOf('</uwsgi')) return undefined;
  if (before.lastIndexOf('<!--') > before.lastIndexOf('-->')) return undefined;
  const { line: row, column } = at;
  for (const { index, 1: slash = '', 2: name = '', 3: rest = '', 4: value = '' } of line.matchAll(
    /<(\/?)([\w-]*)([^<>]*>)?([^<]*)/g,
  )) {
    const start = index + 1 + slash.length;
    const end = start + name.length;
    if (column >= start && column <= end)
      return {
        part: 'option',
        name,
        range: range(row, start, row, end),
        assigned: rest !== '' || slash !== '',
        quoted: false,
      };
    const from = end + rest.length;
    if (
      slash === '' &&
      rest !== '' &&
      !rest.endsWith('/>') &&
      column >= from &&
      column <= from + value.length
    )
      return {
        part: 'value',
        name,
        range: range(row, from, row, from + value.length),
        assigned: true,
        quoted: false,
      };
  }
  return undefined;
}
