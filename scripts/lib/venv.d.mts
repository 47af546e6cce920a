// Types of venv.mjs, for the tests.

export interface Venv {
  readonly dir: string;
  /** Folder of its executables. */
  readonly bin: string;
  readonly python: string;
}

export function ensureVenv(options: {
  readonly requirements: string;
  readonly python?: string;
  readonly build?: Readonly<Record<string, string>>;
  readonly log?: (line: string) => void;
}): Promise<Venv>;
