// The whole engine over files in memory, as suites run it. A rule that crashes is a failure here, not a line in a log.

import { createAnalysis } from '../../../server/src/analysis.ts';
import type { Log } from '../../../server/src/base/ports.ts';
import { memoryFiles } from '../memory-files.ts';
import { grammar } from '../python.ts';
import { type Analyse, root } from './judge.ts';

const log: Log = {
  info() {},
  warn() {},
  error(message) {
    throw new Error(message);
  },
};

export const analyse: Analyse = async (files, off) => {
  const ports = {
    files: memoryFiles(Object.fromEntries(files), root),
    clock: { now: () => 0 },
    log,
    grammar,
  };
  const analysis = await createAnalysis(ports, root);
  try {
    analysis.configure({ rules: Object.fromEntries(off.map((id) => [id, 'off'])), exclude: [] });
    return await analysis.run();
  } finally {
    analysis.dispose();
  }
};

/** Advice that is due nearly everywhere: left out where a text is about something else. */
export const advice = [
  'gc-enabled-while-loading',
  'late-import',
  'urlconf-not-preloaded',
  'app-not-preloaded',
];

export function notSpokenOf(text: string, rules: readonly string[]): readonly string[] {
  return rules.filter((id) => !text.includes(`[${id}]`));
}
