// A gunicorn command line, or GUNICORN_CMD_ARGS, taken apart as gunicorn's own parser (argparse) does.
// Owns flags, abbreviations and positionals; knows no setting's meaning.

import type { Location } from '../../base/range.ts';
import type { Problem } from '../model.ts';
import type { Value } from '../setting.ts';
import { isAnyOption, type Word } from '../shell/words.ts';
import { type Flag, flagNamed, longFlags } from './flags.ts';

export interface Given {
  readonly setting: string;
  /** Absent for a flag that takes none. */
  readonly value?: Value;
  /** Flag and value. */
  readonly at: Location;
}

export interface Arguments {
  readonly given: readonly Given[];
  readonly positional: readonly Word[];
  readonly problems: readonly Problem[];
  /** Set where a word of unknown content may be any flag. */
  readonly open?: string;
}

export function readArguments(words: readonly Word[]): Arguments {
  const given: Given[] = [];
  const positional: Word[] = [];
  const problems: Problem[] = [];
  let open: string | undefined;
  let i = 0;
  /** Index of the last positional: they stand together. */
  let last = -1;
  const put = (flag: Flag, word: Word, written: string, inline: string | undefined): void => {
    if (flag.arity === 'flag') {
      const { setting } = flag;
      const doubtful = word.unknown !== undefined;
      given.push({ setting, at: word.at, ...(doubtful ? { value: { ...word, text: 'True' } } : {}) });
      return;
    }
    if (inline !== undefined) {
      given.push({ setting: flag.setting, value: { ...word, text: inline }, at: word.at });
      return;
    }
    const next = words[i + 1];
    if (next === undefined || looksLikeFlag(next)) {
      if (flag.arity !== 'optional' && word.unknown === undefined)
        problems.push({ message: `gunicorn stops here: ${written} needs a value.`, at: word.at });
      return;
    }
    i++;
    given.push({ setting: flag.setting, value: next, at: joined(word.at, next.at) });
  };
  for (; i < words.length; i++) {
    const word = words[i];
    if (word === undefined) break;
    if (word.splits && word.text === '') open ??= word.unknown?.why;
    else if (isAnyOption(word)) {
      open ??= word.unknown?.why;
      if (words[i + 1]?.text.startsWith('-') === false) i++;
    } else if (word.text === '--') {
      positional.push(...words.slice(i + 1));
      break;
    } else if (!looksLikeFlag(word)) {
      if (positional.length > 0 && last !== i - 1)
        problems.push({ message: `gunicorn stops here: ${word.text} is left over.`, at: word.at });
      else positional.push(word);
      last = i;
    } else if (!takeFlag(word, put) && word.unknown === undefined)
      problems.push({ message: unknownFlag(word.text), at: word.at });
  }
  return { given, positional, problems, ...(open === undefined ? {} : { open }) };
}

type Put = (flag: Flag, word: Word, written: string, inline: string | undefined) => void;

/** False for what gunicorn does not know. */
function takeFlag(word: Word, put: Put): boolean {
  const { text } = word;
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  const inline = equals < 0 ? undefined : text.slice(equals + 1);
  const exact = flagNamed(text) ?? flagNamed(name);
  if (exact !== undefined) {
    if (exact.arity === 'flag' && inline !== undefined) return false;
    put(exact, word, name, inline);
    return true;
  }
  if (text.startsWith('--')) {
    const longer = longFlags().filter((flag) => flag.startsWith(name));
    const [only, second] = longer;
    const flag = only === undefined || second !== undefined ? undefined : flagNamed(only);
    if (flag === undefined || (flag.arity === 'flag' && inline !== undefined)) return false;
    put(flag, word, name, inline);
    return true;
  }
  for (let at = 1; at < text.length; at++) {
    const flag = flagNamed(`-${text[at]}`);
    if (flag === undefined) return false;
    const rest = text.slice(at + 1);
    if (flag.arity === 'flag') put(flag, word, `-${text[at]}`, undefined);
    else {
      put(flag, word, `-${text[at]}`, rest === '' ? undefined : rest.replace(/^=/, ''));
      return true;
    }
  }
  return true;
}

/** A word with blanks in it is one only where its beginning is known. */
function looksLikeFlag(word: Word): boolean {
  const { text } = word;
  if (!text.startsWith('-') || text === '-') return false;
  if (text.startsWith('--')) {
    const name = text.split('=')[0] ?? '';
    return !text.includes(' ') || longFlags().some((flag) => flag.startsWith(name));
  }
  if (flagNamed(text.slice(0, 2)) !== undefined) return true;
  return !/^-\d+$|^-\d*\.\d+$/.test(text) && !text.includes(' ');
}

function unknownFlag(text: string): string {
  const name = text.split('=')[0] ?? text;
  const near = longFlags().find((flag) => flag.startsWith(name) || name.startsWith(flag));
  return `gunicorn stops here: it has no flag ${name}.${near === undefined ? '' : ` Perhaps ${near} is meant.`}`;
}

function joined(first: Location, last: Location): Location {
  return { path: first.path, range: { start: first.range.start, end: last.range.end } };
}
