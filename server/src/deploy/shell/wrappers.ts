// Programs that start another one: `exec`, `env`, `poetry run`, `python -m`, `sh -c`. Takes them off the front of a command.
// Owns their names and which of their options take a value; knows no server.

import { basename } from '../../base/path.ts';
import type { Value } from '../setting.ts';
import type { Word } from './words.ts';

/** Takes wrappers off the front until none is left; `env` assignments are carried out. */
export function unwrap(words: readonly Word[], env: Map<string, Value>): readonly Word[] {
  let rest = words;
  for (let round = 0; round < 12; round++) {
    const inner = unwrapOnce(rest, env);
    if (inner === undefined || inner.length === 0) break;
    rest = inner;
  }
  return rest;
}

/** Wrappers that take options and then the command: which of their options have a value of their own. */
const plainWrappers: Readonly<Record<string, string>> = {
  exec: '-a',
  command: '',
  nohup: '',
  time: '-f -o',
  setsid: '',
  nice: '-n --adjustment',
  ionice: '-c -n -p',
  stdbuf: '-i -o -e',
  sudo: '-u -g -h -p -C',
  'dumb-init': '-r --rewrite',
  tini: '-p -e',
  catatonit: '',
  'ddtrace-run': '',
  'opentelemetry-instrument':
    '--traces_exporter --metrics_exporter --logs_exporter --service_name --id_generator',
  chrt: '',
  setpriv: '',
  chpst: '-u -U -b -e -d -n -l -L -m -o -p -f -c -r -t -/ -C',
  softlimit: '-a -c -d -f -l -m -o -p -r -s -t',
  's6-softlimit': '-a -c -d -f -l -m -o -p -r -s -t',
  's6-notifyoncheck': '-s -T -t -w -n -3',
  'with-contenv': '',
  'xvfb-run': '-e -f -n -p -s',
  authbind: '--depth',
  uvx: '--from --with --python -p',
  'start-nginx': '',
  'start-nginx-solo': '',
  'start-pgbouncer': '',
  'start-stunnel': '',
};

/** Wrappers with so many words before the command, a user's name or a folder. */
const counted: Readonly<Record<string, number>> = {
  gosu: 1,
  'su-exec': 1,
  setuidgid: 1,
  's6-setuidgid': 1,
  's6-envuidgid': 1,
  's6-envdir': 1,
  envdir: 1,
  fdmove: 2,
  redirfd: 3,
};

/** Wrappers with a word of their own before the command: the words, then options with values. */
const runners: Readonly<Record<string, readonly [verb: string, valued: string]>> = {
  uv: [
    'run',
    '--with --with-editable --with-requirements --python -p --extra --group --only-group --no-group --env-file --project --directory --package --index --index-url --default-index --extra-index-url',
  ],
  poetry: ['run', '-C --directory -P --project'],
  pipenv: ['run', ''],
  pdm: ['run', '-p --project'],
  hatch: ['run', ''],
  rye: ['run', ''],
  pipx: ['run', '--spec --python'],
  conda: ['run', '-n --name -p --prefix --cwd'],
  mamba: ['run', '-n --name -p --prefix --cwd'],
  micromamba: ['run', '-n --name -p --prefix --cwd'],
  'newrelic-admin': ['run-program', ''],
  dotenv: ['run', '-f --file -q --quote'],
  honcho: ['run', '-e --env -d --app-root'],
};

/** Servers themselves, and what starts its command in another place. */
const elsewhere =
  /^(gunicorn|uwsgi|celery|uvicorn|hypercorn|granian|daphne|waitress|flask|fastapi|rq|dramatiq|huey|docker|docker-compose|podman|kubectl|oc|ssh|heroku|fly|flyctl|vagrant|npx|npm|git)/;

