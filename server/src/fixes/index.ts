// The fixes that rules offer. Each takes every deployment that reports the finding and gives one action that holds for
// all of them, or nothing where there is no edit that is surely right.

export { freezeRecipe, moveFreeze, reenableCollector } from './freeze.ts';
export { moveStartToWorker } from './move-start.ts';
export { setUwsgiOption } from './uwsgi-option.ts';
