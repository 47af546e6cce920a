// The version of an interpreter by what lies beside it or by its name; nothing is started. Knows no editor.

/** From `pyvenv.cfg` of its environment, or a name such as `python3.12`. */
export function versionOf(path: string, environment: string | undefined): string | undefined {
  const written = /^version(?:_info)?[ \t]*=[ \t]*(\d+\.\d+(?:\.\d+)?)/m.exec(environment ?? '')?.[1];
  return written ?? /python(\d+\.\d+)(?:\.exe)?$/i.exec(path)?.[1];
}

/** Where `pyvenv.cfg` is, if the interpreter is one of an environment: `bin/python`, the environment itself, or neither. */
export function environmentFiles(path: string): readonly string[] {
  if (!path.startsWith('/')) return [];
  const parts = path.split('/');
  return [`${parts.slice(0, -2).join('/')}/pyvenv.cfg`, `${path.replace(/\/$/, '')}/pyvenv.cfg`];
}

/** What the Python extension says of an environment, as far as it is what is expected. */
export function versionFrom(environment: unknown): string | undefined {
  const version: unknown = member(environment, 'version');
  const parts = ['major', 'minor', 'micro'].map((part) => member(version, part));
  const [major, minor, micro] = parts;
  if (typeof major !== 'number' || typeof minor !== 'number') return undefined;
  return typeof micro === 'number' ? `${major}.${minor}.${micro}` : `${major}.${minor}`;
}

export function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
