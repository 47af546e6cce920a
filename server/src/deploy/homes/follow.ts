// From a command to what it starts in the end: a script of the project, a task of a task file.
// Bounded in depth; what cannot be followed is left as it is. Knows no server.

import { basename, dirname, isWithin } from '../../base/path.ts';
import type { Invocation } from '../shell/invocations.ts';
import { invocationsOf } from '../shell/invocations.ts';
import type { Word } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { shellIn } from './folders.ts';
import { isShell, scriptCommands } from './script.ts';
import { taskCommands } from './tasks.ts';

const depthLimit = 4;

/** The programs that a command starts: itself, or what the script or task does that it names. */
export function follow(
  reading: Reading,
  invocation: Invocation,
  starts: (program: string) => boolean,
  depth = 0,
): readonly Invocation[] {
  if (starts(invocation.program)) return [invocation];
  if (depth >= depthLimit) return [];
  const next = taskCommands(reading, invocation) ?? fromScript(reading, invocation, starts);
  return next.flatMap((one) => follow(reading, inherited(one, invocation), starts, depth + 1));
}

function inherited(
  one: Invocation,
  { at, via = at, elsewhere, mounts, python, scripts = [] }: Invocation,
): Invocation {
  return {
    ...one,
    via,
    scripts: [...scripts, ...(one.scripts ?? [])],
    ...(elsewhere === undefined ? {} : { elsewhere }),
    ...(mounts === undefined ? {} : { mounts }),
    ...(python === undefined ? {} : { python }),
  };
}

function fromScript(
  reading: Reading,
  invocation: Invocation,
  starts: (program: string) => boolean,
): readonly Invocation[] {
  const { command, args, cwd, env, at } = invocation;
  const isInterpreter = /^(?:(?:ba|da|a|z|k)?sh|\.|source)$/.test(command.text.replace(/^.*\//, ''));
  const first = isInterpreter ? args.findIndex((word) => !word.text.startsWith('-')) : -1;
  const name = isInterpreter ? args[first] : command;
  if (name === undefined || name.unknown !== undefined) return [];
  const rest = isInterpreter ? args.slice(first + 1) : args;
  const script = scriptOf(reading, invocation, name, isInterpreter);
  const shell = shellIn(reading, cwd, undefined, env);
  if (script !== undefined)
    return scriptCommands(script, { ...shell, script: script.path, args: rest }).map((one) => ({
      ...one,
      scripts: [script.path],
    }));
  // An entrypoint of the image that is not in the project: such scripts end with `exec "$@"`.
  if (isInterpreter || !/[^/]\.sh$|\/[^/]*(entry-?point|start|run|init|wait)[^/]*$/.test(name.text))
    return [];
  const handed = invocationsOf(rest, at, shell);
  return handed.some((one) => starts(one.program)) ? handed : [];
}

function scriptOf(
  reading: Reading,
  { cwd, elsewhere = [] }: Invocation,
  name: Word,
  interpreted: boolean,
): Source | undefined {
  if (!name.text.includes('/') && !interpreted && !/\.(sh|bash)$/.test(name.text)) {
    const onPath = reading.resolve(cwd, `/usr/local/bin/${name.text}`);
    return sourceOf(reading, onPath, interpreted);
  }
  const names = name.text.startsWith('/') ? [name.text, `./${basename(name.text)}`] : [name.text];
  for (const one of names)
    for (const folder of [cwd, ...elsewhere]) {
      const source = sourceOf(reading, reading.resolve(folder, one), interpreted);
      if (source !== undefined) return source;
    }
  const tail = name.text.startsWith('/') ? name.text.split('/').slice(2).join('/') : '';
  return tail === '' ? undefined : sourceOf(reading, `${reading.root}/${tail}`, interpreted);
}

function sourceOf(reading: Reading, path: string, interpreted: boolean): Source | undefined {
  if (!isWithin(reading.root, path) || dirname(path) === path || reading.kind(path) !== 'file')
    return undefined;
  const file = reading.peek(path);
  return file.ok && (interpreted || isShell(file.source)) ? file.source : undefined;
}
