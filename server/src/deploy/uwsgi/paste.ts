// PasteDeploy configurations, as Pyramid and Pylons have them: which function makes the application that uWSGI is told
// to load by `paste` or `ini-paste`. Reads what leads to the application; its settings are not ours.

import { basename, dirname } from '../../base/path.ts';
import type { Entrypoint, Setting } from '../model.ts';
import { folderHere } from '../roots.ts';
import { known, unknown } from '../setting.ts';
import type { Reading } from '../source.ts';
import type { Option } from './expand.ts';

/** So many sections lead to one another at most. */
const stepLimit = 10;

export function pasteEntrypoint(
  reading: Reading,
  cwd: string,
  { key, value, at }: Option,
): Setting<Entrypoint> {
  const text = key === 'paste' ? value.text : `config:${value.text}`;
  const [, path, name = 'main'] = /^config:([^#]*)(?:#(.*))?$/.exec(text) ?? [];
  const doubt = value.unknown?.why;
  if (path === undefined || (value.unknown !== undefined && !value.unknown.hinted))
    return unknown(doubt ?? `"${value.text}" names no configuration of PasteDeploy's`, undefined, at);
  const found = follow(reading, fileOf(reading, cwd, path), name);
  if (typeof found === 'string') return unknown(found, undefined, value.at);
  return doubt === undefined ? known(found, value.at) : unknown(doubt, found, value.at);
}

type Sections = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The application's function, or why it is not known. */
function follow(reading: Reading, start: string, first: string): Entrypoint | string {
  let path = start;
  let name = first;
  for (let i = 0; i < stepLimit; i++) {
    const opened = reading.open(path);
    if (!opened.ok) return `PasteDeploy's configuration ${basename(path)} was not read: ${opened.reason}`;
    const section = sectionOf(sections(opened.source.text), name);
    if (section === undefined) return `${basename(path)} has no application "${name}"`;
    const own = [...section].find(([key]) => /^paste\.(app|composite)_factory$/.test(key))?.[1];
    const use = section.get('use');
    const next = section.get('pipeline')?.split(/\s+/).filter(Boolean).at(-1) ?? section.get('next') ?? use;
    const call = own ?? (use?.startsWith('call:') ? use.slice('call:'.length) : undefined);
    if (call !== undefined) return factory(call) ?? `"${call}" names no function`;
    if (next === undefined) return `${basename(path)} does not say what makes the application`;
    if (next.startsWith('egg:')) return fromPackage(reading, path, next.slice('egg:'.length));
    if (next.startsWith('config:')) {
      const [file = '', asked = 'main'] = next.slice('config:'.length).split('#');
      path = reading.resolve(dirname(path), file);
      name = asked;
    } else name = next;
  }
  return 'its sections lead in a circle';
}

function sectionOf(all: Sections, name: string): ReadonlyMap<string, string> | undefined {
  for (const kind of ['app', 'application', 'composite', 'composit', 'pipeline', 'filter-app']) {
    const found = all.get(`${kind}:${name}`) ?? (name === 'main' ? all.get(kind) : undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** As `configparser` takes them apart: `key = value` or `key: value`, and indented lines that go on. */
function sections(text: string): Sections {
  const all = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let key: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const header = /^\[\s*([^\]]*?)\s*\]/.exec(line)?.[1];
    if (header !== undefined) {
      section = all.get(header) ?? new Map();
      all.set(header, section);
      key = undefined;
    } else if (/^\s/.test(line) && key !== undefined)
      section?.set(key, `${section.get(key) ?? ''}\n${line.trim()}`.trim());
    else {
      const [, name, value = ''] = /^\s*([^=:]+?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
      key = name;
      if (name !== undefined) section?.set(name, value);
    }
  }
  return all;
}

function factory(text: string): Entrypoint | undefined {
  const [, module, callable] = /^\s*([\w.]+):(\w+)\s*$/.exec(text) ?? [];
  if (module === undefined || callable === undefined) return undefined;
  return { kind: 'module', module, callable, factory: true };
}

/** An entry point of the project itself, where its build files say what it is. */
function fromPackage(reading: Reading, config: string, text: string): Entrypoint | string {
  const [, name = 'main'] = text.split('#');
  for (const folder of new Set([dirname(config), reading.root]))
    for (const file of ['pyproject.toml', 'setup.py', 'setup.cfg']) {
      const opened = reading.peek(`${folder}/${file}`);
      if (!opened.ok) continue;
      const behind = opened.source.text.split('paste.app_factory').slice(1).join('');
      const found = [...behind.matchAll(/\b([\w.-]+)"?\s*=\s*["']?([\w.]+:\w+)/g)].find(
        (one) => one[1] === name,
      );
      const app = found?.[2] === undefined ? undefined : factory(found[2]);
      if (app !== undefined) return app;
    }
  return `the app is an entry point of the package ${text}, which is not the project's`;
}

function fileOf(reading: Reading, cwd: string, path: string): string {
  const exact = reading.resolve(cwd, path);
  if (!path.startsWith('/') || reading.kind(exact) === 'file') return exact;
  return reading.resolve(folderHere(reading, cwd, dirname(path)).path, basename(path));
}
