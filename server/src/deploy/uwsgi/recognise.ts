// Whether a file that no command names is a uWSGI configuration, by what is in it. Other programs have files of these
// formats too, and a key "uwsgi" in them may be anything: a service, a chart, a package.

import { basename } from '../../base/path.ts';
import type { Problem } from '../model.ts';
import type { Source } from '../source.ts';
import { type ConfigFormat, ConfigText } from './file.ts';
import { formatOf, readConfig } from './formats.ts';
import { arityOf } from './option-table.ts';

/** A hand-written configuration is smaller. */
const sizeLimit = 64 * 1024;

/** In a file of another name the app itself is named: `uwsgi:` with some numbers may be a chart's values. */
const naming = /^(module|wsgi|wsgi-file|file|mount|app|emperor|paste)$/;

/** At least one of these says what is served, or where. */
const telling =
  /^(module|wsgi|wsgi-file|file|mount|app|callable|master|processes|workers|socket|uwsgi-socket|http|http-socket|https|emperor|plugins?|virtualenv|home|chdir|pythonpath|paste)$/;

const holders = /^(conf(ig)?s?|etc|deploy(ment)?|docker|server|ops|infra|apps-(available|enabled))$/i;

/** By its path below the workspace: one of another format than ini at the top, or in a folder for configuration. */
export function mayBeUwsgi(path: string): boolean {
  if (!/\.(xml|ya?ml|json)$/.test(path)) return false;
  const folders = path.split('/').slice(0, -1);
  const last = folders.at(-1);
  return (
    last === undefined || folders.some((name) => /uwsgi|vassal|emperor/i.test(name)) || holders.test(last)
  );
}

export function speaksOfUwsgi(source: Source): boolean {
  const format = formatOf(source.path);
  if (format === undefined || !signs[format].test(source.text)) return false;
  if (format === 'ini') return true;
  if (source.text.length > sizeLimit) return false;
  const { sections } = readConfig(format, new ConfigText(source, new Map()), '');
  const keys = sections.flatMap(({ entries }) => entries.map(({ key }) => key));
  const known = keys.filter((key) => arityOf(key) !== undefined);
  const wanted = isCalledSo(source) ? telling : naming;
  return known.some((key) => wanted.test(key)) && known.length * 2 > keys.length;
}

/** What keeps uWSGI from reading a file that is meant for it by its name and what can be read of it. */
export function brokenUwsgi(source: Source): readonly Problem[] {
  const format = formatOf(source.path);
  if (
    format === undefined ||
    !isCalledSo(source) ||
    source.text.length > sizeLimit ||
    !signs[format].test(source.text)
  )
    return [];
  const { problems, refused } = readConfig(format, new ConfigText(source, new Map()), '');
  return refused ? problems : [];
}

function isCalledSo({ path }: Source): boolean {
  return /uwsgi/i.test(basename(path));
}

const signs: Readonly<Record<ConfigFormat, RegExp>> = {
  ini: /^[ \t\r]*\[uwsgi\b/m,
  xml: /<uwsgi[\s/>]/,
  yaml: /^uwsgi:/m,
  json: /"uwsgi"\s*:\s*\{/,
};
