// What depends on uWSGI's version: whether threads run, and what its options do about Python's callbacks round a fork.
// From 2.0.27 threads are always on; the version is read by `packages/`, not here.

import { isAtLeast } from '../../base/version.ts';
import {
  type AtForkCallbacks,
  type Deployment,
  type PackageVersion,
  type Setting,
  uwsgiVersion,
} from '../model.ts';
import { known } from '../setting.ts';

/** Why it is not known whether threads run, where the options leave it to the version. */
export const threadsByVersion =
  'threads are always on from uWSGI 2.0.27, and off in older versions without enable-threads';

export function settleVersion(deployment: Deployment): Deployment {
  const { facts } = deployment;
  const version = uwsgiVersion(deployment);
  if (facts.server !== 'uwsgi' || version === undefined) return deployment;
  const threads = threadsOf(facts.threads, version);
  return { ...deployment, atFork: atForkOf(deployment, threads, version), facts: { ...facts, threads } };
}

function threadsOf(given: Setting<boolean>, version: PackageVersion): Setting<boolean> {
  const always = isAtLeast(version, '2.0.27');
  if (always === true) return given.known && given.value ? given : known(true, version.at);
  if (given.known || given.why !== threadsByVersion || always === undefined) return given;
  return known(false, given.at ?? version.at);
}

/** Before 2.0.27 `py-call-uwsgi-fork-hooks` needs threads, and before 2.0.21 there is no such option. */
function atForkOf(
  { atFork, options }: Deployment,
  threads: Setting<boolean>,
  version: PackageVersion,
): AtForkCallbacks {
  if (options.some(({ name }) => name === 'py-call-osafterfork')) return atFork;
  const idle = isAtLeast(version, '2.0.27') === false && threads.known && !threads.value;
  return idle || isAtLeast(version, '2.0.21') === false ? 'never' : atFork;
}
