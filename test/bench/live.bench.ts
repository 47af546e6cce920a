// What watching costs in our own process: 64 workers of a real gunicorn with a heap of some tens of megabytes, looked
// at for two minutes. Counts everything the process does, sending included.

import { systemLiveService } from '../../server/src/live/ports.ts';
import type { LiveMessage } from '../../server/src/protocol/live.ts';
import { writeProject } from '../servers/lib/project.ts';
import { startServer } from '../servers/lib/server.ts';
import { line } from './lib/report.ts';

const workers = 64;
const settleSeconds = 15;
const seconds = 105;

const dir = writeProject({
  'shop.py': `
    ROWS = [{'id': i, 'name': 'row %d' % i} for i in range(150000)]

    def app(environ, start_response):
        start_response('200 OK', [])
        return [b'ok']
  `,
});
const args = ['--preload', '--workers', String(workers), '--timeout', '120', 'shop:app'];
const server = await startServer({ server: 'gunicorn', dir, args, timeoutMs: 60_000 });
const service = systemLiveService({ folders: () => [dir], hints: () => [] });
try {
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  let last: LiveMessage | undefined;
  let bytes = 0;
  let updates = 0;
  service.watch((message) => {
    last = message;
    bytes += JSON.stringify(message).length;
    updates++;
  });
  await new Promise((resolve) => setTimeout(resolve, settleSeconds * 1000));
  const used = process.cpuUsage();
  const from = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const { user, system } = process.cpuUsage(used);
  const passed = performance.now() - from;
  const app = last?.snapshot.apps[0];
  line('workers seen', String(app?.workers.filter(({ state }) => state === 'running').length));
  line('resident set of one', `${Math.round((app?.workers[0]?.memory?.rss ?? 0) / 1e6)} MB`);
  line('of one core, whole process', `${((user + system) / 10 / passed).toFixed(2)} %`, '1 %');
  line('of one core, as it tells itself', `${((last?.snapshot.cost.share ?? 0) * 100).toFixed(2)} %`);
  line('seconds between full readings', String(last?.snapshot.cost.fullSeconds));
  line('bytes of an update', String(Math.round(bytes / updates)));
} finally {
  service.dispose();
  await server.stop();
}
