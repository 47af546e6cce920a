// Django's settings: which module they are, that it is imported when the first of them is asked for, and the values
// of Django's own defaults that code asks about. Knows nothing of applications.

import type { Location } from '../../base/range.ts';
import { importModule, moduleAttribute } from '../imports.ts';
import { textOf } from '../known.ts';
import type { Machine } from '../machine.ts';
import type { Span } from '../source.ts';
import { type CallArgs, constant, optionsOf, sequence, type Value } from '../value.ts';

export interface Settings {
  /** Undefined where the project does not have it: nothing asked for has a known value then. */
  value(name: string): Value | undefined;
  /** The statement that gives it its value. */
  at(name: string): Location | undefined;
  /** Every name is known: what is not among them is Django's default, or does not exist. */
  readonly closed: boolean;
}

/** `pending`: settings ask for themselves while their module runs. */
const loaded = new WeakMap<Machine, Settings | 'pending'>();

const nothing: Settings = { value: () => undefined, at: () => undefined, closed: false };

/** The settings, loaded as asking for one of them does. */
export function settings(m: Machine, at: Span): Settings {
  const known = loaded.get(m);
  if (known !== undefined) return known === 'pending' ? nothing : known;
  const name = settingsModule(m);
  if (name === undefined) return nothing;
  loaded.set(m, 'pending');
  const made = fromModule(m, name, at);
  loaded.set(m, made);
  return made;
}

/** `settings.configure(DEBUG=False, …)`. */
export function configureSettings(m: Machine, args: CallArgs, at: Span): void {
  const place = m.location(at);
  const made: Settings = {
    value: (name) => args.keywords.get(name) ?? defaults[name],
    at: (name) => (args.keywords.has(name) ? place : undefined),
    closed: !args.open && args.positional.length === 0,
  };
  loaded.set(m, made);
}

function settingsModule(m: Machine): string | undefined {
  const named = m.environment.get('DJANGO_SETTINGS_MODULE');
  return textOf(named?.t === 'unknown' ? named.hint : named);
}

function fromModule(m: Machine, name: string, at: Span): Settings {
  const module = importModule(m, name, at, m.activation);
  if (module.t !== 'module') {
    m.limits.add(
      `Django's settings, ${name}, were not found: the applications they install were not followed.`,
    );
    return nothing;
  }
  return {
    value: (setting) => moduleAttribute(m, module, setting) ?? defaults[setting],
    at: (setting) => module.scope.boundAt.get(setting),
    closed: !module.scope.open,
  };
}

/** One item of a setting that lists some; `sure`: it is there whichever way the settings branch. */
export interface Listed {
  readonly item: Value;
  readonly sure: boolean;
}

/** The items of a setting, also where an optional package decides which of several lists it is; undefined for no list. */
export function listed(value: Value | undefined): readonly Listed[] | undefined {
  const lists = (value === undefined ? [] : optionsOf(value)).filter((one) => one.t === 'sequence');
  const [longest] = [...lists].sort((a, b) => b.items.length - a.items.length);
  const names = lists.map((one) => new Set(one.items.map(textOf)));
  return longest?.items.map((item) => ({ item, sure: names.every((all) => all.has(textOf(item))) }));
}

/** What code most often asks for without having set it; `django/conf/global_settings.py`. */
const defaults: Readonly<Record<string, Value>> = {
  DEBUG: constant(false),
  TESTING: constant(false),
  USE_TZ: constant(true),
  USE_I18N: constant(true),
  APPEND_SLASH: constant(true),
  MIDDLEWARE: sequence('list', []),
  INSTALLED_APPS: sequence('list', []),
};

/** Settings that Django itself defines, besides those above: there whether the project sets them or not. */
const own =
  /^(?:ABSOLUTE|ADMINS|ALLOWED|AUTH|CACHE|CSRF|CONN|DATABASE|DATA_|DATE|DEFAULT|EMAIL|FILE|FORCE|FORM|LANGUAGE|LOCALE|LOG|MANAGERS|MEDIA|MESSAGE|MIGRATION|PASSWORD|ROOT_URLCONF|SECRET|SECURE|SERVER|SESSION|SIGNING|SILENCED|STATIC|STORAGES|TEMPLATE|TEST_|TIME|USE_|WSGI|X_FRAME)/;

/** Whether `hasattr(settings, name)` holds; undefined where that cannot be told. */
export function hasSetting(m: Machine, name: string, at: Span): boolean | undefined {
  const all = settings(m, at);
  if (all.value(name) !== undefined) return name !== 'TESTING' || all.at(name) !== undefined;
  return all.closed && !own.test(name) ? false : undefined;
}
