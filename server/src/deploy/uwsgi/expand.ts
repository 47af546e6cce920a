// The list of options uWSGI ends up with: includes followed, logic decided, references replaced, in uWSGI's own order.
// Owns the state uWSGI keeps while it reads. What an option means to a deployment is `lower.ts`'s business.

import type { Location } from '../../base/range.ts';
import type { Value } from '../setting.ts';
import type { Reading } from '../source.ts';
import { endsLogic, isLogic, judge, type Logic } from './conditions.ts';
import { type ConfigFormat, type ConfigSection, ConfigText } from './file.ts';
import { formatOf, formatOption, readConfig } from './formats.ts';
import { type MagicFile, magicTable } from './magic.ts';
import { isImmediate } from './option-table.ts';
import { endless, placeholder, type Replacement, replaceReferences } from './passes.ts';

export interface Option {
  readonly key: string;
  readonly value: Value;
  /** Key and value. */
  readonly at: Location;
  /** Counts only if something holds that is not known here. */
  readonly doubt?: string;
  /** From `inherit`: read after the options were counted, before they take effect. */
  readonly late: boolean;
}

export interface Expansion {
  readonly options: readonly Option[];
  /** The section uWSGI was started with. */
  readonly section?: ConfigSection;
  /** The last section that was read of each file. */
  readonly sections: ReadonlyMap<string, ConfigSection>;
  /** A config that was not read may set anything. */
  readonly open?: string;
  /** Every configuration file that took part, or was to. */
  readonly files: readonly string[];
}

export interface Given {
  readonly key: string;
  readonly value: Value;
  readonly at: Location;
}

const optionLimit = 20000;

interface Exported {
  readonly key: string;
  value: Value;
  readonly at: Location;
  readonly doubt: string | undefined;
  readonly late: boolean;
  /** Took effect while it was read. */
  configured: boolean;
}

export class Expander {
  readonly #reading: Reading;
  readonly #cwd: string;
  readonly #env: ReadonlyMap<string, Value>;
  readonly #options: Exported[] = [];
  readonly #files = new Set<string>();
  readonly #stack: string[] = [];
  #logic: (Logic & { readonly at: Location }) | undefined;
  #doubt: string | undefined;
  #late = false;
  #first: MagicFile | undefined;
  #loadingAny = false;
  #last: MagicFile | undefined;
  #section: ConfigSection | undefined;
  readonly #sections = new Map<string, ConfigSection>();
  #open: string | undefined;

  constructor(reading: Reading, cwd: string, env: ReadonlyMap<string, Value>) {
    this.#reading = reading;
    this.#cwd = cwd;
    this.#env = env;
  }

