// The list of rules, in the order in which they are listed to people. A new rule is one line here.

import { acceleratorBeforeFork } from './accelerator-before-fork.ts';
import { appNotPreloaded } from './app-not-preloaded.ts';
import { childProcessBeforeFork } from './child-process-before-fork.ts';
import { connectionBeforeFork } from './connection-before-fork.ts';
import { eventLoopBeforeFork } from './event-loop-before-fork.ts';
import { fileHandleBeforeFork } from './file-handle-before-fork.ts';
import type { Rule } from './finding.ts';
import { forkHookNeverRuns } from './fork-hook-never-runs.ts';
import { gcEnabledWhileLoading } from './gc-enabled-while-loading.ts';
import { gcFreezeMisplaced } from './gc-freeze-misplaced.ts';
import { gcNeverReenabled } from './gc-never-reenabled.ts';
import { lateImport } from './late-import.ts';
import { missingGcFreeze } from './missing-gc-freeze.ts';
import { poolBeforeFork } from './pool-before-fork.ts';
import { preloadConflict } from './preload-conflict.ts';
import { queueWithoutConsumer } from './queue-without-consumer.ts';
import { randomStateBeforeFork } from './random-state-before-fork.ts';
import { threadBeforeFork } from './thread-before-fork.ts';
import { threadLivenessCheck } from './thread-liveness-check.ts';
import { unknownOption } from './unknown-option.ts';
import { urlconfNotPreloaded } from './urlconf-not-preloaded.ts';
import { uwsgiCheaperInvalid } from './uwsgi-cheaper-invalid.ts';
import { uwsgiMasterRequired } from './uwsgi-master-required.ts';
import { uwsgiThreadsDisabled } from './uwsgi-threads-disabled.ts';
export const rules: readonly Rule[] = [
  threadBeforeFork,
  queueWithoutConsumer,
  poolBeforeFork,
  connectionBeforeFork,
  eventLoopBeforeFork,
  randomStateBeforeFork,
  childProcessBeforeFork,
  fileHandleBeforeFork,
  acceleratorBeforeFork,
  forkHookNeverRuns,
  threadLivenessCheck,
  missingGcFreeze,
  gcFreezeMisplaced,
  gcNeverReenabled,
  gcEnabledWhileLoading,
  lateImport,
  urlconfNotPreloaded,
  appNotPreloaded,
  unknownOption,
  uwsgiCheaperInvalid,
  uwsgiMasterRequired,
  uwsgiThreadsDisabled,
  preloadConflict,
];
