// Flask: what a blueprint recorded runs when it is registered. Views, hooks of requests and commands are callbacks.

import { callValue } from '../calls.ts';
import { first, type Known } from '../known.ts';
import { none, sequence, type Value } from '../value.ts';

const deferred = '__deferred__';

/** `blueprint.record(f)`: also as a decorator. */
const record: Known = (_m, args, _at, _a, self) => {
  const fn = first(args);
  if (self?.t === 'object') {
    const list = self.attrs.get(deferred);
    if (list?.t === 'sequence') list.items.push(fn);
    else self.attrs.set(deferred, sequence('list', [fn]));
  }
  return fn;
};

const register: Known = (m, args, at, a) => {
  const blueprint = first(args);
  const list =
    blueprint.t === 'object' || blueprint.t === 'instance' ? blueprint.attrs.get(deferred) : undefined;
  const state: Value = {
    t: 'object',
    of: 'flask.blueprints.BlueprintSetupState',
    attrs: new Map(),
    native: undefined,
    level: 0,
  };
  if (list?.t === 'sequence')
    for (const fn of list.items)
      callValue(m, fn, { positional: [state], keywords: new Map(), open: false }, at, a);
  return none;
};

export const flaskFunctions: Readonly<Record<string, Known>> = {
  'flask.Blueprint.record': record,
  'flask.Blueprint.record_once': record,
  'flask.Flask.register_blueprint': register,
  'flask.Blueprint.register_blueprint': register,
};
