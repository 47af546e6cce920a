// What platforms run, as their YAML and JSON files say it: Heroku, Cloud Foundry, Render, App Engine, App Runner,
// Railway, Platform.sh, DigitalOcean, Elastic Container Service. Knows nothing of what the commands start.

import { dirname, resolvePath } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import type { Value } from '../setting.ts';
import { type Invocation, invocations, invocationsOf } from '../shell/invocations.ts';
import { filled } from '../shell/placed.ts';
import type { Variables } from '../shell/words.ts';
import type { Reading, Source } from '../source.ts';
import { runImage } from './dockerfile.ts';
import type { Environment } from './env-file.ts';
import { anywhere, isSupporting, settingsFile, shellIn } from './folders.ts';
import { readImage } from './image.ts';
import { type Yaml, yamlDocuments } from './yaml.ts';

/** A command of a platform's file, with what it is started with. */
interface Started {
  readonly command: Yaml | undefined;
  readonly env?: Environment;
  /** Below the file's own. */
  readonly folder?: string;
  readonly python?: Value;
  /** What its image is built from. */
  readonly dockerfile?: string;
  /** It runs in a container: where that is here is not said. */
  readonly contained?: true;
}

type Read = (document: Yaml) => readonly Started[];

const platforms: readonly (readonly [name: RegExp, read: Read])[] = [
  [/^heroku\.ya?ml$/, heroku],
  [/^manifest([._-][\w-]+)*\.ya?ml$/, cloudFoundry],
  [/^render\.ya?ml$/, render],
  [/^(app|[\w-]+[._-]app|app[._-][\w-]+)\.ya?ml$/, app],
  [/^apprunner\.ya?ml$/, appRunner],
  [/^railway\.json$/, (document) => [{ command: document.path('deploy', 'startCommand') }]],
  [/^\.platform\.app\.ya?ml$/, platformSh],
  [/^(task-?def(inition)?s?[\w.-]*|[\w.-]*task-?def(inition)?s?)\.json$/i, containerService],
];

export const platform: CommandDialect = {
  common: true,
  holdsCommands: (name, path) => platforms.some(([pattern]) => pattern.test(name)) && !isSupporting(path),
  commands(reading, source) {
    const document = yamlDocuments(source)[0];
    const name = source.path.slice(source.path.lastIndexOf('/') + 1);
    const found = platforms.flatMap(([pattern, read]) =>
      pattern.test(name) && document !== undefined ? read(document) : [],
    );
    return found.flatMap((one) => run(reading, source, one));
  },
};

function heroku(document: Yaml): Started[] {
  const all = document.get('run')?.entries() ?? [];
  return all.flatMap(({ key, value }) => {
    const image = document.path('build', 'docker', value.get('image')?.text ?? key)?.text;
    const dockerfile = image === undefined ? {} : { dockerfile: image };
    return [value, ...(value.get('command')?.items() ?? [])].map((command) => ({ command, ...dockerfile }));
  });
}

function cloudFoundry(document: Yaml): Started[] {
  return (document.get('applications')?.items() ?? []).flatMap((one) => {
    const processes = [one, ...(one.get('processes')?.items() ?? [])];
    const env = mapped(one.get('env'));
    const folder = one.get('path')?.text ?? '.';
    return processes.map((started) => ({ command: started.get('command'), env, folder }));
  });
}

function render(document: Yaml): Started[] {
  return (document.get('services')?.items() ?? []).flatMap((one) => {
    const env = listed(one.get('envVars'), 'key');
    const folder = one.get('rootDir')?.text ?? '.';
    return ['startCommand', 'dockerCommand'].map((key) => ({ command: one.get(key), env, folder }));
  });
}

