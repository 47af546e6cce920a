// Compose files: the command of each service, over what its image says, in the folders it was built from.
// Owns interpolation, merges of override files, `extends` and environment files. Knows nothing of what the commands start.

import { basename, dirname, isWithin, resolvePath } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import type { Value } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import { filled, replaced, slice } from '../shell/placed.ts';
import { type Placed, commands as shellCommands, type Variables, type Word } from '../shell/words.ts';
import type { Mount, Reading, Source } from '../source.ts';
import { type Run, runImage } from './dockerfile.ts';
import { type Environment, environmentFile, likelyEnvironment } from './env-file.ts';
import { isSupporting } from './folders.ts';
import { type Command, type Image, readImage } from './image.ts';
import { type Yaml, yamlDocuments } from './yaml.ts';

export const compose: CommandDialect = {
  common: true,
  holdsCommands: (name, path) =>
    /^(docker-)?(compose|stack)([._-][\w.-]+)?\.ya?ml$|[._-](compose|stack)\.ya?ml$/.test(name) &&
    !isSupporting(path),
  commands,
};

/** A service with those it is made of: its own file first, then what it extends or overrides. */
interface Service {
  readonly layers: readonly Yaml[];
  /** The folder its paths are relative to. */
  readonly folder: string;
}

function commands(reading: Reading, source: Source): Invocation[] {
  const services = yamlDocuments(source)[0]?.get('services');
  if (services === undefined) return [];
  const bases = baseFiles(reading, source);
  return services.entries().flatMap(({ key, at, value }) => {
    const below = bases.flatMap((base) => base.get(key) ?? []);
    const layers = [value, ...below].flatMap((layer) => [
      layer,
      ...extended(reading, source, services, layer),
    ]);
    const service = { layers, folder: dirname(source.path) };
    return runService(reading, source, service, services).map((one) =>
      one.at.path === source.path ? one : { ...one, via: at },
    );
  });
}

/** The files a partial one is laid over: `compose.yaml` for `compose.prod.yaml`. */
function baseFiles(reading: Reading, source: Source): readonly Yaml[] {
  const names = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
  if (names.includes(basename(source.path))) return [];
  return names.flatMap((name) => {
    const path = `${dirname(source.path)}/${name}`;
    const opened = reading.kind(path) === 'file' ? reading.peek(path) : undefined;
    return opened?.ok ? (yamlDocuments(opened.source)[0]?.get('services') ?? []) : [];
  });
}

function extended(reading: Reading, source: Source, services: Yaml, layer: Yaml, depth = 0): readonly Yaml[] {
  const target = layer.get('extends');
  const name = target?.text ?? target?.get('service')?.text;
  if (target === undefined || name === undefined || depth > 4) return [];
  const file = target.get('file')?.text;
  const path = file === undefined ? undefined : resolvePath(dirname(source.path), file);
  const opened = path === undefined || !isWithin(reading.root, path) ? undefined : reading.peek(path);
  const from =
    file === undefined ? services : opened?.ok ? yamlDocuments(opened.source)[0]?.get('services') : undefined;
  const base = from?.get(name);
  if (base === undefined || from === undefined) return [];
  return [base, ...extended(reading, opened?.ok ? opened.source : source, from, base, depth + 1)];
}

function runService(reading: Reading, source: Source, service: Service, services: Yaml): Invocation[] {
  const variables: Variables = new Map();
  const host = likelyEnvironment(reading, `${service.folder}/.env`);
  const first = (key: string): Yaml | undefined =>
    service.layers.map((layer) => layer.get(key)).find((value) => value !== undefined);
  const command = commandOf(first('command'), variables, host);
  const entrypoint = commandOf(first('entrypoint'), variables, host);
  const built = first('build') ?? builtAs(first('image')?.text, services);
  if (command === undefined && entrypoint === undefined && built === undefined) return [];
  const { image, context } = imageOf(reading, service.folder, built, host);
  const env = new Map<string, Value>();
  const layers = [...service.layers].reverse();
  for (const path of layers.flatMap((layer) => environmentFiles(layer.get('env_file'))))
    for (const [name, value] of environmentFile(reading, resolvePath(service.folder, path)))
      env.set(name, value);
  for (const layer of layers)
    for (const [name, value] of environment(layer.get('environment'), variables, host)) env.set(name, value);
  for (const [name, value] of variables) env.set(name, value);
  const workdir = first('working_dir')?.text;
  const run: Run = {
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(command === undefined ? {} : { command }),
    ...(workdir === undefined || workdir.includes('$') ? {} : { workdir }),
    env,
    mounts: service.layers.flatMap((layer) => volumes(reading, service.folder, layer.get('volumes'))),
    from: context,
  };
  return runImage(reading, source.path, image, run);
}

/** The service that builds the image that this one uses. */
function builtAs(image: string | undefined, services: Yaml): Yaml | undefined {
  if (image === undefined) return undefined;
  return services
    .entries()
    .filter(({ value }) => value.get('image')?.text === image)
    .map(({ value }) => value.get('build'))
    .find((build) => build !== undefined);
}

function imageOf(
  reading: Reading,
  folder: string,
  build: Yaml | undefined,
  host: Environment,
): { readonly image: Image | undefined; readonly context: string } {
  if (build === undefined) return { image: undefined, context: folder };
  const context = resolvePath(folder, `./${build.text ?? build.get('context')?.text ?? '.'}`);
  const path = resolvePath(context, build.get('dockerfile')?.text ?? 'Dockerfile');
  const target = build.get('target')?.text;
  const args = environment(build.get('args'), new Map(), host);
  const opened =
    isWithin(reading.root, path) && reading.kind(path) === 'file' ? reading.peek(path) : undefined;
  const image = opened?.ok
    ? readImage(reading, opened.source, { context, args, ...(target === undefined ? {} : { target }) })
    : undefined;
  return { image, context };
}

