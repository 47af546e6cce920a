// The composition root of the command line: reads the arguments, supplies Node's ports, runs one command.
// Exit codes: 0 nothing found, 1 findings of severity warning or above, 2 could not run.

import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createAnalysis, rulebook } from '../analysis.ts';
import { systemLiveService } from '../live/ports.ts';
import { installation, loadGrammar, nodeClock, nodeFiles, stderrLog } from '../node.ts';
import { cacheFolder, DiskCache } from '../node-cache.ts';
import { type Invocation, parse } from './args.ts';
import { check } from './check.ts';
import { deployments } from './deployments.ts';
import { measureCommand } from './measure.ts';
import { explain, listRules } from './rules.ts';
import { showWorkers } from './show-workers.ts';
import { type ExitCode, type Terminal, UsageError } from './terminal.ts';
import type { Toolbox } from './toolbox.ts';

const log = stderrLog(true);
const cache = process.argv.includes('--no-cache') ? undefined : new DiskCache(cacheFolder(process.env));

const terminal: Terminal = {
  cwd: process.cwd(),
  color: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
  redraws: process.stdout.isTTY === true,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

const toolbox: Toolbox = {
  terminal,
  files: nodeFiles,
  rules: rulebook,
  version: installation().version,
  resolve: (path) => resolve(path),
  analyse: (root, files = nodeFiles) =>
    createAnalysis(
      { files, clock: nodeClock, log, grammar: loadGrammar(), ...(cache ? { cache } : {}) },
      root,
    ),
  write: (path, text) => writeFileSync(path, text),
};

// Whoever reads our output may stop reading: `forksight check | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));

try {
  const code = await run(parse(process.argv.slice(2)));
  if (code !== undefined) process.exitCode = code;
  await cache?.flush();
  await cache?.prune(Date.now());
} catch (error) {
  const expected = error instanceof UsageError;
  const text =
    error instanceof Error ? (expected ? error.message : (error.stack ?? error.message)) : String(error);
  terminal.err(`forksight: ${text}\n`);
  process.exitCode = 2;
}

/** Undefined when the command goes on until it is ended. */
async function run(invocation: Invocation): Promise<ExitCode | undefined> {
  switch (invocation.command) {
    case 'check':
      return check(invocation, toolbox);
    case 'deployments':
      return deployments(invocation, toolbox);
    case 'workers':
      return showWorkers(invocation, toolbox, (view) => systemLiveService(view, log));
    case 'measure':
      return measureCommand(invocation, toolbox, installation().script('measure.py'));
    case 'rules':
      return listRules(invocation.format, toolbox);
    case 'explain':
      return explain(invocation.rule, toolbox);
    case 'server':
      await import('../main.ts');
      return undefined;
    case 'help':
      terminal.out(invocation.text);
      return 0;
    case 'version':
      terminal.out(`forksight ${toolbox.version}\n`);
      return 0;
  }
}
