// Dockerfiles: the command an image runs, in the folder and environment of its last stage.
// Owns how ENTRYPOINT and CMD make one command; what the image is made of is `image.ts`'s business.

import { dirname } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import type { Value } from '../setting.ts';
import { type Invocation, invocations, invocationsOf } from '../shell/invocations.ts';
import { slice } from '../shell/placed.ts';
import type { Word } from '../shell/words.ts';
import type { Mount, Reading } from '../source.ts';
import { anywhere, isSupporting, shellIn } from './folders.ts';
import { type Command, dockerfileLimit, type Image, readImage } from './image.ts';

export const dockerfile: CommandDialect = {
  holdsCommands: (name, path) =>
    /^(Docker|Container)file([._-][\w.-]+)?$|\.(docker|container)file$/i.test(name) &&
    !/ignore$/.test(name) &&
    !isSupporting(path),
  commands(reading, source) {
    if (source.text.length > dockerfileLimit) {
      reading.problem(
        `This file was not read: it is larger than ${dockerfileLimit / 1024} KB.`,
        source.at(0, 0),
      );
      return [];
    }
    const image = readImage(reading, source);
    if (image === undefined) return [];
    for (const command of [image.entrypoint, image.command])
      if (command !== undefined && isBrokenList(command)) reading.problem(brokenList, command.at);
    return runImage(reading, source.path, image);
  },
};

const brokenList =
  'This list is not JSON, so Docker hands it to a shell as it stands, which finds no such program. Write each word in double quotes, with commas between them and none behind the last.';

/** `['gunicorn', 'shop.wsgi']`, `["gunicorn", "shop.wsgi",]` */
function isBrokenList(command: Command): boolean {
  return 'shell' in command && /^\s*\[\s*(["'])[\s\S]*\1\s*,?\s*\]\s*$/.test(command.shell.text);
}

/** How an image is run: what another file puts over it. */
export interface Run {
  readonly entrypoint?: Command;
  readonly command?: Command;
  readonly workdir?: string;
  readonly env?: ReadonlyMap<string, Value>;
  readonly mounts?: readonly Mount[];
  /** The folder here where nothing says which one the working folder is. */
  readonly from?: string;
}

/** The commands of a container, in the folders of the project that its image was made from. */
export function runImage(
  reading: Reading,
  path: string,
  image: Image | undefined,
  run: Run = {},
): Invocation[] {
  const env = new Map([...(image?.env ?? []), ...(run.env ?? [])]);
  const mounts = [...(run.mounts ?? []), ...(image?.mounts ?? [])];
  const inside = reading.inside(mounts);
  const workdir = run.workdir ?? image?.workdir;
  const shell = shellIn(inside, run.from ?? image?.folder ?? dirname(path), workdir, env);
  const entrypoint = run.entrypoint ?? image?.entrypoint;
  const command = run.command ?? (run.entrypoint === undefined ? image?.command : undefined);
  const certain =
    image?.installs !== true &&
    (image?.guessed !== true || run.from !== undefined) &&
    mounts.filter(({ there }) => there === workdir).length === 1 &&
    reading.isFolder(shell.cwd);
  return both(entrypoint, command)
    .flatMap((one) =>
      'words' in one ? invocationsOf(one.words, one.at, shell) : invocations(one.shell, shell),
    )
    .map((one) => ({ ...one, mounts, ...(image?.python === undefined ? {} : { python: image.python }) }))
    .map((one) => (certain ? one : anywhere(one, reading, path)));
}

/** An entrypoint in words is handed the command; one for the shell is not. */
function both(entrypoint: Command | undefined, command: Command | undefined): readonly Command[] {
  if (entrypoint === undefined) return command === undefined ? [] : [command];
  if (!('words' in entrypoint) || entrypoint.words.length === 0)
    return 'words' in entrypoint && command !== undefined ? [command] : [entrypoint];
  const { words, at } = entrypoint;
  if (command === undefined) return [entrypoint];
  if ('words' in command) return [{ words: [...words, ...command.words], at }];
  return [{ words: [...words, ...throughShell(command.shell, command)], at }];
}

function throughShell(
  shell: Extract<Command, { readonly shell: unknown }>['shell'],
  { at }: Command,
): Word[] {
  const plain = (text: string): Word => ({ text, at, splits: false });
  const text = shell.text.trim();
  const from = shell.text.indexOf(text);
  return [plain('/bin/sh'), plain('-c'), { ...plain(text), inner: slice(shell, from, from + text.length) }];
}
