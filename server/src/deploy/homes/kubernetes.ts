// Kubernetes manifests and Helm templates: the containers of every workload, with command, arguments and environment.
// Knows nothing of what the commands start.

import { basename } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import { foldersUp } from '../roots.ts';
import type { Value } from '../setting.ts';
import type { Invocation } from '../shell/invocations.ts';
import { filled, replaced } from '../shell/placed.ts';
import type { Variables, Word } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { configMap } from './config-map.ts';
import { runImage } from './dockerfile.ts';
import { isSupporting } from './folders.ts';
import { type Command, type Image, readImage } from './image.ts';
import { templateDocuments } from './template.ts';
import type { Yaml } from './yaml.ts';

export const kubernetes: CommandDialect = {
  common: true,
  holdsCommands: (name, path) =>
    /\.(ya?ml|tpl)$/.test(name) && !/compose|^values|^Chart\.ya?ml$/.test(name) && !isSupporting(path),
  commands,
};

function commands(reading: Reading, source: Source): Invocation[] {
  if (!/^\s*kind\s*:/m.test(source.text) || !/\bcontainers\s*:/.test(source.text)) return [];
  const image = projectImage(reading, source.path);
  return templateDocuments(reading, source)
    .flatMap((document) => [document, ...(document.get('items')?.items() ?? [])])
    .filter((document) => document.get('kind')?.text !== undefined)
    .flatMap((document) => containers(document.get('spec'), 0))
    .flatMap((container) => run(reading, source, container, image));
}

/** Wherever a workload of its kind keeps its pod: `template.spec`, `jobTemplate.spec.template.spec`, or here. */
function containers(spec: Yaml | undefined, depth: number): readonly Yaml[] {
  if (spec === undefined || depth > 6) return [];
  const own = spec.get('containers')?.items() ?? [];
  const below = ['template', 'jobTemplate', 'spec'].flatMap((key) => containers(spec.get(key), depth + 1));
  return [...own, ...below];
}

function run(reading: Reading, source: Source, container: Yaml, image: Image | undefined): Invocation[] {
  const env = new Map<string, Value>();
  for (const from of container.get('envFrom')?.items() ?? []) {
    const prefix = from.get('prefix')?.text ?? '';
    const map = configMap(reading, source, from.path('configMapRef', 'name')?.text);
    for (const [name, value] of map ?? []) env.set(`${prefix}${name}`, value);
  }
  for (const entry of container.get('env')?.items() ?? []) {
    const name = entry.get('name')?.text;
    const value = entry.get('value')?.value(env);
    const outside = {
      text: '',
      at: entry.at,
      unknown: { why: `depends on ${name} of the cluster`, hinted: false },
    };
    const ref = entry.path('valueFrom', 'configMapKeyRef');
    const map = ref === undefined ? undefined : configMap(reading, source, ref.get('name')?.text);
    if (name !== undefined) env.set(name, value ?? map?.get(ref?.get('key')?.text ?? '') ?? outside);
  }
  const command = commandOf(container.get('command'), env);
  const args = commandOf(container.get('args'), env);
  if (command === undefined && args === undefined) return [];
  const workdir = container.get('workingDir')?.text;
  const under = command === undefined ? image : image && without(image);
  return runImage(reading, source.path, under, {
    ...(command === undefined ? {} : { entrypoint: command }),
    ...(args === undefined ? {} : { command: args }),
    ...(workdir === undefined ? {} : { workdir }),
    env,
    from: image?.folder ?? reading.root,
  });
}

/** `command` replaces both of what the image says. */
function without({ folder, guessed, installs, env, workdir, mounts, python }: Image): Image {
  return { folder, guessed, installs, env, workdir, mounts, ...(python === undefined ? {} : { python }) };
}

/** A list of words in which `$(NAME)` is the environment's. */
function commandOf(list: Yaml | undefined, env: Variables): Command | undefined {
  if (list === undefined) return undefined;
  const { doubtful } = list;
  const words = (list.isList ? list.items() : [list]).flatMap((item): Word[] => {
    if (doubtful.has(item)) return [maybe(item)];
    const placed = item.placed(env);
    if (placed === undefined) return [];
    const put = replaced(placed, /\$\(([A-Za-z_]\w*)\)/g, ([, name = '']) => env.get(name), env);
    const { after } = item;
    return [{ ...filled(put, env), ...(after === undefined ? {} : { after }) }];
  });
  // Another list may be given in its place.
  return { words: list.isDefault ? [...words, maybe(list)] : words, at: list.at };
}

/** A word that is there only under a condition: it may be any option, or none. */
function maybe({ at }: Yaml): Word {
  const unknown = { why: 'depends on the template', hinted: false };
  return { text: '', at, splits: true, unknown };
}

/** The image is built from the Dockerfile next to the manifest or above it, if there is but one such folder. */
function projectImage(reading: Reading, path: string): Image | undefined {
  for (const folder of foldersUp(path.slice(0, path.lastIndexOf('/')), reading.root)) {
    const file = `${folder === '/' ? '' : folder}/Dockerfile`;
    if (reading.kind(file) !== 'file' || basename(folder).startsWith('.')) continue;
    const opened = reading.peek(file);
    return opened.ok ? readImage(reading, opened.source) : undefined;
  }
  return undefined;
}
