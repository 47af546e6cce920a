// What a Celery app's module sets of Celery's configuration: `app.conf`, `config_from_object`, old and new names.
// Reads without running; knows which settings matter to processes and not what they mean.
// https://docs.celeryq.dev/en/stable/userguide/configuration.html#new-lowercase-settings

import { type Location, rangeOf, type Span } from '../../base/range.ts';
import type { World } from '../dialect.ts';
import type { OptionValue, Setting } from '../model.ts';
import type { Effect } from '../python/effects.ts';
import { evaluateFile, moduleFile } from '../python/project.ts';
import {
  type Bound,
  doubt,
  isKind,
  just,
  likelyValue,
  type PyValue,
  type Result,
  text,
} from '../python/values.ts';
import { known, unknown, type Value } from '../setting.ts';

interface Given {
  readonly name: string;
  readonly result: Result;
  readonly at: Location;
  readonly statement: Location;
}

export interface CeleryConfig {
  /** Undefined where it is set nowhere. */
  setting<T>(name: string, read: (value: PyValue) => T | undefined): Setting<T> | undefined;
  readonly options: readonly OptionValue[];
}

/** What concerns processes, by its name of today. */
const wanted = new Set([
  'worker_pool',
  'worker_concurrency',
  'worker_pool_start_method',
  'worker_max_tasks_per_child',
  'worker_max_memory_per_child',
]);

const oldNames: Readonly<Record<string, string>> = {
  CELERYD_POOL: 'worker_pool',
  CELERYD_CONCURRENCY: 'worker_concurrency',
  CELERYD_MAX_TASKS_PER_CHILD: 'worker_max_tasks_per_child',
  CELERYD_MAX_MEMORY_PER_CHILD: 'worker_max_memory_per_child',
};

export interface ConfigInput {
  readonly world: World;
  readonly roots: readonly string[];
  readonly cwd: string;
  readonly env: ReadonlyMap<string, Value>;
  /** The file of the app's module. */
  readonly path: string;
}

export function readConfig(input: ConfigInput): CeleryConfig {
  const effects: Effect[] = [];
  evaluateFile(input, input.path, effects);
  const reader = new Reader(input, effects);
  for (const effect of effects) reader.take(effect);
  const given = [...reader.objects, ...reader.own];
  const last = (name: string): Given | undefined => given.findLast((one) => one.name === name);
  return {
    setting: (name, read) => {
      const found = last(name);
      if (found !== undefined) return settingOf(found, read);
      return reader.open === undefined ? undefined : unknown(reader.open.why, undefined, reader.open.at);
    },
    options: given
      .filter((one) => last(one.name) === one)
      .map(({ name, result, statement }) => ({
        name,
        value: shown(likelyValue(result)),
        at: statement,
        ...(result.known ? {} : { doubt: result.why }),
      })),
  };
}

class Reader {
  readonly objects: Given[] = [];
  /** Set on the app itself: it beats what an object says. */
  readonly own: Given[] = [];
  open: { readonly why: string; readonly at: Location } | undefined;
  readonly #input: ConfigInput;
  readonly #effects: readonly Effect[];

  constructor(input: ConfigInput, effects: readonly Effect[]) {
    this.#input = input;
    this.#effects = effects;
  }

  take(effect: Effect): void {
    const { target } = effect;
    if (effect.kind === 'set') {
      const name = /(?:^|\.)conf\.(\w+)$/.exec(target)?.[1];
      if (name !== undefined) this.#put(name, effect.result, effect.value, effect);
    } else if (/(?:^|\.)conf\.update$/.test(target)) this.#update(effect);
    else if (/\.config_from_object$/.test(target)) this.#fromObject(effect);
  }

