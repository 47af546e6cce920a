// Named steps with their time and result. Owns how a result is told; knows nothing of what the steps do.

/**
 * Runs steps one after the other, all of them, whatever the results.
 *
 * @param {readonly (readonly [name: string, run: () => Promise<Partial<Counts> | string | undefined>])[]} steps each passes,
 *   throws, or counts its own tests
 * @returns {Promise<Counts>}
 *
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 */
export async function runSteps(steps) {
  const lines = [];
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, step] of steps) {
    const began = performance.now();
    const counts = await step().then(
      (result) => ({ passed: 1, failed: 0, skipped: 0, ...(typeof result === 'object' ? result : {}) }),
      (error) => {
        console.log(error instanceof Error ? error.message : String(error));
        return { passed: 0, failed: 1, skipped: 0 };
      },
    );
    for (const key of ['passed', 'failed', 'skipped']) sum[key] += counts[key];
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const told = counts.failed === 0 ? 'ok    ' : 'FAILED';
    const line = `${told} ${name.padEnd(24)} ${seconds.padStart(7)} s   ${describe(counts)}`;
    lines.push(line);
    if (steps.length > 1) console.log(line);
  }
  return { ...sum, lines };
}

export function describe({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
