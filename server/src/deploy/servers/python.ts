// Programs of the project that Python runs, where they serve or fork: `python manage.py runserver`, `python worker.py`.
// Owns the way from a command to the script; what a script does is said by others.

import { basename } from '../../base/path.ts';
import type { Found, ServerDialect, World } from '../dialect.ts';
import type { Invocation } from '../shell/invocations.ts';
import type { Word } from '../shell/words.ts';
import { fromManage } from './django.ts';
import { fromScript } from './program.ts';

export const pythonPrograms: ServerDialect = {
  starts: (program) => /^(python|pypy)[\d.]*$|^manage\.py$|^(django-admin|django)$/.test(program),
  fromCommand,
  configures: () => false,
  fromFile: () => undefined,
};

function fromCommand(world: World, invocation: Invocation): Found | undefined {
  const { program, command, args, cwd } = invocation;
  if (/^django/.test(program)) return fromManage(world, invocation, undefined);
  const at = /^(python|pypy)/.test(program) ? scriptIn(args) : -1;
  const script = at < 0 ? command : args[at];
  if (script === undefined || script.unknown !== undefined) return undefined;
  const path = world.reading.resolve(cwd, script.text);
  const behind = { ...invocation, args: args.slice(at + 1) };
  if (basename(script.text) === 'manage.py') return fromManage(world, behind, path);
  const isOurs = script.text.endsWith('.py') && world.reading.kind(path) === 'file';
  return isOurs ? fromScript(world, behind, path) : undefined;
}

/** Where the interpreter's own options end; -1 where no script follows them. */
function scriptIn(args: readonly Word[]): number {
  for (let i = 0; i < args.length; i++) {
    const text = args[i]?.text ?? '';
    if (text === '-W' || text === '-X') i++;
    else if (text === '-c' || text === '-m') return args.length;
    else if (!text.startsWith('-')) return i;
  }
  return args.length;
}
