// The language server dies: it comes back by itself, with the findings of saved and of unsaved text.

import assert from 'node:assert/strict';
import { expectFound, forksight, insert, open, replace, until } from '../editor.ts';

suite('the language server', () => {
  test('comes back after it was killed, without losing the session', async () => {
    const api = await forksight();
    const document = await open('orders/audit.py');
    const text = document.getText();
    await insert(document, 0, '# not saved\n');
    const moved = ['12 queue-without-consumer', '33 thread-before-fork'];
    await expectFound('orders/audit.py', moved);
    const pid = api.serverPid();
    assert.ok(pid !== undefined);
    const generation = api.status()?.generation ?? 0;
    process.kill(pid, 'SIGKILL');
    await until('another server', () => {
      const now = api.serverPid();
      return now !== undefined && now !== pid;
    });
    const again = await until('its first analysis', () => {
      const status = api.status();
      return status?.state === 'done' && status.generation <= generation ? status : undefined;
    });
    assert.ok(again.findings >= 3);
    await expectFound('orders/audit.py', moved);
    await replace(document, text);
    await expectFound('orders/audit.py', ['11 queue-without-consumer', '32 thread-before-fork']);
  });
});
