// Exceptions that Python raises by itself: a name, an attribute, a key that is not there for certain. They are raised
// only where a `try` around names them: anywhere else it is more likely that we know too little.

import { type Machine, PythonRaise } from './machine.ts';
import type { Span } from './source.ts';
import type { Value } from './value.ts';

/** Raises where a handler is there for just that; comes back otherwise. */
export function raises(m: Machine, type: string, at: Span): void {
  if (m.handlers.some((handles) => handles(type) && !handles('Exception')))
    throw new PythonRaise(type, m.location(at));
}

/** A module whose names are all known. */
export function isClosed(object: Value): boolean {
  return (
    object.t === 'module' && object.state === 'done' && !object.scope.open && object.ir?.errors.length === 0
  );
}
