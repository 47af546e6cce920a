// Where a command writes and what it knows of its surroundings: the only door of `cli/` to the process.
// Exit codes are here too, so that every command means the same by them.

export interface Terminal {
  readonly cwd: string;
  /** Escape sequences are welcome on standard output. */
  readonly color: boolean;
  /** Standard output is a terminal, where what was printed can be replaced. */
  readonly redraws: boolean;
  out(text: string): void;
  err(text: string): void;
}

/** 0 nothing found, 1 findings of severity warning or above, 2 could not run. */
export type ExitCode = 0 | 1 | 2;

/** The command was given something it cannot work with; the message says what and what to do. */
export class UsageError extends Error {}

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
}

export function styleOf(color: boolean): Style {
  const paint = (code: number) => (text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { bold: paint(1), dim: paint(2), red: paint(31), yellow: paint(33), blue: paint(34) };
}
