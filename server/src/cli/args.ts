// The command line's grammar: commands, their options and the help about them. Parses, decides nothing.

import { parseArgs } from 'node:util';
import { choiceProblem } from '../analysis.ts';
import { isLevel, type SeverityName } from '../protocol/settings.ts';
import { UsageError } from './terminal.ts';

export type Format = 'text' | 'json' | 'sarif' | 'github';

/** Deployments named or described by flags, as the engine reads them. */
export type Chosen = readonly Readonly<Record<string, string | number>>[];

export interface CheckOptions {
  readonly command: 'check';
  readonly paths: readonly string[];
  readonly format: Format;
  readonly rules: Readonly<Record<string, 'off' | SeverityName>>;
  readonly exclude: readonly string[];
  readonly chosen: Chosen;
  /** Keep what is found in the project's baseline, and report it no more. */
  readonly writeBaseline: boolean;
  /** Apply safe fixes; `diff` shows them instead. */
  readonly fix: 'no' | 'apply' | 'diff';
}

export type Invocation =
  | CheckOptions
  | {
      readonly command: 'deployments';
      readonly paths: readonly string[];
      readonly format: 'text' | 'json';
      readonly chosen: Chosen;
    }
  | {
      readonly command: 'workers';
      readonly paths: readonly string[];
      readonly format: 'text' | 'json';
      readonly watch: boolean;
      /** Forking parents to show too, whatever they are. */
      readonly pids: readonly number[];
      readonly record: string | undefined;
    }
  | {
      readonly command: 'measure';
      readonly paths: readonly string[];
      readonly format: 'text' | 'json';
      readonly python: string | undefined;
      readonly workers: number;
    }
  | { readonly command: 'rules'; readonly format: 'text' | 'json' }
  | { readonly command: 'explain'; readonly rule: string }
  | { readonly command: 'server' }
  | { readonly command: 'help'; readonly text: string }
  | { readonly command: 'version' };

interface Command {
  readonly usage: string;
  readonly about: string;
  readonly options: readonly (keyof typeof optionTable)[];
}

const optionTable = {
  format: { type: 'string', about: '--format FORMAT    text (default), json, sarif or github' },
  rule: {
    type: 'string',
    multiple: true,
    about: '--rule RULE=LEVEL  off, error, warning, information or hint; may be repeated',
  },
  exclude: {
    type: 'string',
    multiple: true,
    about: '--exclude PATTERN  report nothing about these paths; may be repeated',
  },
  deployment: {
    type: 'string',
    multiple: true,
    about: '--deployment ID    look at this deployment only, named by id or file; may be repeated',
  },
  server: {
    type: 'string',
    about: '--server SERVER    describe a deployment: gunicorn, uwsgi, celery, uvicorn…',
  },
  app: { type: 'string', about: '--app MODULE:NAME  its application; without --server, that of those found' },
  load: { type: 'string', about: '--load MODE        preload or lazy, whatever is configured' },
  processes: { type: 'string', about: '--processes N      count of workers, whatever is configured' },
  fix: { type: 'boolean', about: '--fix              apply the safe fixes' },
  diff: { type: 'boolean', about: '--diff             show the safe fixes as a diff, change nothing' },
  'no-cache': { type: 'boolean', about: '--no-cache         neither read nor keep summaries of modules' },
  watch: { type: 'boolean', about: '--watch            keep showing, until Ctrl-C' },
  pid: {
    type: 'string',
    multiple: true,
    about: '--pid N            show this forking parent too, whatever it is; may be repeated',
  },
  record: { type: 'string', about: '--record FILE      write what is seen to a new file, until Ctrl-C' },
  python: { type: 'string', about: '--python PATH      interpreter to run the application with' },
  'write-baseline': {
    type: 'boolean',
    about: '--write-baseline   keep what is found in the baseline: it is not reported again',
  },
  count: { type: 'string', about: '--count N          workers to fork (default 3)' },
  stdio: { type: 'boolean', about: '--stdio            talk over standard input and output' },
} as const;

