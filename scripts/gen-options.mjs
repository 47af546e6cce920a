// Makes the tables of options in server/src/knowledge/options from the servers that are pinned for the tests: what
// `uwsgi --help` prints, and what gunicorn keeps in `gunicorn.config`. One short line an option, in our own table's form.
// With --check nothing is written: exit 1 when a table is not as it would be made.

import { join } from 'node:path';
import { quoted, writeOrCheck } from './lib/generated.mjs';
import { root } from './lib/paths.mjs';
import { run } from './lib/processes.mjs';
import { ensureFormatsVenv } from './lib/uwsgi-formats.mjs';
import { ensureVenv } from './lib/venv.mjs';

const folder = join(root, 'server/src/knowledge/options');
/** Longer sentences are cut at a word. */
const longest = 140;

/** Prints version and settings of the installed gunicorn as JSON. */
const askGunicorn = `
import inspect, json, re
from gunicorn import __version__
from gunicorn.config import KNOWN_SETTINGS
from gunicorn.glogging import Logger
from gunicorn.reloader import reloader_engines
from gunicorn.workers import SUPPORTED_WORKERS

def shown(value):
    if callable(value):
        return None
    return value if isinstance(value, (bool, int, float, str, list)) else None

def kind(one):
    validator = getattr(one.validator, '__name__', '')
    if callable(one.default):
        return 'hook'
    if validator == 'validate_bool':
        return 'bool'
    if validator == 'validate_dict':
        return 'dict'
    if isinstance(one.default, list) or validator.endswith('list'):
        return 'list'
    return 'int' if isinstance(one.default, int) and one.default is not True else 'str'

def since(desc):
    found = re.search(r'\\.\\. versionadded:: *([0-9.]+)', desc)
    return found and found.group(1)

choices = {
    'worker_class': list(SUPPORTED_WORKERS),
    'reload_engine': list(reloader_engines),
    'loglevel': list(Logger.LOG_LEVELS),
}

print(json.dumps({'version': __version__, 'choices': choices, 'settings': [{
    'name': one.name,
    'flags': one.cli or [],
    'type': kind(one),
    'default': shown(one.default),
    'desc': one.desc,
    'since': since(one.desc),
    'parameters': list(inspect.signature(one.default).parameters) if kind(one) == 'hook' else None,
} for one in KNOWN_SETTINGS]}))
`;

async function uwsgiTable({ bin }) {
  const program = join(bin, 'uwsgi');
  const version = (await run(program, ['--version'])).trim();
  const options = new Map();
  for (const line of (await run(program, ['--help'])).split('\n')) {
    const found = /^ {4}(?:-(\w)\|)?--(\S+)\s*(.*)$/.exec(line);
    if (found === null) continue;
    const [, short = '', name, help] = found;
    // Two plugins may offer a name: the program takes the first.
    if (!options.has(name)) options.set(name, [oneLine(help), short]);
  }
  if (options.size < 500) throw new Error(`${program} --help lists ${options.size} options only`);
  const entries = [...options].map(([name, [help, short]]) =>
    entry([name, help, ...(short === '' ? [] : [short])]),
  );
  return `${head('`uwsgi --help`')}
export const uwsgiVersion = ${quoted(version)};

/** Name, meaning in one line, one-letter form. */
export const uwsgiOptions: readonly (readonly [name: string, help: string, short?: string])[] = [
${entries.join('\n')}
];
`;
}

async function gunicornTable({ python }) {
  const { version, choices, settings } = JSON.parse(
    await run(python, ['-c', askGunicorn], { env: { PATH: process.env.PATH } }),
  );
  if (settings.length < 80) throw new Error(`gunicorn lists ${settings.length} settings only`);
  const entries = settings.map(({ name, flags, type, default: value, desc, since, parameters }) => {
    const fields = [
      `name: ${quoted(name)}`,
      `flags: [${flags.map(quoted).join(', ')}]`,
      `type: ${quoted(type)}`,
      `help: ${quoted(oneLine(plain(desc)))}`,
      ...(isMachines(name, value) ? [] : [`default: ${quoted(pythonText(value))}`]),
      ...(since === null ? [] : [`since: ${quoted(since)}`]),
      ...(parameters === null ? [] : [`parameters: [${parameters.map(quoted).join(', ')}]`]),
    ];
    return `  { ${fields.join(', ')} },`;
  });
  return `${head('`gunicorn.config`')}
export const gunicornVersion = ${quoted(version)};

export interface GunicornSetting {
  readonly name: string;
  readonly flags: readonly string[];
  /** \`hook\` is a function that gunicorn calls. */
  readonly type: string;
  readonly help: string;
  /** As Python writes it. */
  readonly default?: string;
  /** The version it came with, where gunicorn says. */
  readonly since?: string;
  /** What a hook is called with. */
  readonly parameters?: readonly string[];
}

export const gunicornSettings: readonly GunicornSetting[] = [
${entries.join('\n')}
];

/** The values gunicorn has names for. */
export const gunicornChoices: Readonly<Record<string, readonly string[]>> = ${JSON.stringify(choices)};
`;
}

function head(origin) {
  return `// Made by scripts/gen-options.mjs from ${origin} of the program the tests pin: names and facts, each in one line.\n`;
}

function entry(words) {
  return `  [${words.map(quoted).join(', ')}],`;
}

/** The first sentence of reStructuredText, without its markup. */
function plain(desc) {
  const paragraph = desc.trim().split(/\n\s*\n|\n\s*\.\. /)[0];
  return paragraph
    .replace(/:\w+:`([^`<]*?)(?:\s*<[^>]*>)?`/g, '$1')
    .replace(/``?([^`]*)``?_?/g, '$1')
    .replace(/\*(\w+)\*/g, '$1');
}

function oneLine(text) {
  const line = text.replace(/\s+/g, ' ').trim();
  const sentence = /^(.*?[^.\s]{2}\.)(?:\s+[A-Z]|$)/.exec(line)?.[1] ?? line;
  const bare = sentence.replace(/[.:]$/, '');
  if (bare.length <= longest) return bare;
  return `${bare.slice(0, bare.lastIndexOf(' ', longest))}…`;
}

/** A value that differs from machine to machine, or says nothing. */
function isMachines(name, value) {
  return value === null || ['user', 'group', 'chdir', 'ssl_version', 'control_socket'].includes(name);
}

function pythonText(value) {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return JSON.stringify(value);
}

const venv = await ensureVenv({ requirements: join(root, 'test/servers/requirements.txt') });
writeOrCheck('scripts/gen-options.mjs', [
  [join(folder, 'uwsgi.generated.ts'), await uwsgiTable(await ensureFormatsVenv())],
  [join(folder, 'gunicorn.generated.ts'), await gunicornTable(venv)],
]);
