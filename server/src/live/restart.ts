// How to start a running server again: the command, the interpreter and the folder it was started with, and the
// signal that ends it. Its environment is looked into for PATH and PWD only, and never leaves this file.

import { accessSync, constants, existsSync, realpathSync } from 'node:fs';
import type { RestartAnswer, RestartPlan } from '../protocol/live.ts';
import type { Group, ServerProcess } from './discover.ts';
import { resolvePath } from './match.ts';
import type { ProcReader } from './proc.ts';
import { processId } from './track.ts';

export function restartPlan(proc: ProcReader, appId: string, name: string, group: Group): RestartAnswer {
  const { root } = group;
  // Without a master, the others may take longer to end than the first.
  const all = group.hasMaster ? [root] : group.workers;
  if (!all.some((one) => isSame(proc, one)))
    return { ok: false, why: 'This application is no longer running.' };
  if (root.cwd === undefined) return { ok: false, why: 'It belongs to another user, who has to restart it.' };
  if (root.inside !== undefined)
    return { ok: false, why: 'It runs in a container: restart it there, or the container.' };
  if (root.recognised.titled) return { ok: false, why: titled };
  const environment = readEnvironment(proc, root.stat.pid);
  const cwd = startFolder(root, environment.pwd);
  const program = programOf(proc, root, cwd, environment.path);
  if (program === undefined)
    return { ok: false, why: `Its program ${root.argv[0]} cannot be found any more.` };
  const plan: RestartPlan = {
    appId,
    launch: processId(root.stat),
    name,
    // Without a master, every worker has to be told.
    pids: all.map(({ stat }) => stat.pid),
    // TERM makes uWSGI reload instead of ending, unless it was told otherwise; INT always ends it.
    signal: root.recognised.server === 'uwsgi' ? 'SIGINT' : 'SIGTERM',
    cwd,
    argv: [program, ...root.argv.slice(1)],
  };
  return { ok: true, plan };
}

const titled =
  'Its process title hides the command it was started with. Stop it and start it again yourself; without the setproctitle package, or without auto-procname, Forksight can do it.';

/** Whether the process is still the one that was found. */
export function isSame(proc: ProcReader, { stat }: ServerProcess): boolean {
  const now = proc.stat(stat.pid);
  return now !== undefined && now.startTime === stat.startTime && now.state !== 'Z';
}

interface Environment {
  readonly path: string | undefined;
  readonly pwd: string | undefined;
}

function readEnvironment(proc: ProcReader, pid: number): Environment {
  const text = proc.read(pid, 'environ');
  const entries = text.ok ? text.text.split('\0') : [];
  const value = (name: string): string | undefined =>
    entries.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
  return { path: value('PATH'), pwd: value('PWD') };
}

/**
 * A server that changes its folder (`--chdir`) is no longer where it was started, and what its command names is
 * relative to there. The shell's PWD tells that folder, if what the command names exists there and not here.
 */
function startFolder({ argv, cwd = '/', facts }: ServerProcess, pwd: string | undefined): string {
  if (pwd === undefined || pwd === cwd || !pwd.startsWith('/')) return cwd;
  const named = [...facts.configs, ...argv.slice(0, 2).filter((word) => word.includes('/'))].filter(
    (path) => !path.startsWith('/'),
  );
  const exist = (folder: string): boolean =>
    named.every((path) => existsSync(resolvePath(folder, path) ?? ''));
  if (named.length > 0) return exist(cwd) || !exist(pwd) ? cwd : pwd;
  return facts.chdir !== undefined && resolvePath(pwd, facts.chdir) === cwd ? pwd : cwd;
}

/**
 * The first word of the command as a path. The kernel tells the interpreter's file with links resolved, which would
 * leave the virtual environment; so a bare name is looked up as the shell did, and must lead to that file.
 */
function programOf(
  proc: ProcReader,
  root: ServerProcess,
  cwd: string,
  path: string | undefined,
): string | undefined {
  const word = root.argv[0] ?? '';
  if (word.startsWith('/')) return executable(word) ? word : undefined;
  if (word.includes('/')) return [resolvePath(cwd, word)].find((one) => one !== undefined && executable(one));
  const file = proc.link(root.stat.pid, 'exe');
  const candidates = (path ?? '').split(':').map((folder) => `${folder}/${word}`);
  return candidates.find((candidate) => executable(candidate) && leadsTo(candidate, file)) ?? file;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function leadsTo(path: string, file: string | undefined): boolean {
  try {
    return file === undefined || realpathSync(path) === file;
  } catch {
    return false;
  }
}
