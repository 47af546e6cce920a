// The composition root of the language server: puts Node's ports, the engine and the protocol together.
// Importing it starts the server, over `--node-ipc` or `--stdio`.

import { createAnalysis, rulebook } from './analysis.ts';
import { systemLiveService } from './live/ports.ts';
import { connect } from './lsp/connect.ts';
import { serve } from './lsp/server.ts';
import { installation, loadGrammar, nodeClock, nodeFiles } from './node.ts';
import { cacheFolder, DiskCache } from './node-cache.ts';

const { version, page } = installation();
const grammar = loadGrammar();
const cache = new DiskCache(cacheFolder(process.env));
void cache.prune(Date.now());

serve(connect(), {
  files: nodeFiles,
  version,
  rules: rulebook,
  page,
  live: systemLiveService,
  createAnalysis: ({ files, log }, root) =>
    createAnalysis({ files, log, clock: nodeClock, grammar, cache }, root),
});
