// Entry point of the editor suite: what VS Code calls, in its extension host, with the extension under development.
// Loads every bundled suite beside it, runs Mocha, and leaves numbers and report where the runner looks for them.

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';

export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'tdd', color: false, timeout: 30_000, reporter: 'spec' });
  const report: string[] = [];
  Mocha.reporters.Base.consoleLog = (...parts: unknown[]) => report.push(format(...parts));
  const folder = join(__dirname, 'suite');
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.cjs'))) {
    const file = join(folder, name);
    mocha.suite.emit('pre-require', globalThis, file, mocha);
    mocha.suite.emit('require', require(file), file, mocha);
    mocha.suite.emit('post-require', globalThis, file, mocha);
  }
  const counts = await new Promise((resolve) => {
    const runner = mocha.run(() => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      resolve({ passed: passes, failed: failures, skipped: pending });
    });
  });
  const result = process.env.FORKSIGHT_EDITOR_RESULT;
  if (result === undefined) throw new Error('FORKSIGHT_EDITOR_RESULT does not name the file for the result');
  writeFileSync(result, JSON.stringify({ counts, report: report.join('\n') }));
}
