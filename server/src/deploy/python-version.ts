// Which Python a deployment runs on: what its home says, or the nearest `.python-version`, `runtime.txt`, `pyproject.toml`.
// A bound such as `>=3.10` is no version: it is the hint of an unknown one, as are the versions of an environment beside
// the project and of the interpreter that is selected in the editor.

import type { Deployment, Setting } from './model.ts';
import { foldersUp } from './roots.ts';
import { known, unknown, type Value } from './setting.ts';
import type { Reading, Source } from './source.ts';

type Version = Setting<string>;

const readers: readonly (readonly [name: string, read: (source: Source) => Version | undefined])[] = [
  ['.python-version', (source) => version(source, /^\s*(?:cpython-|python-?)?(\d+(?:\.\d+)*)/m)],
  ['runtime.txt', (source) => version(source, /^\s*python-(\d+(?:\.\d+)*)/m)],
  ['pyproject.toml', required],
];

export class PythonVersions {
  readonly #reading: Reading;
  readonly #found = new Map<string, Version | undefined>();

  readonly #interpreter: string | undefined;

  constructor(reading: Reading, interpreter?: string) {
    this.#reading = reading;
    this.#interpreter = interpreter;
  }

  static reads(name: string): boolean {
    return readers.some(([file]) => file === name);
  }

  /** The deployment with its Python version, where something says it; `given` by its home wins. */
  put(deployment: Deployment, given?: Value): Deployment {
    const pythonVersion = given === undefined ? this.#near(deployment.cwd) : asSetting(given);
    return pythonVersion === undefined ? deployment : { ...deployment, pythonVersion };
  }

  /** The version where a program runs in that folder. */
  near(folder: string, given?: Value): Version | undefined {
    return given === undefined ? this.#near(folder) : asSetting(given);
  }

  #near(folder: string): Version | undefined {
    if (this.#found.has(folder)) return this.#found.get(folder);
    const version = this.#look(folder);
    this.#found.set(folder, version);
    return version;
  }

  #look(folder: string): Version | undefined {
    let bound: Version | undefined;
    for (const at of foldersUp(folder, this.#reading.root))
      for (const [name, read] of readers) {
        const path = `${at === '/' ? '' : at}/${name}`;
        const file = this.#reading.kind(path) === 'file' ? this.#reading.peek(path) : undefined;
        const version = file?.ok ? read(file.source) : undefined;
        if (version?.known) return version;
        bound ??= version;
      }
    return bound ?? this.#environment(folder) ?? this.#selected();
  }

  #environment(folder: string): Version | undefined {
    for (const at of foldersUp(folder, this.#reading.root))
      for (const name of ['.venv', 'venv']) {
        const file = this.#reading.peek(`${at === '/' ? '' : at}/${name}/pyvenv.cfg`);
        const found = file.ok
          ? version(file.source, /^version(?:_info)?[ \t]*=[ \t]*(\d+(?:\.\d+)*)/m)
          : undefined;
        if (found?.known)
          return unknown(`is that of the environment ${name} beside the project`, found.value, found.at);
      }
    return undefined;
  }

  #selected(): Version | undefined {
    if (this.#interpreter === undefined) return undefined;
    return unknown('is that of the interpreter selected in the editor', this.#interpreter);
  }
}

function asSetting(value: Value): Version {
  if (value.unknown === undefined) return known(value.text, value.at);
  return unknown(value.unknown.why, value.unknown.hinted ? value.text : undefined, value.at);
}

function version(source: Source, pattern: RegExp): Version | undefined {
  const found = pattern.exec(source.text);
  if (found?.[1] === undefined) return undefined;
  const start = found.index + found[0].length - found[1].length;
  return known(found[1], source.at(start, start + found[1].length));
}

/** `requires-python = ">=3.11"`, or Poetry's `python = "^3.11"`. */
function required(source: Source): Version | undefined {
  const found =
    /^[ \t]*requires-python[ \t]*=[ \t]*(["'])([^"'\n]*)\1/m.exec(source.text) ??
    /^\[tool\.poetry\.dependencies\][^[]*?^[ \t]*python[ \t]*=[ \t]*(["'])([^"'\n]*)\1/m.exec(source.text);
  const text = found?.[2];
  if (found === null || text === undefined) return undefined;
  const start = found.index + found[0].length - 1 - text.length;
  const at = source.at(start, start + text.length);
  const exact = /^\s*(?:==|===|~=)?\s*(\d+\.\d+(?:\.\d+)?)(?:\.\*)?\s*$/.exec(text);
  if (exact?.[1] !== undefined && (!text.includes('~=') || exact[1].split('.').length > 2))
    return known(text.includes('~=') ? exact[1].replace(/\.\d+$/, '') : exact[1], at);
  const hint = /(?:>=|\^|~=?|>)\s*(\d+\.\d+)/.exec(text)?.[1];
  return unknown(`is only bounded by requires-python "${text}"`, hint, at);
}