const choosing = ['deployment', 'server', 'app', 'load', 'processes'] as const;

const commandTable: Readonly<Record<string, Command>> = {
  check: {
    usage: 'forksight check [PATH…]',
    about: 'Report what breaks when the servers found in PATH (default: here) fork',
    options: ['format', 'rule', 'exclude', ...choosing, 'fix', 'diff', 'write-baseline', 'no-cache'],
  },
  deployments: {
    usage: 'forksight deployments [PATH…]',
    about: 'List how the application is served, and where that is said',
    options: ['format', ...choosing],
  },
  workers: {
    usage: 'forksight workers [PATH…]',
    about: 'Show the running masters and workers with their memory',
    options: ['format', 'watch', 'pid', 'record'],
  },
  measure: {
    usage: 'forksight measure [PATH]',
    about: 'Run the application and measure what preloading and freezing save',
    options: ['format', 'python', 'count'],
  },
  rules: { usage: 'forksight rules', about: 'List the rules', options: ['format'] },
  explain: { usage: 'forksight explain RULE', about: 'Explain a rule: what, why, how to fix', options: [] },
  server: {
    usage: 'forksight server --stdio',
    about: 'Run the language server, for editors',
    options: ['stdio'],
  },
};

export function parse(argv: readonly string[]): Invocation {
  const [name, ...rest] = argv;
  if (name === '--version' || name === '-V') return { command: 'version' };
  if (name === undefined || name === '--help' || name === '-h' || name === 'help')
    return { command: 'help', text: rest[0] === undefined ? overview() : helpOf(rest[0]) };
  if (rest.includes('--help') || rest.includes('-h')) return { command: 'help', text: helpOf(name) };
  const { values, positionals } = read(name, rest);
  const paths = positionals.length > 0 ? positionals : ['.'];
  switch (name) {
    case 'check':
      return {
        command: 'check',
        paths,
        format: formatOf(values.format, ['text', 'json', 'sarif', 'github']),
        rules: Object.fromEntries((values.rule ?? []).map(levelOf)),
        exclude: values.exclude ?? [],
        chosen: chosenBy(values),
        writeBaseline: values['write-baseline'] === true,
        fix: values.diff ? 'diff' : values.fix ? 'apply' : 'no',
      };
    case 'deployments':
      return {
        command: 'deployments',
        paths,
        format: formatOf(values.format, ['text', 'json']),
        chosen: chosenBy(values),
      };
    case 'workers':
      return {
        command: 'workers',
        paths,
        format: formatOf(values.format, ['text', 'json']),
        watch: values.watch === true,
        pids: (values.pid ?? []).map(pidOf),
        record: values.record,
      };
    case 'measure':
      return {
        command: 'measure',
        paths,
        format: formatOf(values.format, ['text', 'json']),
        python: values.python,
        workers: countOf(values.count),
      };
    case 'rules':
      none(positionals, name);
      return { command: 'rules', format: formatOf(values.format, ['text', 'json']) };
    case 'explain': {
      const [rule, ...more] = positionals;
      if (rule === undefined)
        throw new UsageError('explain needs the name of a rule; `forksight rules` lists them');
      none(more, name);
      return { command: 'explain', rule };
    }
    default:
      none(positionals, name);
      if (!values.stdio)
        throw new UsageError('the server talks over standard input and output only: add --stdio');
      return { command: 'server' };
  }
}

interface Values {
  readonly format?: string;
  readonly rule?: readonly string[];
  readonly exclude?: readonly string[];
  readonly 'write-baseline'?: boolean;
  readonly deployment?: readonly string[];
  readonly server?: string;
  readonly app?: string;
  readonly load?: string;
  readonly processes?: string;
  readonly fix?: boolean;
  readonly diff?: boolean;
  readonly watch?: boolean;
  readonly pid?: readonly string[];
  readonly record?: string;
  readonly python?: string;
  readonly count?: string;
  readonly stdio?: boolean;
}

