// Methods of constant strings with constant arguments, as CPython computes them. Pure values; anything else is unknown.

import { type CallArgs, constant, sequence, unknown, type Value } from './value.ts';

type Argument = string | number | null | readonly string[];

/** What `text.name(…)` gives; unknown where an argument is, or where the method is none of these. */
export function textMethod(name: string, text: string, args: CallArgs): Value {
  if (name === 'format') return formatted(text, args);
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  const given = args.positional.map(argumentOf);
  if (method === undefined || args.open || args.keywords.size > 0) return unknown;
  if (given.some((one) => one === undefined)) return unknown;
  return known(method(text, ...(given as Argument[])));
}

/** `"parts.{}".format(name)`, with places by order, number or name. */
function formatted(template: string, args: CallArgs): Value {
  let next = 0;
  let whole = !args.open;
  const text = template.replace(/\{(\w*)\}/g, (_all, place: string) => {
    const given = /^\d*$/.test(place)
      ? args.positional[place === '' ? next++ : Number(place)]
      : args.keywords.get(place);
    if (given?.t === 'const' && ['string', 'number'].includes(typeof given.value)) return String(given.value);
    whole = false;
    return '';
  });
  return whole && !/[{}]/.test(text) ? constant(text) : unknown;
}

type Result =
  | string
  | number
  | boolean
  | readonly string[]
  | { readonly tuple: readonly string[] }
  | undefined;

const methods: Readonly<Record<string, (text: string, ...args: readonly Argument[]) => Result>> = {
  strip: (text, characters = null) => stripped(text, characters, true, true),
  lstrip: (text, characters = null) => stripped(text, characters, true, false),
  rstrip: (text, characters = null) => stripped(text, characters, false, true),
  lower: (text) => (ascii(text) ? text.toLowerCase() : undefined),
  upper: (text) => (ascii(text) ? text.toUpperCase() : undefined),
  title: (text) =>
    ascii(text)
      ? text.replace(/[A-Za-z]+/g, (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
      : undefined,
  capitalize: (text) =>
    ascii(text) ? text.charAt(0).toUpperCase() + text.slice(1).toLowerCase() : undefined,
  startswith: (text, start) => affix(start, (one) => text.startsWith(one)),
  endswith: (text, end) => affix(end, (one) => text.endsWith(one)),
  removeprefix: (text, start) =>
    typeof start === 'string' ? (text.startsWith(start) ? text.slice(start.length) : text) : undefined,
  removesuffix: (text, end) =>
    typeof end === 'string'
      ? end !== '' && text.endsWith(end)
        ? text.slice(0, -end.length)
        : text
      : undefined,
  replace: (text, from, to) =>
    typeof from === 'string' && from !== '' && typeof to === 'string' ? text.replaceAll(from, to) : undefined,
  split: (text, separator = null, most = -1) => split(text, separator, most),
  rsplit: (text, separator = null, most = -1) => {
    if (separator === null) return most === -1 ? split(text, null, -1) : undefined;
    if (typeof separator !== 'string' || separator === '' || typeof most !== 'number') return undefined;
    return splitFromRight(text, separator, most);
  },
  partition: (text, separator) => {
    if (typeof separator !== 'string' || separator === '') return undefined;
    const at = text.indexOf(separator);
    return {
      tuple: at < 0 ? [text, '', ''] : [text.slice(0, at), separator, text.slice(at + separator.length)],
    };
  },
  rpartition: (text, separator) => {
    if (typeof separator !== 'string' || separator === '') return undefined;
    const at = text.lastIndexOf(separator);
    return {
      tuple: at < 0 ? ['', '', text] : [text.slice(0, at), separator, text.slice(at + separator.length)],
    };
  },
  join: (text, parts) => (Array.isArray(parts) ? parts.join(text) : undefined),
  isdigit: (text) => (ascii(text) ? /^[0-9]+$/.test(text) : undefined),
};

function argumentOf(value: Value): Argument | undefined {
  if (value.t === 'const') {
    const { value: known } = value;
    return typeof known === 'string' || typeof known === 'number' || known === null ? known : undefined;
  }
  if (value.t !== 'sequence' || value.open) return undefined;
  const texts = value.items.map((item) => (item.t === 'const' ? item.value : undefined));
  return texts.every((text) => typeof text === 'string') ? (texts as string[]) : undefined;
}

function known(result: Result): Value {
  if (result === undefined) return unknown;
  if (typeof result !== 'object') return constant(result);
  const items = 'tuple' in result ? result.tuple : result;
  return sequence(
    'tuple' in result ? 'tuple' : 'list',
    items.map((text) => constant(text)),
  );
}

/** Plain ASCII; letters and spaces beyond have rules of their own in each language. */
function ascii(text: string): boolean {
  return /^[ -~\t\n\r]*$/.test(text);
}

function affix(wanted: Argument | undefined, test: (one: string) => boolean): boolean | undefined {
  if (typeof wanted === 'string') return test(wanted);
  return Array.isArray(wanted) ? wanted.some(test) : undefined;
}

const space = ' \t\n\r';

function stripped(text: string, characters: Argument, left: boolean, right: boolean): string | undefined {
  if (characters !== null && typeof characters !== 'string') return undefined;
  if (characters === null && !ascii(text)) return undefined;
  const set = characters ?? space;
  let [from, to] = [0, text.length];
  while (left && from < to && set.includes(text.charAt(from))) from++;
  while (right && to > from && set.includes(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}

function split(text: string, separator: Argument, most: Argument): readonly string[] | undefined {
  if (typeof most !== 'number') return undefined;
  if (separator === null) {
    if (most !== -1) return undefined;
    const words = stripped(text, null, true, true);
    return words ? words.split(/[ \t\n\r]+/) : words === '' ? [] : undefined;
  }
  if (typeof separator !== 'string' || separator === '') return undefined;
  const parts = text.split(separator);
  if (most < 0 || parts.length <= most + 1) return parts;
  return [...parts.slice(0, most), parts.slice(most).join(separator)];
}

function splitFromRight(text: string, separator: string, most: number): readonly string[] {
  const parts: string[] = [];
  let end = text.length;
  while (most < 0 || parts.length < most) {
    const at = end < separator.length ? -1 : text.lastIndexOf(separator, end - separator.length);
    if (at < 0) break;
    parts.unshift(text.slice(at + separator.length, end));
    end = at;
  }
  return [text.slice(0, end), ...parts];
}
