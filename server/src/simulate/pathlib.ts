// Paths as `pathlib` and `os.path` know them, where they are known: folders beside a module's own file, mostly.

import { argument, first, type Known, textOf } from './known.ts';
import type { Machine } from './machine.ts';
import { constant, none, type ObjectValue, sequence, unknown, type Value } from './value.ts';

const kind = 'pathlib.Path';

/** The text of a path, be it one of `pathlib` or a string. */
export function pathText(value: Value | undefined): string | undefined {
  return value?.t === 'object' && value.of === kind ? textOf(value.attrs.get('__text__')) : textOf(value);
}

function pathOf(text: string | undefined): Value {
  if (text === undefined) return unknown;
  const attrs = new Map<string, Value>([['__text__', constant(text)]]);
  return { t: 'object', of: kind, attrs, native: undefined, level: 0 } satisfies ObjectValue;
}

function normal(text: string): string {
  const parts: string[] = [];
  for (const part of text.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `${text.startsWith('/') ? '/' : ''}${parts.join('/')}`;
}

function parent(text: string): string {
  const at = text.lastIndexOf('/');
  return at < 0 ? '.' : at === 0 ? '/' : text.slice(0, at);
}

function join(parts: readonly (string | undefined)[]): string | undefined {
  let text = '';
  for (const part of parts) {
    if (part === undefined) return undefined;
    text = part.startsWith('/') || text === '' ? part : `${text.replace(/\/$/, '')}/${part}`;
  }
  return text;
}

/** `path.parent`, `path.name`; undefined for what is a method or not known. */
export function pathAttribute(object: ObjectValue, name: string): Value | undefined {
  const text = object.of === kind ? pathText(object) : undefined;
  if (text === undefined) return undefined;
  const last = text.slice(text.lastIndexOf('/') + 1);
  switch (name) {
    case 'parent':
      return pathOf(parent(text));
    case 'parents': {
      const all: Value[] = [];
      for (let at = parent(text); all.length < 32; at = parent(at)) {
        all.push(pathOf(at));
        if (at === '/' || at === '.') break;
      }
      return sequence('tuple', all);
    }
    case 'name':
      return constant(last);
    case 'stem':
      return constant(last.replace(/(?<=.)\.[^.]*$/, ''));
    case 'suffix':
      return constant(/(?<=.)\.[^.]*$/.exec(last)?.[0] ?? '');
    default:
      return undefined;
  }
}

/** `path / "apps"`. */
export function joinedPath(left: Value, right: Value): Value | undefined {
  const isPath = [left, right].some((value) => value.t === 'object' && value.of === kind);
  return isPath ? pathOf(join([pathText(left), pathText(right)])) : undefined;
}

const itself: Known = (_m, _args, _at, _a, self) => self ?? unknown;
const resolved: Known = (_m, _args, _at, _a, self) => {
  const text = pathText(self);
  return pathOf(text === undefined ? undefined : normal(text));
};
const asText: Known = (_m, _args, _at, _a, self) => textValue(pathText(self));

function textValue(text: string | undefined): Value {
  return text === undefined ? unknown : constant(text);
}

function added(front: boolean, position: number): Known {
  return (m, args) => addRoot(m, args.positional[position], front);
}

/** A folder, or several, put on `sys.path`. */
export function addRoot(m: Machine, root: Value | undefined, front: boolean): Value {
  if (root?.t === 'sequence') {
    for (const one of front ? [...root.items].reverse() : root.items) addRoot(m, one, front);
    return none;
  }
  const path = pathText(root);
  if (path?.startsWith('/') && m.uncertain === 0) m.options.resolver.addRoot(normal(path), front);
  return none;
}

const made: Known = (_m, args) => pathOf(join(args.positional.map(pathText)));
const textual =
  (change: (text: string) => string): Known =>
  (_m, args) => {
    const text = pathText(first(args));
    return text === undefined ? unknown : constant(change(text));
  };

export const pathFunctions: Readonly<Record<string, Known>> = {
  [kind]: made,
  'pathlib.PurePath': made,
  'pathlib.PosixPath': made,
  [`${kind}.resolve`]: resolved,
  [`${kind}.absolute`]: itself,
  [`${kind}.expanduser`]: itself,
  [`${kind}.as_posix`]: asText,
  [`${kind}.joinpath`]: (_m, args, _at, _a, self) =>
    pathOf(join([pathText(self), ...args.positional.map(pathText)])),
  'os.fspath': textual((text) => text),
  'os.path.abspath': textual((text) => (text.startsWith('/') ? normal(text) : text)),
  'os.path.realpath': textual((text) => (text.startsWith('/') ? normal(text) : text)),
  'os.path.normpath': textual(normal),
  'os.path.dirname': textual((text) => text.slice(0, Math.max(0, text.lastIndexOf('/')))),
  'os.path.basename': textual((text) => text.slice(text.lastIndexOf('/') + 1)),
  'os.path.join': (_m, args) => textValue(join(args.positional.map(pathText))),
  'sys.path.insert': added(true, 1),
  'sys.path.append': added(false, 0),
  'sys.path.extend': added(false, 0),
  'site.addsitedir': (m, args) => addRoot(m, argument(args, 0, 'sitedir'), false),
};
