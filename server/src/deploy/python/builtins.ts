// What calls to Python's own and the standard library's functions give, as far as a configuration needs them.
// Anything that depends on the machine or the environment is unknown, with the default as hint.

import { dirname, resolvePath } from '../../base/path.ts';
import type { Expr } from '../../syntax/index.ts';
import type { Value } from '../setting.ts';
import {
  combine,
  doubt,
  isFloat,
  isKind,
  itemsOf,
  just,
  likelyValue,
  list,
  numeric,
  type PyValue,
  type Result,
  text,
  truth,
} from './values.ts';

export interface CallArguments {
  readonly positional: readonly Result[];
  readonly named: ReadonlyMap<string, Result>;
}

export interface Surroundings {
  /** Environment variables known from the command. */
  readonly env: ReadonlyMap<string, Value>;
  /** The configuration file, for `__file__`. */
  readonly path: string;
  /** The folder it runs in. */
  readonly cwd: string;
  /** What it is told of `__name__`, where that matters. */
  readonly name?: string;
  /** Told of every call of something of a library. */
  onCall?(name: string, call: Extract<Expr, { k: 'call' }>, evaluate: (expr: Expr) => Result): void;
}

/** The result of calling something of a library; undefined for what is not known here. */
export function callLibrary(name: string, args: CallArguments, around: Surroundings): Result | undefined {
  const [first, second] = args.positional;
  switch (name) {
    case 'multiprocessing.cpu_count':
    case 'os.cpu_count':
    case 'os.process_cpu_count':
    case 'psutil.cpu_count':
      return doubt('depends on the number of CPU cores');
    case 'os.sched_getaffinity':
      return doubt('depends on the CPU cores the process may use');
    case 'os.getenv':
    case 'os.environ.get':
      return first === undefined
        ? undefined
        : environment(first, second ?? args.named.get('default') ?? just(null), around);
    case 'decouple.config':
    case 'environ.Env':
      return first === undefined ? undefined : setting(first, args, around);
    case 'os.getcwd':
      return just(around.cwd);
    case 'os.path.join':
      return texts(args.positional, (parts) =>
        parts.reduce((all, part) => (part.startsWith('/') ? part : `${all.replace(/\/$/, '')}/${part}`)),
      );
    case 'os.path.abspath':
    case 'os.path.realpath':
      return texts(args.positional, ([path = '']) => resolvePath(around.cwd, path));
    case 'os.path.dirname':
      return texts(args.positional, ([path = '']) => (path.includes('/') ? dirname(path) : ''));
    case 'os.path.basename':
      return texts(args.positional, ([path = '']) => path.slice(path.lastIndexOf('/') + 1));
    case 'os.path.exists':
    case 'os.path.isfile':
    case 'os.path.isdir':
      return doubt('depends on the files of the serving machine');
    default:
      return builtin(name, args);
  }
}

function builtin(name: string, { positional, named }: CallArguments): Result | undefined {
  const several = name === 'max' || name === 'min';
  if (named.size > 0 || (positional.length > 1 && !several)) return undefined;
  switch (name) {
    case 'int':
      return combine(positional, ([value]) => (value === undefined ? 0 : integer(value)));
    case 'float':
      return combine(positional, ([value]) => {
        const number =
          typeof value === 'string' && /^\s*[-+]?(\d+\.?\d*|\.\d+)\s*$/.test(value)
            ? Number(value)
            : numeric(value ?? 0);
        return number === undefined ? undefined : { kind: 'float', value: number };
      });
    case 'str':
      return combine(positional, ([value]) => (value === undefined ? '' : text(value)));
    case 'bool':
      return combine(positional, ([value]) => (value === undefined ? false : truth(value)));
    case 'abs':
      return combine(positional, ([value]) => {
        const number = value === undefined ? undefined : numeric(value);
        if (number === undefined || value === undefined) return undefined;
        return isFloat(value) ? { kind: 'float', value: Math.abs(number) } : Math.abs(number);
      });
    case 'round':
      return combine(positional, ([value]) => {
        const number = value === undefined ? undefined : numeric(value);
        return number === undefined ? undefined : roundHalfEven(number);
      });
    case 'math.ceil':
    case 'math.floor':
      return combine(positional, ([value]) => {
        const number = value === undefined ? undefined : numeric(value);
        return number === undefined
          ? undefined
          : name === 'math.ceil'
            ? Math.ceil(number)
            : Math.floor(number);
      });
    case 'max':
    case 'min':
      return combine(positional, (values) => {
        const [only] = values;
        return extreme(name, (values.length === 1 ? itemsOf(only) : undefined) ?? values);
      });
    case 'len':
      return combine(positional, ([value]) =>
        typeof value === 'string' ? value.length : itemsOf(value)?.length,
      );
    case 'list':
    case 'tuple':
      return combine(positional, ([value]) => {
        const items = value === undefined ? [] : typeof value === 'string' ? [...value] : itemsOf(value);
        return items === undefined ? undefined : { kind: name, items };
      });
    case 'distutils.util.strtobool':
      return combine(positional, ([value]) => {
        if (typeof value !== 'string') return undefined;
        if (/^(y|yes|t|true|on|1)$/i.test(value)) return 1;
        return /^(n|no|f|false|off|0)$/i.test(value) ? 0 : undefined;
      });
    default:
      return undefined;
  }
}