/** App Engine's file and DigitalOcean's have the same name. */
function app(document: Yaml): Started[] {
  const runtime = document.get('runtime');
  const version = document.path('runtime_config', 'runtime_version') ?? runtime;
  const python = runtime?.text?.startsWith('python') ? versionOf(version) : undefined;
  const engine = {
    command: document.get('entrypoint'),
    env: mapped(document.get('env_variables')),
    ...(python === undefined ? {} : { python }),
  };
  const components = [
    ...(document.get('services')?.items() ?? []),
    ...(document.get('workers')?.items() ?? []),
  ];
  return [
    ...(runtime === undefined ? [] : [engine]),
    ...components.map((one) => ({
      command: one.get('run_command'),
      env: listed(one.get('envs'), 'key'),
      folder: one.get('source_dir')?.text?.replace(/^\//, './') ?? '.',
    })),
  ];
}

function appRunner(document: Yaml): Started[] {
  const run = document.get('run');
  const python = versionOf(run?.get('runtime-version') ?? document.get('runtime'));
  const started = { command: run?.get('command'), env: listed(run?.get('env'), 'name') };
  return [python === undefined ? started : { ...started, python }];
}

function platformSh(document: Yaml): Started[] {
  const env = mapped(document.path('variables', 'env'));
  const python = /^python:/.test(document.get('type')?.text ?? '')
    ? versionOf(document.get('type'))
    : undefined;
  const started = { command: document.path('web', 'commands', 'start'), env };
  return [python === undefined ? started : { ...started, python }];
}

function containerService(document: Yaml): Started[] {
  const containers =
    document.path('taskDefinition', 'containerDefinitions') ?? document.get('containerDefinitions');
  return (containers?.items() ?? []).map((one) => {
    const entry = one.get('entryPoint')?.items() ?? [];
    const env = listed(one.get('environment'), 'name');
    return { command: entry.length > 0 ? one.get('entryPoint') : one.get('command'), env, contained: true };
  });
}

/** `python312`, `python:3.12`, `3.12`. */
function versionOf(yaml: Yaml | undefined): Value | undefined {
  const [, major, minor] = /(3)\.?(\d{1,2})/.exec(yaml?.text ?? '') ?? [];
  return yaml === undefined || minor === undefined ? undefined : { text: `${major}.${minor}`, at: yaml.at };
}

function mapped(yaml: Yaml | undefined): Environment {
  const env = new Map<string, Value>();
  for (const { key, value } of yaml?.entries() ?? []) {
    const one = value.value(env);
    if (one !== undefined) env.set(key, one);
  }
  return env;
}

/** `[{name: …, value: …}]` */
function listed(yaml: Yaml | undefined, name: string): Environment {
  const env = new Map<string, Value>();
  for (const item of yaml?.items() ?? []) {
    const key = item.get(name)?.text;
    const unknown = { why: `depends on $${key} of the platform`, hinted: false };
    if (key !== undefined) env.set(key, item.get('value')?.value() ?? { text: '', at: item.at, unknown });
  }
  return env;
}

function run(
  reading: Reading,
  source: Source,
  { command, env, folder = '.', python, contained, dockerfile }: Started,
): Invocation[] {
  const variables: Variables = new Map(env);
  const built = dockerfile === undefined ? undefined : resolvePath(dirname(source.path), dockerfile);
  const file = built === undefined ? undefined : settingsFile(reading, built);
  const shellText = file === undefined ? undefined : command?.placed(variables);
  if (file !== undefined && command !== undefined && shellText !== undefined)
    return runImage(reading, source.path, readImage(reading, file), {
      command: { shell: shellText, at: command.at },
    });
  const shell = shellIn(reading, reading.resolve(dirname(source.path), folder), undefined, variables);
  const words = command?.items().flatMap((item) => {
    const placed = item.placed(variables);
    const { after } = item;
    return placed === undefined
      ? []
      : [{ ...filled(placed, variables), ...(after === undefined ? {} : { after }) }];
  });
  const placed = command?.placed(variables);
  const found =
    command !== undefined && words !== undefined && words.length > 0
      ? invocationsOf(words, command.at, shell)
      : placed === undefined
        ? []
        : invocations(placed, shell);
  return found.map((one) => ({
    ...(contained ? anywhere(one, reading, source.path) : one),
    ...(python === undefined ? {} : { python }),
  }));
}
