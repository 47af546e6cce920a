// What watching costs in our own process: 64 workers of a real gunicorn with a heap of some tens of megabytes, looked
// at for two minutes. Counts everything the process does, sending included. Then one full reading of all of them is
// compared with psutil's and, where it is installed, smem's, in turns in the same run.

import { execFileSync } from 'node:child_process';
import { systemLiveService } from '../../server/src/live/ports.ts';
import type { LiveMessage } from '../../server/src/protocol/live.ts';
import { writeProject } from '../servers/lib/project.ts';
import { startServer } from '../servers/lib/server.ts';
import { venv } from '../servers/lib/venv.ts';
import { line } from './lib/report.ts';

const psutilReading = `
import sys, time, psutil
start = time.process_time()
for pid in sys.argv[1:]:
    process = psutil.Process(int(pid))
    process.memory_full_info(), process.num_threads(), process.status(), process.create_time()
print((time.process_time() - start) * 1000)
`;
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
  await compareReaders([server.pid, ...(app?.workers.map(({ pid }) => pid) ?? [])]);
} finally {
  service.dispose();
  await server.stop();
}

/** Processor time of one reading of every process. What psutil's interpreter takes to start is not counted. */
async function compareReaders(pids: readonly number[]): Promise<void> {
  const { python } = await venv();
  const rounds = 5;
  const own: number[] = [];
  const psutil: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const before = process.cpuUsage();
    await service.snapshot();
    const { user, system } = process.cpuUsage(before);
    own.push((user + system) / 1000);
    const told = execFileSync(python, ['-c', psutilReading, ...pids.map(String)], { encoding: 'utf8' });
    psutil.push(Number(told));
  }
  const middle = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[rounds >> 1] ?? 0;
  line('one full reading of all', `${middle(own).toFixed(0)} ms`);
  line('the same by psutil', `${middle(psutil).toFixed(0)} ms`);
  line('ours to that of psutil', (middle(own) / middle(psutil)).toFixed(2));
  try {
    const from = performance.now();
    execFileSync('smem', ['-H', '-c', 'pid rss pss uss swap'], { encoding: 'utf8' });
    line('smem, all processes, by the clock', `${(performance.now() - from).toFixed(0)} ms`);
  } catch {
    line('smem', 'not installed');
  }
}