/** `env_file`: a path, several, or each with its `path`. */
function environmentFiles(yaml: Yaml | undefined): readonly string[] {
  const all = yaml === undefined ? [] : yaml.isList ? yaml.items() : [yaml];
  return all.flatMap((one) => one.text ?? one.get('path')?.text ?? []);
}

/** `- NAME=value`, `- NAME` or `NAME: value`. */
function environment(yaml: Yaml | undefined, variables: Variables, host: Environment): Environment {
  const env = new Map<string, Value>();
  const outside = (name: string, at: Value['at']): Value =>
    host.get(name) ?? { text: '', at, unknown: { why: `depends on $${name}`, hinted: false } };
  const given = (placed: Placed): Value => plain(interpolated(placed, variables, host), variables);
  for (const { key, at, value } of yaml?.entries() ?? []) {
    const placed = value.placed(variables);
    env.set(key, placed === undefined ? outside(key, at) : given(placed));
  }
  for (const item of yaml?.items() ?? []) {
    const placed = item.placed(variables);
    const equals = placed?.text.indexOf('=') ?? -1;
    if (placed === undefined) continue;
    if (equals < 0) env.set(placed.text, outside(placed.text, item.at));
    else env.set(placed.text.slice(0, equals), given(slice(placed, equals + 1, placed.text.length)));
  }
  return env;
}

function plain(placed: Placed, variables: Variables): Value {
  const { text, at, unknown } = filled(placed, variables);
  const value = { text: text.replaceAll(dollar, '$'), at };
  return unknown === undefined ? value : { ...value, unknown };
}

function commandOf(yaml: Yaml | undefined, variables: Variables, host: Environment): Command | undefined {
  if (yaml === undefined) return undefined;
  if (yaml.isList) {
    const words = yaml.items().flatMap((item): Word[] => {
      const placed = item.placed(variables);
      const { after } = item;
      if (placed === undefined) return [];
      const word = filled(interpolated(placed, variables, host), variables);
      return [withDollars({ ...word, ...(after === undefined ? {} : { after }) })];
    });
    return words.length === 0 ? undefined : { words, at: yaml.at };
  }
  const placed = yaml.placed(variables);
  if (placed === undefined || placed.text.trim() === '') return undefined;
  const text = interpolated(placed, variables, host);
  const words = [...shellCommands(text, new Map(variables))].flatMap((command) =>
    command.words.map((word) => {
      const { plainAt } = word;
      const inner = plainAt === undefined ? undefined : slice(text, plainAt, plainAt + word.text.length);
      return withDollars(inner === undefined ? word : { ...word, inner });
    }),
  );
  const end = text.at(text.text.trimEnd().length, text.text.trimEnd().length);
  const last = words.at(-1);
  if (last !== undefined)
    words[words.length - 1] = { ...last, after: { kind: text.inexact ? 'nowhere' : 'command', at: end } };
  return { words, at: yaml.at };
}

/** Stands for a `$` that compose hands on. */
const dollar = '\uE000';

/** `${NAME:-default}` is of the machine that runs compose or of its `.env`, not of the container. */
function interpolated(placed: Placed, variables: Variables, host: Environment): Placed {
  const pattern = /\$\$|\$\{([A-Za-z_]\w*)(?:(:?[-+?])([^}]*))?\}|\$([A-Za-z_]\w*)/g;
  const value = (match: RegExpExecArray): string | Value => {
    if (match[0] === '$$') return dollar;
    const name = match[1] ?? match[4] ?? '';
    const set = host.get(name);
    if (set !== undefined && match[2]?.endsWith('+') !== true) return set;
    const isDefault = match[2]?.endsWith('-') === true;
    const text = isDefault ? (match[3] ?? '') : '';
    const at = placed.at(match.index, match.index + match[0].length);
    return { text, at, unknown: { why: `depends on $${name}`, hinted: isDefault } };
  };
  return replaced(placed, pattern, value, variables);
}

/** A word's `$$` are `$` to the shell that it may be for. */
function withDollars(word: Word): Word {
  const { plainAt: _plainAt, ...rest } = word;
  const text = word.text.replaceAll(dollar, '$');
  const inner: Placed = word.inner ?? { text: word.text, inexact: true, at: () => word.at };
  const at = inner.at.bind(inner);
  return { ...rest, text, inner: { ...inner, at, text: inner.text.replaceAll(dollar, '$') } };
}

/** Folders of the project that are put into the container, `.:/app` or in the long form. */
function volumes(reading: Reading, folder: string, yaml: Yaml | undefined): Mount[] {
  return (yaml?.items() ?? []).flatMap((item): Mount[] => {
    const [short = '', target = ''] = (item.text ?? '').split(':');
    const here = item.isMap ? (item.get('source')?.text ?? '') : short;
    const there = item.isMap ? (item.get('target')?.text ?? '') : target;
    if (!/^\.{0,2}(\/|$)|^\.$/.test(here) || here === '' || !there.startsWith('/')) return [];
    const path = resolvePath(folder, here);
    return isWithin(reading.root, path) ? [{ there: resolvePath('/', there), here: path }] : [];
  });
}
