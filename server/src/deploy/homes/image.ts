// What a Dockerfile makes of an image, as far as it matters to the command in it: environment, working folder,
// what was copied where, entrypoint and command, Python's version. Follows `FROM` from stage to stage.

import { DockerfileParser } from 'dockerfile-ast';
import { dirname, isWithin, resolvePath } from '../../base/path.ts';
import type { Location } from '../../base/range.ts';
import { foldersUp } from '../roots.ts';
import type { Value } from '../setting.ts';
import { jsonWords, PlacedBuilder, slice } from '../shell/placed.ts';
import { commands, type Placed, type Variables, type Word } from '../shell/words.ts';
import type { Mount, Reading, Source } from '../source.ts';

/** A command: a list of words, or a text for the shell. */
export type Command = { readonly at: Location } & (
  | { readonly words: readonly Word[] }
  | { readonly shell: Placed }
);

export interface Image {
  /** The build context. */
  readonly folder: string;
  /** Nothing tells whether it is that folder or one above. */
  readonly guessed: boolean;
  readonly env: ReadonlyMap<string, Value>;
  /** A path in the image. */
  readonly workdir: string;
  readonly mounts: readonly Mount[];
  readonly entrypoint?: Command;
  readonly command?: Command;
  readonly python?: Value;
  /** The project itself is installed: its modules may come from elsewhere than the working folder. */
  readonly installs: boolean;
}

interface Stage {
  readonly name: string;
  readonly env: Map<string, Value>;
  readonly args: Map<string, Value>;
  workdir: string;
  mounts: readonly Mount[];
  entrypoint: Command | undefined;
  command: Command | undefined;
  python: Value | undefined;
}

interface Instruction {
  readonly keyword: string;
  readonly args: Placed;
  readonly at: Location;
}

/** Longer ones are not what people write, and take the parser long. */
export const dockerfileLimit = 64 * 1024;

/** How it is built: in which folder, which stage, with which build arguments. */
export interface Build {
  readonly context?: string;
  readonly target?: string;
  readonly args?: ReadonlyMap<string, Value>;
}

/** The image of the last stage, or of the one that is asked for. */
export function readImage(
  reading: Reading,
  source: Source,
  { context, target, args = new Map() }: Build = {},
): Image | undefined {
  const instructions = readInstructions(source);
  const { folder, guessed } =
    context === undefined
      ? contextOf(reading, source.path, instructions)
      : { folder: context, guessed: false };
  const stages: Stage[] = [];
  const globals: Variables = new Map();
  for (const instruction of instructions) {
    const stage = stages.at(-1);
    if (instruction.keyword === 'FROM') stages.push(begin(instruction, stages, globals));
    else if (stage === undefined) declare(globals, globals, instruction, args);
    else apply(stage, instruction, { reading, folder, stages, globals, given: args });
  }
  const stage = stages.findLast(({ name }) => name === target?.toLowerCase()) ?? stages.at(-1);
  if (stage === undefined) return undefined;
  const { env, workdir, mounts, entrypoint, command, python } = stage;
  return {
    folder,
    guessed,
    installs: instructions.some(installsProject),
    env,
    workdir,
    mounts,
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(command === undefined ? {} : { command }),
    ...(python === undefined ? {} : { python }),
  };
}

/** Many files speak of one Dockerfile; it is parsed once a reading. */
const parsed = new WeakMap<Source, readonly Instruction[]>();

/** `pip install .`, `poetry install` and their like. */
function installsProject({ keyword, args }: Instruction): boolean {
  if (keyword !== 'RUN' || args.text.length > 4000) return false;
  return (
    /\binstall\b[^&|;]*(?<!\s-r|\s-c|--requirement)\s(?:-e\s*)?["']?(?:\.{1,2}|\/[\w./-]*)(?:\[[^\]]*\])?["']?(?:\s|$)/.test(
      args.text,
    ) || /\b(?:poetry|pdm|pipenv)\s+install\b|\buv\s+sync\b|setup\.py\s+(?:install|develop)/.test(args.text)
  );
}

function readInstructions(source: Source): readonly Instruction[] {
  const before = parsed.get(source);
  if (before !== undefined) return before;
  const instructions = source.text.length > dockerfileLimit ? [] : parseInstructions(source);
  parsed.set(source, instructions);
  return instructions;
}

