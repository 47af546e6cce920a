// YAML configurations: uWSGI has two readers for them, and which one an installed uWSGI has is not known here.
// What both find is known; where they differ the option is in doubt, and that they differ is said.

import type { Location } from '../../base/range.ts';
import type { OptionHome, Problem } from '../model.ts';
import type { Unknown } from '../setting.ts';
import type { ConfigEntry, ConfigFile, ConfigText } from './file.ts';
import { readYamlLines, type YamlEntry, type YamlReading } from './yaml-lines.ts';
import { readYamlTokens } from './yaml-tokens.ts';

const doubt = 'depends on the YAML reader that uWSGI was built with';

export function readYaml(text: ConfigText, name: string): ConfigFile {
  const asked = name === '' ? 'uwsgi' : name;
  const lines = readYamlLines(text, asked);
  const tokens = readYamlTokens(text, asked);
  const { error } = tokens;
  const problems: Problem[] = [];
  if (error !== undefined) {
    const at = Math.min(error.at, text.text.length);
    const message = `This is not valid YAML (${error.message.replace(/[.\s]+$/, '')}): uWSGI may stop here, or read only what stands before it.`;
    problems.push({ message, at: text.place(at, Math.min(at + 1, text.text.length)) });
  } else problems.push(...stops(text, lines, tokens), ...differences(text, lines, tokens));
  const section = lines.section ?? tokens.section;
  if (section === undefined) return { sections: [], problems };
  const all = merged(text, lines, tokens);
  return {
    sections: [
      {
        header: text.place(section, section + asked.length),
        entries: all.map(({ entry }) => entry),
        home: homeOf(
          text,
          section,
          all.map(({ from }) => from),
        ),
      },
    ],
    problems,
  };
}

interface Merged {
  readonly from: YamlEntry;
  readonly entry: ConfigEntry;
}

function merged(text: ConfigText, lines: YamlReading, tokens: YamlReading): Merged[] {
  const found: Merged[] = [];
  const put = (from: YamlEntry, unknown: Unknown | undefined): void => {
    const own = unknown ?? text.unknownIn(from.keyAt, from.valueEnd);
    found.push({
      from,
      entry: {
        key: from.key,
        value: {
          text: from.value,
          at: text.place(from.valueAt, from.valueEnd),
          ...(own === undefined ? {} : { unknown: own }),
        },
        at: text.place(from.keyAt, Math.max(from.valueEnd, from.keyAt + from.key.length)),
      },
    });
  };
  const others = byPlace(lines);
  for (const one of tokens.entries) {
    const other = others.get(one.keyAt);
    put(one, other !== undefined && isSame(one, other) ? undefined : { why: doubt, hinted: true });
  }
  const known = byPlace(tokens);
  for (const one of lines.entries) if (!known.has(one.keyAt)) put(one, { why: doubt, hinted: false });
  return found.sort((a, b) => a.from.keyAt - b.from.keyAt);
}

function byPlace({ entries }: YamlReading): ReadonlyMap<number, YamlEntry> {
  return new Map(entries.map((entry) => [entry.keyAt, entry]));
}

function isSame(one: YamlEntry, other: YamlEntry): boolean {
  return one.key === other.key && one.value === other.value;
}

/** Where one of the readers ends before the section does. */
function stops(text: ConfigText, lines: YamlReading, tokens: YamlReading): Problem[] {
  const problems: Problem[] = [];
  const say = (at: number, message: string): void => {
    problems.push({ message, at: lineAt(text, at) });
  };
  if (lines.stopped !== undefined)
    say(
      lines.stopped,
      'uWSGI as pip installs it reads YAML line by line and stops at this one: it and what follows in the section are ignored. Write one `name: value` a line.',
    );
  if (tokens.stopped !== undefined)
    say(
      tokens.stopped,
      "uWSGI built with libyaml, as Debian's, stops here: what follows is ignored. Write plain `name: value` lines, without anchors and tags.",
    );
  return problems;
}

/** What both read, but not as the same; each reason is said once. */
function differences(text: ConfigText, lines: YamlReading, tokens: YamlReading): Problem[] {
  const said = new Map<string, Problem>();
  const others = byPlace(lines);
  for (const one of tokens.entries) {
    const other = others.get(one.keyAt);
    if (other === undefined || isSame(one, other)) continue;
    const advice = adviceFor(one, other);
    if (said.has(advice)) continue;
    const shown = ({ key, value }: YamlEntry): string => JSON.stringify(other.key === one.key ? value : key);
    const message = `uWSGI as pip installs it reads this as ${shown(other)}, one that was built with libyaml, as Debian's, as ${shown(one)}. ${advice}`;
    said.set(advice, { message, at: text.place(one.keyAt, Math.max(one.valueEnd, one.keyAt)) });
  }
  return [...said.values()];
}

function adviceFor(one: YamlEntry, other: YamlEntry): string {
  if (/^["']/.test(other.value) || /^["']/.test(other.key)) return 'Write it without quotes.';
  if (other.value.includes('\r')) return 'Save the file with line feeds alone as line ends.';
  return one.value.includes('#')
    ? 'Pass a value with # in it on the command line, or in an ini file.'
    : 'Write a plain value on one line.';
}

/** Behind the line of the last option, or of the section's name. */
function homeOf(text: ConfigText, section: number, all: readonly YamlEntry[]): OptionHome {
  const last = all.at(-1);
  const end = lineEnd(text, Math.max(last?.valueEnd ?? section, last?.keyAt ?? section));
  const indent = all[0] === undefined ? '  ' : text.text.slice(lineStart(text, all[0].keyAt), all[0].keyAt);
  const around = [`\n${/^[ \t]*$/.test(indent) ? indent : '  '}`, ''] as const;
  return { kind: 'file', format: 'yaml', at: text.place(end, end), around };
}

function lineAt(text: ConfigText, at: number): Location {
  return text.place(at, lineEnd(text, at));
}

function lineStart({ text }: ConfigText, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

function lineEnd({ text }: ConfigText, at: number): number {
  const newline = text.indexOf('\n', at);
  const end = newline < 0 ? text.length : newline;
  return text[end - 1] === '\r' && end - 1 >= at ? end - 1 : end;
}
