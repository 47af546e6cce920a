// Where two ways through a configuration meet: what is known of names and results afterwards.
// Knows no statements; the ways themselves are `evaluate.ts`'s.

import { choose } from './expressions.ts';
import { type Bound, doubt, likelyValue, type Result, sameResult, truth } from './values.ts';

/** Names after two arms: known only where both agree. */
export function joinNames(
  test: Result,
  yes: ReadonlyMap<string, Bound>,
  no: ReadonlyMap<string, Bound>,
): Map<string, Bound> {
  const joined = new Map<string, Bound>();
  for (const name of new Set([...yes.keys(), ...no.keys()])) {
    const left = yes.get(name);
    const right = no.get(name);
    const either = left ?? right;
    if (either === undefined) continue;
    if (
      left === right ||
      (left !== undefined && right !== undefined && sameResult(left.result, right.result))
    )
      joined.set(name, either);
    else if (left === undefined || right === undefined) {
      const why = test.known ? 'depends on a condition' : test.why;
      joined.set(name, { ...either, result: doubt(why, likelyValue(either.result)) });
    } else
      joined.set(name, {
        ...left,
        result: choose(
          unsure(test),
          () => left.result,
          () => right.result,
        ),
      });
  }
  return joined;
}

/** What was returned in one of two arms, or in neither. */
export function joinReturns(
  test: Result,
  yes: Result | undefined,
  no: Result | undefined,
): Result | undefined {
  if (yes === undefined && no === undefined) return undefined;
  if (yes !== undefined && no !== undefined)
    return choose(
      unsure(test),
      () => yes,
      () => no,
    );
  const why = test.known ? 'depends on a condition' : test.why;
  const likely = likelyValue(unsure(test));
  const holds = likely === undefined ? undefined : truth(likely);
  const taken = holds === undefined ? (yes ?? no) : holds ? yes : no;
  return doubt(why, taken === undefined ? undefined : likelyValue(taken));
}

/** A test whose truth is not known even where its value is. */
function unsure(test: Result): Result {
  return test.known ? doubt('depends on a condition', test.value) : test;
}