function read(name: string, args: readonly string[]): { values: Values; positionals: readonly string[] } {
  const command = commandOf(name);
  const options = Object.fromEntries(
    command.options.map((option) => {
      const { type } = optionTable[option];
      return [option, { type, multiple: 'multiple' in optionTable[option] }] as const;
    }),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const text = error instanceof Error ? (error.message.split('. ')[0] ?? error.message) : String(error);
    throw new UsageError(`${text}; \`forksight ${name} --help\` lists what it takes`);
  }
}

function commandOf(name: string): Command {
  const command = Object.hasOwn(commandTable, name) ? commandTable[name] : undefined;
  if (command) return command;
  throw new UsageError(`there is no command "${name}"; there are ${Object.keys(commandTable).join(', ')}`);
}

function formatOf<F extends Format>(given: string | undefined, allowed: readonly F[]): F {
  const wanted = given ?? 'text';
  const format = allowed.find((one) => one === wanted);
  if (format === undefined)
    throw new UsageError(`there is no format "${wanted}" here; there are ${allowed.join(', ')}`);
  return format;
}

function pidOf(text: string): number {
  const pid = Number(text);
  if (!Number.isInteger(pid) || pid < 1)
    throw new UsageError(`--pid takes the number of a process, not "${text}"`);
  return pid;
}

function countOf(text: string | undefined): number {
  const count = Number(text ?? '3');
  if (!Number.isInteger(count) || count < 1 || count > 64)
    throw new UsageError(`--count takes a number from 1 to 64, not "${text}"`);
  return count;
}

/** One entry for each deployment that is named, or one for all that are found, or one that is described. */
function chosenBy({ deployment = [], server, app, load, processes }: Values): Chosen {
  const count = processes === undefined ? undefined : Number(processes);
  const values = Object.fromEntries(
    Object.entries({ app, load, processes: count }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value] as const],
    ),
  );
  if (server !== undefined) {
    if (deployment.length > 0)
      throw new UsageError('--server describes a deployment: leave --deployment out');
    if (app === undefined) throw new UsageError('--server needs --app MODULE:NAME');
    return checked([{ server, ...values }]);
  }
  if (deployment.length > 0) return checked(deployment.map((use) => ({ use, ...values })));
  return Object.keys(values).length === 0 ? [] : checked([{ use: '*', ...values }]);
}

function checked(chosen: Chosen): Chosen {
  const problem = choiceProblem(chosen);
  if (problem !== undefined) throw new UsageError(problem);
  return chosen;
}

function levelOf(text: string): readonly [string, 'off' | SeverityName] {
  const [rule = '', level] = text.split('=', 2);
  if (rule === '' || !isLevel(level))
    throw new UsageError(`--rule takes RULE=off|error|warning|information|hint, not "${text}"`);
  return [rule, level];
}

function none(positionals: readonly string[], name: string): void {
  if (positionals[0] !== undefined) throw new UsageError(`${name} does not take "${positionals[0]}"`);
}

function overview(): string {
  const rows = Object.values(commandTable).map(({ usage, about }) => `  ${usage.padEnd(32)} ${about}`);
  return [
    'Forksight sees what breaks when a Python web server forks, and what its workers really share.',
    '',
    ...rows,
    '',
    'Exit code: 0 nothing found, 1 findings of severity warning or above, 2 could not run.',
    '`forksight COMMAND --help` lists the options of a command.',
    '',
  ].join('\n');
}

function helpOf(name: string): string {
  const { usage, about, options } = commandOf(name);
  const rows = options.map((option) => `  ${optionTable[option].about}`);
  return [usage, '', `${about}.`, ...(rows.length > 0 ? ['', ...rows] : []), ''].join('\n');
}