/** `os.environ["X"]` and `os.environ.get("X", default)`. */
export function environment(name: Result, fallback: Result | undefined, around: Surroundings): Result {
  const key = name.known ? name.value : undefined;
  if (typeof key !== 'string') return doubt('depends on the environment');
  const given = around.env.get(key);
  const why = `depends on the environment variable ${key}`;
  if (given !== undefined && given.unknown === undefined) return just(given.text);
  if (given?.unknown?.hinted) return doubt(why, given.text);
  return doubt(why, fallback === undefined ? undefined : likelyValue(fallback));
}

/** `decouple.config("X", default=4, cast=int)`. */
function setting(name: Result, args: CallArguments, around: Surroundings): Result {
  const value = environment(name, args.named.get('default') ?? args.positional[1], around);
  const cast = args.named.get('cast');
  if (cast === undefined || !cast.known || !isKind(cast.value, 'library')) return value;
  return (
    builtin(cast.value.name, { positional: [value], named: new Map() }) ?? doubt('depends on the environment')
  );
}

export function callMethod(of: PyValue, name: string, { positional }: CallArguments): Result | undefined {
  if (typeof of !== 'string') return undefined;
  switch (name) {
    case 'lower':
      return just(of.toLowerCase());
    case 'upper':
      return just(of.toUpperCase());
    case 'capitalize':
      return just(of.slice(0, 1).toUpperCase() + of.slice(1).toLowerCase());
    case 'strip':
      return positional.length === 0 ? just(of.trim()) : undefined;
    case 'isdigit':
    case 'isnumeric':
      return just(/^\d+$/.test(of));
    case 'startswith':
      return texts(positional, ([prefix = '']) => of.startsWith(prefix));
    case 'endswith':
      return texts(positional, ([suffix = '']) => of.endsWith(suffix));
    case 'replace':
      return texts(positional, ([from = '', to = '']) => of.replaceAll(from, to));
    case 'split':
      return texts(positional, ([separator]) => {
        if (separator === undefined) return list(of.split(/\s+/).filter(Boolean));
        return separator === '' ? undefined : list(of.split(separator));
      });
    case 'join':
      return combine(positional, ([items]) => {
        const parts = itemsOf(items)?.map((item) => (typeof item === 'string' ? item : undefined)) ?? [
          undefined,
        ];
        return parts.includes(undefined) ? undefined : parts.join(of);
      });
    case 'format':
      return combine(positional, (values) => {
        let index = 0;
        const result = of.replace(
          /\{(\d*)\}/g,
          (_all, at: string) => text(values[at === '' ? index++ : Number(at)] ?? null) ?? '',
        );
        return result.includes('{') ? undefined : result;
      });
    default:
      return undefined;
  }
}

function texts(results: readonly Result[], apply: (values: string[]) => PyValue | undefined): Result {
  return combine(results, (values) => {
    const strings = values.filter((value): value is string => typeof value === 'string');
    return strings.length === values.length ? apply(strings) : undefined;
  });
}

function integer(value: PyValue): number | undefined {
  if (typeof value === 'string')
    return /^\s*[-+]?\d+(_\d+)*\s*$/.test(value) ? Number(value.replaceAll('_', '')) : undefined;
  const number = numeric(value);
  return number === undefined ? undefined : isFloat(value) ? Math.trunc(number) : number;
}

function extreme(name: 'max' | 'min', values: readonly PyValue[]): PyValue | undefined {
  const numbers = values.map(numeric);
  if (numbers.length === 0 || numbers.includes(undefined)) return undefined;
  const known = numbers.filter((number) => number !== undefined);
  const best = name === 'max' ? Math.max(...known) : Math.min(...known);
  return values[numbers.indexOf(best)];
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
