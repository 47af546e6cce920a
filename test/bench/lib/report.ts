// How benchmarks print: a line a figure, with the spread and the ratio that matters. Nothing passes or fails here.

export interface Spread {
  readonly median: number;
  readonly p95: number;
  readonly least: number;
}

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { median: at(0.5), p95: at(0.95), least: sorted[0] ?? 0 };
}

export function milliseconds(value: number): string {
  return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(value < 10 ? 1 : 0)} ms`;
}

export function line(what: string, figure: string, budget = ''): void {
  console.log(`${what.padEnd(58)}${figure.padStart(16)}${budget === '' ? '' : `   budget ${budget}`}`);
}

export function timed(run: () => void): number {
  const from = performance.now();
  run();
  return performance.now() - from;
}
