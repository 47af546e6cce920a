// Types of steps.mjs, for the tests.

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export function runSteps(
  steps: readonly (readonly [name: string, run: () => Promise<Partial<Counts> | string | undefined>])[],
): Promise<Counts & { readonly lines: readonly string[] }>;

export function describe(counts: Counts): string;
