// A uWSGI command line taken apart as its getopt_long does: long names and their unique beginnings, short letters,
// bare arguments last. Knows which options take a value, not what they mean.

import type { Location } from '../../base/range.ts';
import type { Problem } from '../model.ts';
import { isAnyOption, type Word } from '../shell/words.ts';
import type { Given } from './expand.ts';
import { allOptions, arityOf, shortOptions } from './option-table.ts';

export interface Arguments {
  readonly given: readonly Given[];
  /** Configuration files, loaded after all options. */
  readonly files: readonly Word[];
  readonly problems: readonly Problem[];
  /** Set where a word of unknown content may be any option. */
  readonly open?: string;
}

export function readArguments(words: readonly Word[]): Arguments {
  const given: Given[] = [];
  const files: Word[] = [];
  const problems: Problem[] = [];
  let open: string | undefined;
  let i = 0;
  const say = (message: string, word: Word): void => {
    if (word.unknown === undefined) problems.push({ message: `uWSGI stops here: ${message}`, at: word.at });
  };
  const put = (key: string, word: Word, text: string): void => {
    given.push({ key, value: { ...word, text }, at: word.at });
  };
  const putNext = (key: string, word: Word, written: string): void => {
    const next = words[++i];
    if (next === undefined) say(`${written} needs a value.`, word);
    else given.push({ key, value: next, at: joined(word.at, next.at) });
  };
  const long = (word: Word): void => {
    const equals = word.text.indexOf('=');
    const name = equals < 0 ? word.text.slice(2) : word.text.slice(2, equals);
    const key = longOption(name);
    if (typeof key !== 'string') {
      say(
        key.length === 0
          ? `it has no option --${name}.`
          : `--${name} may be ${key.map((one) => `--${one}`).join(', ')}.`,
        word,
      );
      return;
    }
    const arity = arityOf(key);
    if (equals >= 0) {
      if (arity === 'none') say(`--${key} takes no value on the command line.`, word);
      else put(key, word, word.text.slice(equals + 1));
    } else if (arity === 'required') putNext(key, word, `--${key}`);
    else put(key, word, '');
  };
  const short = (word: Word): void => {
    for (let at = 1; at < word.text.length; at++) {
      const letter = word.text[at] ?? '';
      const key = shortOptions[letter];
      if (key === undefined) {
        say(`it has no option -${letter}.`, word);
        return;
      }
      const rest = word.text.slice(at + 1);
      const arity = arityOf(key);
      if (arity === 'none') put(key, word, '');
      else if (rest !== '' || arity === 'optional') {
        put(key, word, rest);
        return;
      } else {
        putNext(key, word, `-${letter}`);
        return;
      }
    }
  };
  for (; i < words.length; i++) {
    const word = words[i];
    if (word === undefined) break;
    if (word.splits && word.text === '') open ??= word.unknown?.why;
    else if (isAnyOption(word)) {
      open ??= word.unknown?.why;
      if (words[i + 1]?.text.startsWith('-') === false) i++;
    } else if (word.text === '--') {
      files.push(...words.slice(i + 1));
      break;
    } else if (word.text.startsWith('--')) long(word);
    else if (word.text.startsWith('-') && word.text.length > 1) short(word);
    else if (!word.text.startsWith('[')) files.push(word);
  }
  return { given, files, problems, ...(open === undefined ? {} : { open }) };
}

/** The option of that name or with that unique beginning; the candidates where there are several, none or many. */
function longOption(name: string): string | readonly string[] {
  if (arityOf(name) !== undefined) return name;
  const candidates = allOptions().filter((option) => option.startsWith(name));
  const [only, second] = candidates;
  return only !== undefined && second === undefined ? only : candidates.slice(0, 5);
}

function joined(first: Location, last: Location): Location {
  return { path: first.path, range: { start: first.range.start, end: last.range.end } };
}
