// The list of rules, in the order in which they are listed to people. A new rule is one line here.

import type { Rule } from './finding.ts';
import { forkHookNeverRuns } from './fork-hook-never-runs.ts';
import { gcFreezeMisplaced } from './gc-freeze-misplaced.ts';
import { gcNeverReenabled } from './gc-never-reenabled.ts';
import { missingGcFreeze } from './missing-gc-freeze.ts';
import { queueWithoutConsumer } from './queue-without-consumer.ts';
import { threadBeforeFork } from './thread-before-fork.ts';
import { unknownOption } from './unknown-option.ts';
import { uwsgiCheaperInvalid } from './uwsgi-cheaper-invalid.ts';
import { uwsgiMasterRequired } from './uwsgi-master-required.ts';
import { uwsgiThreadsDisabled } from './uwsgi-threads-disabled.ts';

export const rules: readonly Rule[] = [
  threadBeforeFork,
  queueWithoutConsumer,
  forkHookNeverRuns,
  missingGcFreeze,
  gcFreezeMisplaced,
  gcNeverReenabled,
  unknownOption,
  uwsgiCheaperInvalid,
  uwsgiMasterRequired,
  uwsgiThreadsDisabled,
];
