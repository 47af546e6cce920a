// The fixes that rules offer. Each takes every deployment that reports the finding and gives one action that holds for
// all of them, or nothing where there is no edit that is surely right.

import type { Fix } from './fix.ts';

export { disableEarly, freezeRecipe, moveFreeze, reenableCollector } from './freeze.ts';
export { callHookDirectly } from './lazy-hook.ts';
export { moveStartToWorker, type ThreadToMove } from './move-start.ts';
export { loadBeforeFork } from './preload-import.ts';
export { preloadApp } from './preload-option.ts';
export { setUwsgiOption } from './uwsgi-option.ts';

/** What a rule returns: the fixes that there are. */
export function offered(...fixes: readonly (Fix | undefined)[]): readonly Fix[] {
  return fixes.filter((fix) => fix !== undefined);
}
export {
  exchangeValues,
  renameOption,
  switchOff,
  writeOptionName,
  writeOptionValue,
} from './option-value.ts';
export { patchEarly } from './patch-early.ts';