function unwrapOnce(words: readonly Word[], env: Map<string, Value>): readonly Word[] | undefined {
  const [first, second] = words;
  if (first === undefined) return undefined;
  // A wrapper that is not known, or none.
  if (first.text === '' && first.splits && second !== undefined) return words.slice(1);
  const name = basename(first.text);
  if (name === 'command' && /^-\w*[vV]/.test(second?.text ?? '')) return undefined;
  if (name === 'eval' && words.length > 2) return words.slice(1);
  if (name === 'env') return afterEnv(words.slice(1), env);
  if (name === 'timeout') return afterOptions(words.slice(1), '-s --signal -k --kill-after').slice(1);
  const skipped = counted[name];
  if (skipped !== undefined) return words.slice(1 + skipped);
  const plain = plainWrappers[name];
  if (plain !== undefined) return afterOptions(words.slice(1), plain);
  const runner = runners[name];
  if (runner !== undefined) {
    const verb = afterOptions(words.slice(1), runner[1]);
    if (verb[0]?.text !== runner[0]) return undefined;
    const inner = verb.slice(1);
    const module = inner.findIndex((word) => word.text === '-m' || word.text === '--module');
    const target = afterOptions(inner, runner[1]);
    return module >= 0 && module < inner.length - target.length ? inner.slice(module + 1) : target;
  }
  if (/^(python|pypy)[\d.]*$/.test(name)) return afterPython(words.slice(1));
  if (second === undefined) return undefined;
  const dashes = words.findIndex((word) => word.text === '--');
  const target = words[dashes + 1];
  const isWrapper = !elsewhere.test(name) && dashes > 0 && target !== undefined;
  return isWrapper ? words.slice(dashes + 1) : undefined;
}

/** What follows the options; a word of `valued` takes the next word with it. */
function afterOptions(words: readonly Word[], valued: string): readonly Word[] {
  const takes = new Set(valued.split(' '));
  let i = 0;
  while (i < words.length) {
    const text = words[i]?.text ?? '';
    if (text === '--') return words.slice(i + 1);
    if (!text.startsWith('-') || text === '-') break;
    i += takes.has(text) ? 2 : 1;
  }
  return words.slice(i);
}

function afterEnv(words: readonly Word[], env: Map<string, Value>): readonly Word[] {
  const rest = afterOptions(words, '-u --unset -C --chdir');
  let i = 0;
  while (i < rest.length && setVariable(env, rest[i])) i++;
  return rest.slice(i);
}

export function setVariable(variables: Map<string, Value>, word: Word | undefined): boolean {
  const equals = word?.text.indexOf('=') ?? -1;
  if (word === undefined || equals <= 0 || !/^[A-Za-z_]\w*$/.test(word.text.slice(0, equals))) return false;
  variables.set(word.text.slice(0, equals), { ...word, text: word.text.slice(equals + 1) });
  return true;
}

/** `python -m gunicorn …` is `gunicorn …`; a script of the project is itself. */
function afterPython(words: readonly Word[]): readonly Word[] | undefined {
  for (let i = 0; i < words.length; i++) {
    const text = words[i]?.text ?? '';
    if (text === '-m') return words.slice(i + 1);
    if (text === '-W' || text === '-X') i++;
    else if (!text.startsWith('-') || text === '-c') return undefined;
  }
  return undefined;
}

/** The script of `sh -c script`, `su user -c script`, or `eval "$script"`. */
export function shellScript(words: readonly Word[]): Word | undefined {
  const name = basename(words[0]?.text ?? '');
  if (name === 'eval') return words.length === 2 ? words[1] : undefined;
  if (/^(su|runuser)$/.test(name)) {
    const flag = words.findIndex((word) => word.text === '-c' || word.text === '--command');
    return flag < 0 ? undefined : words[flag + 1];
  }
  if (!/^(ba|da|a|z|k)?sh$/.test(name)) return undefined;
  const flag = words.findIndex((word, index) => index > 0 && /^-[a-z]*c[a-z]*$/.test(word.text));
  return flag < 0 ? undefined : words.slice(flag + 1).find((word) => !word.text.startsWith('-'));
}
