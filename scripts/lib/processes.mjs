// Child processes of the scripts. Each runs in a group of its own, and no group outlives the script: not at its end,
// not after an error, not at Ctrl-C. Knows nothing of what the children do.

import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const groups = new Set();
const closers = { first: [], last: [] };
let closing;

process.once('exit', () => {
  for (const pid of groups) signalGroup(pid, 'SIGKILL');
});
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.on(signal, async () => {
    await stopAll();
    process.exit(code);
  });
}

/** Starts a command that keeps running. It ends with the script at the latest. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options, detached: true });
  if (child.pid !== undefined) groups.add(child.pid);
  child.once('exit', () => {
    // The leader is gone; what it left in its group goes too.
    signalGroup(child.pid, 'SIGTERM');
    if (!groupRuns(child.pid)) groups.delete(child.pid);
  });
  return child;
}

/**
 * Runs a command to its end. `show` passes its output on; otherwise it is kept and told when the command fails.
 *
 * @returns {Promise<string>} what it wrote
 */
export function run(command, args, { show = false, timeoutMs, hint = '', ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = start(command, args, options);
    const timer = timeoutMs && setTimeout(() => signalGroup(child.pid, 'SIGKILL'), timeoutMs);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += chunk;
        if (show) process.stdout.write(chunk);
      });
    }
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(new Error(`cannot start ${command}: ${error.message}.${hint && ` ${hint}`}`));
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      groups.delete(child.pid);
      if (code === 0) resolve(output);
      else reject(new CommandFailed(command, args, signal ?? `code ${code}`, output));
    });
  });
}

/** A command that did not end well, with what it wrote. */
export class CommandFailed extends Error {
  constructor(command, args, how, output) {
    super(`${[command, ...args].join(' ').slice(0, 300)} ended with ${how}:\n${output.slice(-6_000)}`);
    this.output = output;
  }
}

/** Asks the group to end, and after the grace period makes it. */
export async function stop(child, graceMs = 5_000) {
  if (child.pid === undefined) return;
  signalGroup(child.pid, 'SIGTERM');
  const end = Date.now() + graceMs;
  while (groupRuns(child.pid) && Date.now() < end) await sleep(50);
  signalGroup(child.pid, 'SIGKILL');
  groups.delete(child.pid);
}

/** Something else to do before the script ends: before the children are stopped, or after. */
export function beforeEnd(close, when = 'first') {
  closers[when].push(close);
}

/** Whether the script is on its way out: then a command that was cut short is no failure to tell of. */
export function isEnding() {
  return closing !== undefined;
}

/** Ends everything that was started, once. */
export function stopAll() {
  closing ??= (async () => {
    const settle = (all) => Promise.allSettled(all.map(async (close) => close()));
    await settle(closers.first);
    await settle([...groups].map((pid) => () => stop({ pid })));
    await settle(closers.last);
  })();
  return closing;
}

/** The environment without what npm and an enclosing VS Code put there for their own children. */
export function bareEnv() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_(package|lifecycle)_|npm_config_local_prefix$|VSCODE_|ELECTRON_)/i.test(name),
    ),
  );
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone.
  }
}

function groupRuns(pid) {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}
