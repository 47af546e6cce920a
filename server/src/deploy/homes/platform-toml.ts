// What platforms run, as their TOML files say it: `[processes]` of fly.toml, the start command of railway.toml and
// nixpacks.toml. Knows nothing of what the commands start.

import { basename, dirname, resolvePath } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import type { Value } from '../setting.ts';
import { type Invocation, invocations } from '../shell/invocations.ts';
import { filled } from '../shell/placed.ts';
import { commands as shellCommands, type Word } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { runImage } from './dockerfile.ts';
import { isSupporting, settingsFile, shellIn } from './folders.ts';
import { type Command, readImage } from './image.ts';
import { placedToml, type TomlContent, tomlEntries } from './toml.ts';

export const platformToml: CommandDialect = {
  common: true,
  holdsCommands: (name, path) =>
    /^(fly([._-][\w-]+)*|railway|nixpacks)\.toml$/.test(name) && !isSupporting(path),
  commands: (reading, source) =>
    basename(source.path).startsWith('fly') ? fly(reading, source) : started(reading, source),
};

function started(reading: Reading, source: Source): Invocation[] {
  const shell = shellIn(
    reading,
    dirname(source.path),
    undefined,
    environment(source, /^(?:variables|env)\.(\w+)$/),
  );
  return tomlEntries(source).flatMap(([path, value]) =>
    /^(deploy\.startCommand|start\.cmd)$/.test(path) && value.type === 'TOMLValue'
      ? invocations(placedToml(value, source), shell)
      : [],
  );
}

/** A process takes the place of the image's command; its entrypoint stays. */
function fly(reading: Reading, source: Source): Invocation[] {
  const entries = tomlEntries(source);
  const folder = dirname(source.path);
  const named = entries.find(([path]) => path === 'build.dockerfile')?.[1];
  const name = named?.type === 'TOMLValue' ? String(named.value) : 'Dockerfile';
  const dockerfile = settingsFile(reading, resolvePath(folder, name));
  const image = dockerfile === undefined ? undefined : readImage(reading, dockerfile, { context: folder });
  const env = environment(source, /^env\.(\w+)$/);
  return entries.flatMap(([path, value]) => {
    const command = /^(processes\.[^.]+|experimental\.cmd)$/.test(path)
      ? commandOf(value, source)
      : undefined;
    return command === undefined ? [] : runImage(reading, source.path, image, { command, env, from: folder });
  });
}

/** Words, not a shell's text: what looks like an operator is none. */
function commandOf(value: TomlContent, source: Source): Command | undefined {
  const at = source.at(...value.range);
  if (value.type === 'TOMLValue') {
    const placed = placedToml(value, source);
    const words = [...shellCommands(placed, new Map())].flatMap((command) => command.words);
    const end = placed.at(placed.text.length, placed.text.length);
    return {
      words: words.map((word, i) =>
        i < words.length - 1 ? word : { ...word, after: { kind: 'command', at: end } },
      ),
      at,
    };
  }
  if (value.type !== 'TOMLArray') return undefined;
  const words = value.elements.flatMap((one): Word[] => {
    if (one.type !== 'TOMLValue') return [];
    const end = source.at(one.range[1], one.range[1]);
    return [
      {
        ...filled(placedToml(one, source), new Map()),
        after: { kind: 'list', at: end, around: [', "', '"'] },
      },
    ];
  });
  return { words, at };
}

function environment(source: Source, pattern: RegExp): ReadonlyMap<string, Value> {
  const env = new Map<string, Value>();
  for (const [path, value] of tomlEntries(source)) {
    const name = pattern.exec(path)?.[1];
    if (name !== undefined && value.type === 'TOMLValue')
      env.set(name, filled(placedToml(value, source), new Map()));
  }
  return env;
}
