// gunicorn's settings from everywhere they can be set, in its order: default, file, GUNICORN_CMD_ARGS, command line.
// Reads each as gunicorn's validators do; a value they refuse is unknown and said. Knows no setting's meaning.

import { nearest } from '../../base/nearest.ts';
import type { Location } from '../../base/range.ts';
import type { OptionValue, Problem, Setting } from '../model.ts';
import { isKind, itemsOf, numeric, type PyValue, text } from '../python/values.ts';
import { doubted, known, unknown } from '../setting.ts';
import type { Arguments, Given } from './arguments.ts';
import type { Config, ConfigValue } from './config.ts';
import { allSettings, isSetting } from './flags.ts';

/** Reads a text of the command line or a value of the file; undefined for what gunicorn refuses. */
export type Read<T> = (value: PyValue, from: 'command' | 'file') => T | undefined;

export interface Sources {
  readonly command: Arguments;
  readonly environment: Arguments;
  readonly config: Config | undefined;
}

export class Settings {
  readonly problems: Problem[] = [];
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** Undefined where it is set nowhere. */
  given<T>(name: string, read: Read<T>): Setting<T> | undefined {
    const { command, environment, config } = this.#sources;
    const written = last(command, name) ?? last(environment, name);
    const value = config?.values.get(name);
    const own =
      written !== undefined
        ? this.#written(written, read)
        : value === undefined
          ? undefined
          : this.#evaluated(value, read);
    const open = command.open ?? environment.open ?? (written === undefined ? config?.open : undefined);
    if (open === undefined) return own;
    return own === undefined ? undefined : doubted(own, open);
  }

  withDefault<T>(name: string, read: Read<T>, value: T): Setting<T> {
    const given = this.given(name, read);
    if (given !== undefined) return given;
    const { command, environment, config } = this.#sources;
    const open = command.open ?? environment.open ?? config?.open ?? config?.broken;
    return open === undefined ? known(value) : unknown(open, value);
  }

  /** Everything that was set, the weakest first. */
  options(): OptionValue[] {
    const { command, environment, config } = this.#sources;
    const fromFile = [...(config?.values.values() ?? [])].filter(isAssigned).map((value) => ({
      name: value.name,
      value: shown(value.result.known ? value.result.value : value.result.hint),
      at: value.statement,
      ...this.#meant(value),
    }));
    const fromArguments = [...environment.given, ...command.given].map((given) => ({
      name: given.setting,
      value: given.value?.text ?? 'True',
      at: given.at,
    }));
    return [...fromFile, ...fromArguments];
  }

  /** gunicorn ignores an unknown name of the file in silence; one that nothing else in it reads was meant for gunicorn. */
  #meant({ name, result, statement }: ConfigValue): { meant?: string } {
    const { config } = this.#sources;
    if (config === undefined || statement.path !== config.path || !result.known || isSetting(name)) return {};
    if (!config.onceNamed(name)) return {};
    const meant = isSetting(`${name}_app`) ? `${name}_app` : nearest(name, allSettings());
    return meant === undefined ? {} : { meant };
  }

  /** Where the whole option stands that gives a setting its value. */
  place(name: string): Location | undefined {
    const { command, environment, config } = this.#sources;
    return (last(command, name) ?? last(environment, name))?.at ?? config?.values.get(name)?.statement;
  }

  #written<T>(given: Given, read: Read<T>): Setting<T> {
    const { value, at } = given;
    if (value === undefined) return this.#read(given.setting, true, read, at, 'command');
    if (value.unknown === undefined) return this.#read(given.setting, value.text, read, value.at, 'command');
    const hint = value.unknown.hinted ? read(value.text, 'command') : undefined;
    return unknown(value.unknown.why, hint, value.at);
  }

  #evaluated<T>({ name, result, at }: ConfigValue, read: Read<T>): Setting<T> {
    if (result.known) return this.#read(name, result.value, read, at, 'file');
    return unknown(result.why, result.hint === undefined ? undefined : read(result.hint, 'file'), at);
  }

  #read<T>(name: string, value: PyValue, read: Read<T>, at: Location, from: 'command' | 'file'): Setting<T> {
    const result = read(value, from);
    if (result !== undefined) return known(result, at);
    if (isKind(value, 'thing') || isKind(value, 'library') || isKind(value, 'function'))
      return unknown('is an object that Forksight does not follow', undefined, at);
    this.problems.push({ message: `gunicorn stops here: ${shown(value)} is not a value of ${name}.`, at });
    return unknown('is refused by gunicorn', undefined, at);
  }
}

function last(args: Arguments, name: string): Given | undefined {
  return args.given.findLast((given) => given.setting === name);
}

function isAssigned(value: ConfigValue): boolean {
  const { result, name } = value;
  if (name.startsWith('_')) return false;
  return !result.known || !(isKind(result.value, 'library') || isKind(result.value, 'thing'));
}

export const readBool: Read<boolean> = (value) => {
  if (typeof value === 'boolean') return value;
  if (value === null) return false;
  if (typeof value !== 'string') return undefined;
  const word = value.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
};

/** On the command line as `int(text)`; a string in the file as `int(text, 0)`. */
export const readCount: Read<number> = (value, from) => {
  const number =
    typeof value === 'string'
      ? integer(value.trim(), from)
      : isKind(value, 'float')
        ? undefined
        : numeric(value);
  return number === undefined || number < 0 ? undefined : number;
};

function integer(written: string, from: 'command' | 'file'): number | undefined {
  const digits = written.replaceAll('_', '');
  if (from === 'command') return /^[+-]?\d+$/.test(digits) ? Number(digits) : undefined;
  return /^[+-]?([1-9]\d*|0+|0x[\da-f]+|0o[0-7]+|0b[01]+)$/i.test(digits) ? Number(digits) : undefined;
}

/** null stands for None. */
export const readString: Read<string | null> = (value) =>
  value === null ? null : typeof value === 'string' ? value.trim() : undefined;

export const readClass: Read<string> = (value) => (typeof value === 'string' ? value : undefined);

function shown(value: PyValue | undefined): string {
  if (value === undefined) return '?';
  const items = itemsOf(value);
  if (items !== undefined) return items.map((item) => shown(item)).join(',');
  if (isKind(value, 'function')) return `${value.fn.name}()`;
  return text(value) ?? 'an object';
}