function parseInstructions(source: Source): Instruction[] {
  const offset = offsets(source.text);
  return DockerfileParser.parse(source.text)
    .getInstructions()
    .map((instruction) => {
      const { start, end } = instruction.getRange();
      const from = offset(start.line, start.character);
      const to = offset(end.line, end.character);
      const name = instruction.getInstructionRange();
      const behind = offset(name.end.line, name.end.character);
      return {
        keyword: instruction.getKeyword(),
        args: logicalLine(source, behind, to),
        at: source.at(from, to),
      };
    });
}

function offsets(text: string): (line: number, character: number) => number {
  const starts = [0];
  for (const { index } of text.matchAll(/\r\n|\n|\r/g))
    starts.push(index + (text.startsWith('\r\n', index) ? 2 : 1));
  return (line, character) => Math.min((starts[line] ?? text.length) + character, text.length);
}

/** Without line continuations, and the comments and empty lines between them. */
function logicalLine(source: Source, start: number, end: number): Placed {
  const builder = new PlacedBuilder(source);
  const mark = /^#\s*escape\s*=\s*`/im.test(source.text.slice(0, 200)) ? '`' : '\\';
  let at = start;
  while (at < end) {
    const newline = source.text.indexOf('\n', at);
    const stop = newline < 0 || newline > end ? end : newline;
    const line = source.text.slice(at, stop);
    const isDropped = at > start && /^\s*(#|$)/.test(line);
    const continued = line.trimEnd().endsWith(mark);
    const length = continued ? line.trimEnd().length - 1 : line.length;
    if (!isDropped) builder.copy(at, at + length);
    if (!isDropped && continued) builder.put(' ', at + length, at + length);
    at = stop + 1;
  }
  return builder.build();
}

function begin({ args }: Instruction, stages: readonly Stage[], globals: Variables): Stage {
  const words = wordsOf(args, globals).filter((word) => !word.text.startsWith('--'));
  const [image, as, name] = words;
  const base = stages.find((stage) => stage.name !== '' && stage.name === image?.text.toLowerCase());
  const python = image === undefined ? undefined : pythonOf(image);
  return {
    name: as?.text.toLowerCase() === 'as' ? (name?.text.toLowerCase() ?? '') : '',
    env: new Map(base?.env),
    args: new Map(),
    workdir: base?.workdir ?? '/',
    mounts: base?.mounts ?? [],
    entrypoint: base?.entrypoint,
    command: base?.command,
    python: base?.python ?? python,
  };
}

/** `python:3.12-slim`, `tiangolo/uwsgi-nginx-flask:python3.11`. */
function pythonOf(image: Word): Value | undefined {
  const found = /(?:^|[/:.-])(?:python|pypy)[:-]?v?(\d+\.\d+(?:\.\d+)?)/.exec(image.text)?.[1];
  return found === undefined ? undefined : { ...image, text: found };
}

interface Around {
  readonly reading: Reading;
  /** The build context. */
  readonly folder: string;
  readonly stages: readonly Stage[];
  readonly globals: Variables;
  readonly given: ReadonlyMap<string, Value>;
}

function apply(stage: Stage, instruction: Instruction, around: Around): void {
  const variables: Variables = new Map([...stage.args, ...stage.env]);
  switch (instruction.keyword) {
    case 'ARG':
      declare(stage.args, around.globals, instruction, around.given);
      return;
    case 'ENV':
      for (const [name, value] of pairsOf(instruction.args, variables)) stage.env.set(name, value);
      return;
    case 'WORKDIR': {
      const [word] = wordsOf(instruction.args, variables);
      if (word !== undefined && word.unknown?.hinted !== false)
        stage.workdir = resolvePath(stage.workdir, word.text);
      return;
    }
    case 'COPY':
    case 'ADD':
      stage.mounts = [...copied(stage, instruction, around, variables), ...stage.mounts];
      return;
    case 'ENTRYPOINT':
      stage.entrypoint = commandOf(instruction);
      stage.command = undefined;
      return;
    case 'CMD':
      stage.command = commandOf(instruction);
      return;
    default:
  }
}

function declare(
  into: Map<string, Value>,
  globals: ReadonlyMap<string, Value>,
  { keyword, args }: Instruction,
  given: ReadonlyMap<string, Value>,
): void {
  if (keyword !== 'ARG') return;
  for (const word of wordsOf(args, new Map([...globals, ...into]), true)) {
    const [, name, value] = /^([A-Za-z_]\w*)(?:=([\s\S]*))?$/.exec(word.text) ?? [];
    if (name === undefined) continue;
    const before = globals.get(name);
    const why = `depends on the build argument ${name}`;
    const own = { text: value ?? '', at: word.at, unknown: { why, hinted: value !== undefined } };
    into.set(name, given.get(name) ?? (value === undefined && before !== undefined ? before : own));
  }
}

/** `A=1 B="x y"`, or the old `A the rest`. */
function pairsOf(args: Placed, variables: Variables): readonly (readonly [string, Value])[] {
  const [first] = [...commands(args, variables)];
  if (first === undefined) return [];
  if (first.assignments.length > 0) return first.assignments.map(({ name, value }) => [name, value]);
  const name = /^\s*([A-Za-z_]\w*)\s+/.exec(args.text);
  if (name?.[1] === undefined) return [];
  const words = wordsOf(slice(args, name[0].length, args.text.length), variables);
  const at = args.at(name[0].length, args.text.length);
  const unknown = words.find((word) => word.unknown !== undefined)?.unknown;
  const value = { text: words.map((word) => word.text).join(' '), at };
  return [[name[1], unknown === undefined ? value : { ...value, unknown }]];
}

function wordsOf(args: Placed, variables: Variables, assigned = false): Word[] {
  return [...commands(args, variables)].flatMap(({ assignments, words }) => [
    ...(assigned ? assignments.map(({ name, value }) => ({ ...value, text: `${name}=${value.text}` })) : []),
    ...words,
  ]);
}

function commandOf({ args, at }: Instruction): Command {
  const words = jsonWords(args);
  return words === undefined ? { shell: args, at } : { words, at };
}

function copied(stage: Stage, { args }: Instruction, around: Around, variables: Variables): Mount[] {
  const all = wordsOf(args, variables);
  const flags = all.filter((word) => word.text.startsWith('--'));
  const paths = jsonWords(args) ?? all.filter((word) => !word.text.startsWith('--'));
  if (paths.length < 2 || paths.some((word) => word.text.startsWith('<<'))) return [];
  const to = paths.at(-1);
  if (to === undefined || to.unknown?.hinted === false) return [];
  const there = resolvePath(stage.workdir, to.text);
  const from = flags.find((flag) => flag.text.startsWith('--from='))?.text.slice('--from='.length);
  const origin = from === undefined ? undefined : stageOf(around.stages, from);
  if (from !== undefined && origin === undefined) return [];
  const into = /(^|\/)\.?$/.test(to.text) || paths.length > 2 || /(^|\/)\.\.?$/.test(to.text);
  return paths.slice(0, -1).flatMap((path): Mount[] => {
    if (path.unknown !== undefined || /[*?[\]]|^https?:/.test(path.text)) return [];
    const here =
      origin === undefined
        ? resolvePath(around.folder, `./${path.text}`)
        : around.reading.inside(origin.mounts).resolve('/', resolvePath('/', path.text));
    if (!isWithin(around.reading.root, here)) return [];
    const isFolder = around.reading.isFolder(here);
    const name = path.text.replace(/^.*\//, '');
    return [{ there: isFolder || !into ? there : resolvePath(there, name), here }];
  });
}

function stageOf(stages: readonly Stage[], name: string): Stage | undefined {
  return /^\d+$/.test(name)
    ? stages[Number(name)]
    : stages.find((stage) => stage.name === name.toLowerCase());
}

/** The Dockerfile's folder, or one above it, that has most of what is copied. */
function contextOf(
  reading: Reading,
  path: string,
  instructions: readonly Instruction[],
): Pick<Image, 'folder' | 'guessed'> {
  const copies = instructions.filter(({ keyword }) => keyword === 'COPY' || keyword === 'ADD').slice(0, 50);
  const sources = copies
    .map(({ args }) => jsonWords(args) ?? wordsOf(args, new Map()))
    .filter((words) => !words.some((word) => word.text.startsWith('--from=')))
    .flatMap((words) => words.filter((word) => !word.text.startsWith('--')).slice(0, -1))
    .filter((word) => word.unknown === undefined && !/[*?[\]]|^https?:|^\.?\/?$/.test(word.text));
  const own = dirname(path);
  let best = { folder: own, count: -1 };
  for (const folder of foldersUp(own, reading.root)) {
    const count = sources.filter(
      (word) => reading.kind(resolvePath(folder, `./${word.text}`)) !== 'absent',
    ).length;
    if (count > best.count) best = { folder, count };
  }
  return { folder: best.folder, guessed: best.count === 0 && own !== reading.root };
}
