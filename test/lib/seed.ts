// Property tests take the same cases in every run, so that a failure is a change's own. Loaded before the tests.
// FORKSIGHT_SEED=random looks at new cases; a number repeats those of a report.

import fc from 'fast-check';

const asked = process.env.FORKSIGHT_SEED ?? '1';
if (asked !== 'random') fc.configureGlobal({ seed: Number(asked) });