  #put(name: string, result: Result, value: Span, { path, statement, doubt: why }: Effect): void {
    const known = wanted.has(name) ? name : oldNames[name];
    if (known === undefined) return;
    const at = { path, range: rangeOf(value) };
    // What may not be set keeps what was set before for its hint.
    const before = this.own.findLast((one) => one.name === known);
    const sure = why === undefined ? result : doubt(why, before && likelyValue(before.result));
    this.own.push({ name: known, result: sure, at, statement: { path, range: rangeOf(statement) } });
  }

  #update(effect: Extract<Effect, { kind: 'call' }>): void {
    for (const arg of effect.expr.args) {
      if (arg.name !== undefined) {
        this.#put(arg.name, effect.args.named.get(arg.name) ?? doubt('is not known'), arg.value.at, effect);
      } else if (arg.value.k === 'dict')
        for (const [key, value] of arg.value.entries)
          if (key?.k === 'const' && typeof key.value === 'string')
            this.#put(key.value, constant(value), value.at, effect);
    }
  }

  /** A module by its name, one that is imported already, or Django's settings. */
  #fromObject({ args, expr, path, doubt: why }: Extract<Effect, { kind: 'call' }>): void {
    const at = { path, range: rangeOf(expr.at) };
    const object = args.positional[0] ?? args.named.get('obj');
    const named = object?.known ? nameOf(object.value) : undefined;
    const prefix = args.named.get('namespace') ?? args.positional[3];
    const namespace = prefix?.known && typeof prefix.value === 'string' ? prefix.value : '';
    const module = named === undefined ? undefined : this.#moduleOf(named, path);
    if (module === undefined) {
      this.open ??= { why: 'may be set by an object that is not followed', at };
      return;
    }
    for (const [name, bound] of evaluateFile(this.#input, module).names) {
      const setting = settingName(name, namespace);
      if (setting !== undefined) this.objects.push(givenBy(setting, bound, why));
    }
  }

  #moduleOf(name: string, here: string): string | undefined {
    if (name === '__config__') return here;
    const module = name === 'django.conf:settings' ? this.#settingsModule() : name.split(':')[0];
    // A class of a module is an object that is not followed.
    if (module === undefined || (name.includes(':') && name !== 'django.conf:settings')) return undefined;
    return moduleFile(this.#input.world, this.#input.roots, module);
  }

  #settingsModule(): string | undefined {
    const call = this.#effects.find(
      (effect) => effect.kind === 'call' && effect.target === 'os.environ.setdefault',
    );
    const [name, value] = call?.kind === 'call' ? call.args.positional : [];
    const given = this.#input.env.get('DJANGO_SETTINGS_MODULE');
    if (given !== undefined) return given.text;
    const isIt = name?.known && name.value === 'DJANGO_SETTINGS_MODULE';
    return isIt && value?.known && typeof value.value === 'string' ? value.value : undefined;
  }
}

function givenBy(name: string, { result, path, value, statement }: Bound, why: string | undefined): Given {
  return {
    name,
    result: why === undefined ? result : doubt(why, likelyValue(result)),
    at: { path, range: rangeOf(value) },
    statement: { path, range: rangeOf(statement) },
  };
}

/** `CELERY_WORKER_POOL` under the namespace `CELERY`, `worker_pool`, `CELERYD_POOL`. */
function settingName(name: string, namespace: string): string | undefined {
  if (namespace !== '') {
    const rest = name.startsWith(`${namespace}_`) ? name.slice(namespace.length + 1) : '';
    return wanted.has(rest.toLowerCase()) ? rest.toLowerCase() : undefined;
  }
  return wanted.has(name) ? name : oldNames[name];
}

function nameOf(value: PyValue): string | undefined {
  if (typeof value === 'string') return value;
  return isKind(value, 'library') ? value.name : undefined;
}

function constant(expr: Extract<Effect, { kind: 'call' }>['expr']['args'][number]['value']): Result {
  const value = expr.k === 'const' ? expr.value : undefined;
  return value === undefined || (typeof value === 'object' && value !== null)
    ? doubt('is computed in a way that Forksight does not follow')
    : just(value);
}

function settingOf<T>({ result, at }: Given, read: (value: PyValue) => T | undefined): Setting<T> {
  const value = likelyValue(result);
  const found = value === undefined ? undefined : read(value);
  if (!result.known) return unknown(result.why, found, at);
  return found === undefined ? unknown('is no value of this setting', undefined, at) : known(found, at);
}

function shown(value: PyValue | undefined): string {
  return value === undefined ? '?' : (text(value) ?? 'an object');
}
