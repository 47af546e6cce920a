// From a keystroke to new findings: a 1,000-line module in an application of 5,000, edited character by character.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAnalysis } from '../../server/src/analysis.ts';
import { silentLog } from '../../server/src/base/ports.ts';
import { nodeClock, nodeFiles } from '../../server/src/node.ts';
import { Overlay } from '../../server/src/workspace/overlay.ts';
import { grammar } from '../lib/python.ts';
import { moduleText, writeApplication } from './lib/application.ts';
import { line, milliseconds, spreadOf } from './lib/report.ts';

const root = writeApplication(5000);
try {
  const path = join(root, 'big/p40/m20.py');
  const bodies = Array.from({ length: 6 }, () =>
    moduleText(40, 20).split('\n\n\n').slice(2).join('\n\n\n'),
  ).join('\n\n');
  writeFileSync(path, `${moduleText(40, 20)}\n\n${bodies}`);
  const files = new Overlay(nodeFiles);
  const analysis = await createAnalysis({ files, clock: nodeClock, log: silentLog, grammar }, root);
  const from = performance.now();
  const first = await analysis.run();
  line('first analysis', milliseconds(performance.now() - from));
  line('findings', String(first.findings.length));
  const saved = readFileSync(path, 'utf8');
  const body = saved.indexOf('logger.debug') - 1;
  const edits: Record<string, (text: string) => string> = {
    'in a function body that nothing runs': (text) => `${saved.slice(0, body)}${text}${saved.slice(body)}`,
    'at module level': (text) => `${saved}\nvalue = "${text}"\n`,
  };
  for (const [where, edit] of Object.entries(edits)) {
    const samples: number[] = [];
    let typed = '';
    for (let i = 0; i < 40; i++) {
      typed += 'x';
      files.set(path, edit(typed), i + 1);
      const at = performance.now();
      analysis.changed([path]);
      await analysis.run();
      samples.push(performance.now() - at);
    }
    const { median, p95 } = spreadOf(samples);
    line(`keystroke ${where}, median`, milliseconds(median));
    line(`keystroke ${where}, p95`, milliseconds(p95), '16 ms');
  }
  global.gc?.();
  line('resident memory', `${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`, '150 MB');
} finally {
  rmSync(root, { recursive: true, force: true });
}