  /** An option as uWSGI meets it on its command line or in a file. */
  add(given: Given): void {
    if (endsLogic(given.key)) this.#logic = undefined;
    const logic = this.#logic;
    if (logic === undefined) {
      this.#export(given, this.#doubt);
      return;
    }
    const verdict = judge(logic, {
      reading: this.#reading,
      cwd: this.#cwd,
      env: this.#env,
      option: (name) => {
        const found = this.#options.find((option) => option.key === name);
        return found === undefined
          ? undefined
          : { value: found.value, ...(found.doubt === undefined ? {} : { doubt: found.doubt }) };
      },
    });
    this.#logic = undefined;
    if (verdict.kind === 'maybe') this.#export(given, this.#doubt ?? verdict.why);
    else if (verdict.kind === 'yes')
      for (const item of verdict.items)
        this.#export(
          { ...given, value: { ...given.value, text: given.value.text.replaceAll('%(_)', item) } },
          this.#doubt,
        );
    if (this.#logic !== undefined) {
      this.#reading.problem(
        `uWSGI stops here: its configuration logic cannot be nested, and "${logic.name}" is still open.`,
        given.at,
      );
      this.#open ??= 'uWSGI refuses this configuration';
    }
    this.#logic = logic;
  }

  /** Loads `file`, `file:section` or, of an ini, `:section`, as `ini =` or `yaml =` do. */
  load(name: Value, format: ConfigFormat): void {
    if (name.unknown !== undefined && !name.unknown.hinted) {
      this.#problem(`This file is not read: its name ${name.unknown.why}.`, name.at);
      this.#open ??= `a configuration file's name ${name.unknown.why}`;
      return;
    }
    if (name.text === '-' || /^\w+:\/\//.test(name.text)) {
      this.#problem(`This configuration is not read: ${name.text} is no file.`, name.at);
      this.#open ??= `the options that ${name.text} gives are not known`;
      return;
    }
    const colon = name.text.lastIndexOf(':');
    const asked = colon < 0 ? '' : name.text.slice(colon + 1);
    const named = colon < 0 ? name.text : name.text.slice(0, colon);
    const same = colon === 0 && format === 'ini';
    const path = same ? this.#last?.path : this.#reading.resolve(this.#cwd, named);
    if (path === undefined) {
      this.#problem(`There is no file yet that "${name.text}" could be a section of.`, name.at);
      return;
    }
    const file: MagicFile = {
      named: same ? (this.#last?.named ?? '') : name.text,
      path,
      section: asked,
    };
    const key = `${path}\0${asked === 'uwsgi' ? '' : asked}`;
    if (this.#stack.includes(key)) {
      this.#problem('This file includes itself: uWSGI reads it until it runs out of memory.', name.at);
      return;
    }
    this.#files.add(path);
    const opened = this.#reading.open(path);
    if (!opened.ok) {
      const looked = opened.absent ? ` (looked for ${path})` : '';
      this.#problem(`uWSGI cannot read ${name.text}: ${opened.reason}${looked}.`, name.at);
      this.#open ??= `${name.text} could not be read`;
      return;
    }
    if (!this.#loadingAny) this.#first ??= file;
    this.#last = file;
    const text = new ConfigText(opened.source, magicTable(file, this.#first, this.#cwd));
    const { sections, problems, refused } = readConfig(format, text, asked);
    for (const { message, at } of problems) this.#problem(message, at);
    if (refused) this.#open ??= `uWSGI refuses ${name.text}`;
    else if (sections.every((found) => found.entries.length === 0) && name.at.path !== path) {
      const section = asked === '' ? 'uwsgi' : asked;
      const shown = format === 'ini' ? `a section [${section}]` : `a section "${section}"`;
      this.#problem(`${path} has no options in ${shown}, which is what uWSGI reads here.`, name.at);
    }
    const last = sections.at(-1);
    this.#section ??= last;
    if (last !== undefined) this.#sections.set(path, last);
    this.#stack.push(key);
    for (const found of sections) for (const entry of found.entries) this.add(entry);
    this.#stack.pop();
  }

  /** Loads a configuration of any format, by its name's ending. The capital magic letters do not speak of it. */
  loadAny(value: Value): void {
    const { text, at } = value;
    const format = formatOf(text) ?? (value.unknown === undefined ? undefined : 'ini');
    if (format !== undefined) {
      const before = this.#loadingAny;
      this.#loadingAny = true;
      this.load(value, format);
      this.#loadingAny = before;
      return;
    }
    this.#open ??= `the options in ${text} are not read`;
    const asked = formatOf(text.slice(0, text.lastIndexOf(':')));
    const advice = asked === undefined ? '' : ` A section can be asked for by --${asked} alone.`;
    this.#problem(`uWSGI stops here: "${text}" does not end like a configuration it reads.${advice}`, at);
  }

  /** Words of unknown content may have set anything. */
  doubtAll(why: string): void {
    this.#open ??= why;
  }

  finish(): Expansion {
    this.#pass('$', (name) => {
      const found = this.#env.get(name);
      return found ?? { unknown: `depends on the environment variable ${name}` };
    });
    this.#pass('@', (name) => this.#fileText(name));
    this.#pass('%', (expression) => placeholder(expression, (name) => this.#optionText(name)));
    for (let i = 0; i < this.#options.length; i++) {
      const option = this.#options[i];
      if (option?.key !== 'inherit' || option.configured) continue;
      this.#late = true;
      this.#within(option.doubt, () => this.loadAny(option.value));
    }
    return {
      options: this.#options.map(({ key, value, at, doubt, late }) => ({
        key,
        value,
        at,
        late,
        ...(doubt === undefined ? {} : { doubt }),
      })),
      files: [...this.#files],
      sections: this.#sections,
      ...(this.#section === undefined ? {} : { section: this.#section }),
      ...(this.#open === undefined ? {} : { open: this.#open }),
    };
  }

  #export({ key, value, at }: Given, doubt: string | undefined): void {
    if (this.#options.length >= optionLimit) return;
    this.#push(key, value, at, doubt, isImmediate(key));
    if (isLogic(key)) {
      this.#logic = { name: key, argument: value, at };
      return;
    }
    const format = formatOption(key);
    if (format !== undefined) this.#within(doubt, () => this.load(value, format));
    else if (isLoader(key)) this.#within(doubt, () => this.loadAny(value));
    else if (key === 'set' || key === 'set-placeholder' || key === 'set-ph') this.#set(key, value, at, doubt);
  }

  #set(key: string, value: Value, at: Location, doubt: string | undefined): void {
    const equals = value.text.indexOf('=');
    if (equals < 0) {
      this.#problem(`uWSGI stops here: "${key}" wants name=value.`, at);
      return;
    }
    const name = value.text.slice(0, equals);
    this.#push(
      name,
      { ...value, text: value.text.slice(equals + 1) },
      at,
      doubt,
      key !== 'set' || isImmediate(name),
    );
  }

  #push(key: string, value: Value, at: Location, doubt: string | undefined, configured: boolean): void {
    this.#options.push({ key, value, at, doubt, late: this.#late, configured });
  }

  #within(doubt: string | undefined, run: () => void): void {
    const before = this.#doubt;
    const logic = this.#logic;
    this.#doubt = doubt ?? before;
    this.#logic = undefined;
    run();
    this.#doubt = before;
    this.#logic ??= logic;
  }

  #pass(symbol: '$' | '@' | '%', resolve: Parameters<typeof replaceReferences>[2]): void {
    for (const option of this.#options) {
      if (option.configured) continue;
      replaceReferences(option, symbol, resolve);
      if (option.value.unknown !== endless || this.#open !== undefined) continue;
      this.#problem(
        'uWSGI stops here: this value refers to itself and is expanded until memory ends.',
        option.at,
      );
      this.#open = 'uWSGI refuses this configuration';
    }
  }

  #optionText(name: string): Replacement | undefined {
    const found = this.#options.find((option) => option.key === name);
    if (found === undefined) return undefined;
    const doubt = found.doubt === undefined ? found.value.unknown : { why: found.doubt, hinted: true };
    return { text: found.value.text, ...(doubt === undefined ? {} : { unknown: doubt }) };
  }

  #fileText(name: string): Replacement | { unknown: string } {
    const opened = this.#reading.open(this.#reading.resolve(this.#cwd, name));
    if (!opened.ok) return { unknown: `depends on the file ${name}` };
    return { text: opened.source.text.replace(/[\r\n]$/, '') };
  }

  #problem(message: string, at: Location): void {
    this.#reading.problem(message, at);
  }
}

/** Options that read another configuration on the spot, by its name's ending. */
function isLoader(key: string): boolean {
  return key === 'include' || key === 'config';
}
