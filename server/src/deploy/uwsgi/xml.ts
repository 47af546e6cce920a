// XML configurations as uWSGI reads them with libxml2: the children of `<uwsgi>`, each an option with the first thing in it
// as its value. Knows no option's meaning.

import { SaxesParser } from 'saxes';
import type { Problem } from '../model.ts';
import type { ConfigEntry, ConfigFile, ConfigText } from './file.ts';

export function readXml(text: ConfigText, asked: string): ConfigFile {
  const { root, error } = parse(text.text);
  if (error !== undefined || root === undefined) {
    const at = Math.min(error?.at ?? text.text.length, text.text.length);
    const problem: Problem = {
      message: `uWSGI stops here: this is not well-formed XML (${error?.message ?? 'there is no element in it'}).`,
      at: text.place(Math.max(0, at - 1), at),
    };
    return { sections: [], problems: [problem], refused: true };
  }
  const section = local(root.name) === 'uwsgi' ? root : root.children.find((one) => isAsked(one, asked));
  if (section?.kind !== 'element') {
    const message =
      asked === '' || local(root.name) === 'uwsgi'
        ? 'uWSGI stops here: the root, or an element right below it, must be <uwsgi>.'
        : `uWSGI stops here: there is no <uwsgi> with the id "${asked}" right below the root.`;
    return {
      sections: [],
      problems: [{ message, at: text.place(root.start, root.inside) }],
      refused: true,
    };
  }
  const problems: Problem[] = [];
  const counted = section.children.filter((node) => isFor(node, asked));
  const entries = counted.flatMap((node) => optionsOf(text, node, problems));
  const elements = section.children.filter((node) => node.kind === 'element');
  const last = elements.at(-1);
  const end = last?.end ?? section.inside;
  const gap = last === undefined ? undefined : /\s*$/.exec(text.text.slice(0, last.start))?.[0];
  const isClosed = section.end > section.inside;
  const home = { at: text.place(end, end), format: 'xml' as const, around: [gap ?? '', ''] as const };
  return {
    sections: [
      {
        header: text.place(section.start, section.inside),
        entries,
        home: isClosed ? { kind: 'file', ...home } : { kind: 'nowhere', at: home.at },
      },
    ],
    problems,
  };
}

type XmlNode = Element | ({ readonly kind: 'text' | 'cdata' | 'comment'; text: string } & Stretch);

interface Stretch {
  readonly start: number;
  end: number;
}

interface Element extends Stretch {
  readonly kind: 'element';
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlNode[];
  /** Behind the start tag. */
  inside: number;
}

function isAsked(node: XmlNode, asked: string): boolean {
  return node.kind === 'element' && local(node.name) === 'uwsgi' && isFor(node, asked);
}

/** What bears another id than the one that was asked for does not count. */
function isFor(node: XmlNode, asked: string): boolean {
  const id = node.kind === 'element' ? node.attributes.id : undefined;
  return asked === '' || id === undefined || id === asked;
}

/** Options that name something, which is not found by another name. */
const named =
  /^(module|wsgi|wsgi-file|file|callable|mount|chdir|chdir2|home|virtualenv|venv|pyhome|pythonpath|python-path|pp|import|shared-import|emperor|ini|xml|yaml|json|include|inherit|paste)$/;

function optionsOf(text: ConfigText, node: XmlNode, problems: Problem[]): ConfigEntry[] {
  const at = text.place(node.start, node.end);
  const option = (key: string, value: string, from: Stretch): ConfigEntry => {
    const unknown = text.unknownIn(node.start, node.end);
    const place = text.place(from.start, from.end);
    return { key, value: { text: value, at: place, ...(unknown === undefined ? {} : { unknown }) }, at };
  };
  if (node.kind === 'cdata') return node.text === '' ? [] : [option('eval', node.text, node)];
  if (node.kind !== 'element') return [];
  const key = local(node.name);
  const [first, second] = node.children;
  if (key === 'app') return appOf(node).map(([name, value]) => option(name, value, first ?? node));
  if (first === undefined) return [option(key, '1', { start: node.start, end: node.inside })];
  if (first.kind !== 'element') {
    if (second?.kind === 'element')
      problems.push({
        message: `uWSGI takes only what stands before this element as the value of "${key}".`,
        at: text.place(second.start, second.end),
      });
    if (named.test(key) && first.text !== first.text.trim())
      problems.push({
        message: `uWSGI does not take off the blanks and line breaks around this value: it looks for ${JSON.stringify(first.text)}. Write the value right between the tags.`,
        at: text.place(first.start, first.end),
      });
    return [option(key, first.text, first)];
  }
  const message = `uWSGI crashes when it reads this: an element in "${key}" where a text should be.`;
  problems.push({ message, at: text.place(first.start, first.end) });
  return [];
}

/** `<app mountpoint="/x">module</app>`, or with the module in an element of its own behind a line break. */
function appOf({ children, attributes }: Element): (readonly [key: string, value: string])[] {
  const [first, second] = children;
  if (first === undefined) return [['app', '']];
  const inner = second?.kind === 'element' ? second.children[0] : undefined;
  const value = first.kind === 'element' || second !== undefined ? inner : first;
  if (value === undefined || value.kind === 'element') return [];
  const { mountpoint, domain } = attributes;
  const where = mountpoint !== undefined ? `${mountpoint}=` : domain !== undefined ? `${domain}|=` : '';
  return [
    ['mount', where + value.text],
    ['app', ''],
  ];
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

interface Parsed {
  readonly root?: Element;
  readonly error?: { readonly message: string; readonly at: number };
}

function parse(text: string): Parsed {
  const parser = new SaxesParser({ xmlns: false });
  const open: Element[] = [];
  let root: Element | undefined;
  let error: Parsed['error'];
  let behind = 0;
  const put = (node: XmlNode): void => {
    open.at(-1)?.children.push(node);
  };
  const leaf = (kind: 'text' | 'cdata' | 'comment', content: string, end: number): void => {
    put({ kind, text: content, start: behind, end });
    behind = end;
  };
  // A text is told when the "<" behind it was read.
  parser.on('text', (content) => {
    leaf('text', content, text[parser.position - 1] === '<' ? parser.position - 1 : parser.position);
  });
  parser.on('cdata', (content) => leaf('cdata', content, parser.position));
  parser.on('comment', (content) => leaf('comment', content, parser.position));
  parser.on('processinginstruction', ({ body }) => leaf('comment', body, parser.position));
  parser.on('opentag', ({ name, attributes }) => {
    const inside = parser.position;
    const start = behind;
    const element: Element = { kind: 'element', name, attributes, children: [], start, inside, end: inside };
    put(element);
    root ??= element;
    open.push(element);
    behind = inside;
  });
  parser.on('closetag', () => {
    const element = open.pop();
    if (element !== undefined) element.end = parser.position;
    behind = parser.position;
  });
  parser.on('xmldecl', () => {
    behind = parser.position;
  });
  parser.on('doctype', (doctype) => {
    behind = parser.position;
    for (const [, name = '', , value = ''] of doctype.matchAll(
      /<!ENTITY\s+([\w.-]+)\s+(["'])([^"'<&%]*)\2\s*>/g,
    ))
      parser.ENTITIES[name] = value;
  });
  try {
    parser.write(text).close();
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : `${thrown}`;
    error = { message: message.replace(/^\d+:\d+: /, '').replace(/\.$/, ''), at: parser.position };
  }
  return { ...(root === undefined ? {} : { root }), ...(error === undefined ? {} : { error }) };
}
