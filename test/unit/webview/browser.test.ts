// The page in a real browser, over made-up data: it fits every width, keeps focus and elements while it is rendered
// anew each second, and tells the extension what a person does.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { app, scenes, snapshot, worker } from '../../../client/webview/dev/fake.ts';
import { chromiumFlags } from '../../../scripts/lib/chromium.mjs';
import type { LiveApp, PageMessage } from '../../../server/src/protocol/live.ts';

const executablePath = process.env.FORKSIGHT_CHROMIUM ?? '/usr/bin/chromium';
const source = new URL('../../../client/webview/', import.meta.url).pathname;

describe('in a browser', { skip: existsSync(executablePath) ? false : 'no Chromium here' }, () => {
  let folder: string;
  let browser: Browser;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'forksight-page-'));
    const options = { bundle: true, logLevel: 'warning' } as const;
    await build({ ...options, entryPoints: [join(source, 'dev/main.ts')], outfile: join(folder, 'dev.js') });
    await build({ ...options, entryPoints: [join(source, 'main.css')], outfile: join(folder, 'main.css') });
    copyFileSync(join(source, 'dev/page.html'), join(folder, 'page.html'));
    browser = await chromium.launch({ executablePath, args: chromiumFlags });
  });

  after(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function withPage(scene: string, width: number, use: (page: Page) => Promise<void>): Promise<void> {
    const page = await browser.newPage({ viewport: { width, height: 600 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    try {
      await page.goto(`${pathToFileURL(join(folder, 'page.html'))}#${scene}`);
      await page.waitForSelector(
        scenes[scene] === undefined ? '.message' : 'main > :not(.message:first-child), .message h2',
      );
      await use(page);
      assert.deepEqual(errors, []);
    } finally {
      await page.close();
    }
  }

  const send = (page: Page, apps: readonly LiveApp[], time: number): Promise<void> => {
    const message: PageMessage = {
      type: 'live',
      message: { kind: 'update', snapshot: snapshot(apps, { time }), points: [] },
    };
    return page.evaluate(async (sent) => {
      const view = globalThis as unknown as { postMessage(message: unknown, origin: string): void };
      view.postMessage(sent, '*');
      await new Promise((resolve) => setTimeout(resolve, 60));
    }, message);
  };

  const told = (page: Page): Promise<unknown> =>
    page.evaluate(() => (globalThis as unknown as { sent: readonly unknown[] }).sent);

  it('fits from 220 pixels up, whatever it shows', async () => {
    for (const scene of Object.keys(scenes)) {
      await withPage(scene, 220, async (page) => {
        for (const width of [220, 320, 640, 1200]) {
          await page.setViewportSize({ width, height: 600 });
          const wide = await page.evaluate('document.documentElement.scrollWidth');
          assert.ok(Number(wide) <= width, `${scene} at ${width} is ${wide} wide`);
        }
      });
    }
  });

  it('asks for data, and tells which link and which button was used', async () => {
    await withPage('two', 320, async (page) => {
      await page.waitForSelector('.why a');
      await page.click('.why a');
      await page.focus('button[data-restart="uwsgi:911:9"]');
      await page.keyboard.press('Enter');
      assert.deepEqual(await told(page), [
        { type: 'ready' },
        { type: 'open', path: '/srv/orders/orders/audit.py', line: 21, column: 4 },
        { type: 'restart', appId: 'uwsgi:911:9' },
      ]);
    });
  });

  it('keeps the focus and the element while numbers change around it', async () => {
    await withPage('gunicorn', 320, async (page) => {
      await page.waitForSelector('.row');
      await page.focus('[data-worker="4123:41230"]');
      assert.equal(await page.locator('.curve.faded').count(), 3);
      await page.evaluate("document.activeElement.dataset.mark = 'kept'");
      await send(page, [app({ workers: [worker(4123), worker(4377), worker(4400)] })], 721_000);
      assert.equal(await page.locator('.row').count(), 3);
      assert.equal(await page.evaluate('document.activeElement.dataset.worker'), '4123:41230');
      assert.match(String(await page.locator('.row').allInnerTexts()), /4123.*4377.*4400/s);
    });
  });

  it('lets no worker stand out when the pointer leaves', async () => {
    await withPage('gunicorn', 320, async (page) => {
      await page.waitForSelector('.row');
      await page.hover('[data-worker="4377:43770"]');
      assert.equal(await page.locator('.curve.faded').count(), 3);
      await page.mouse.move(1, 1);
      assert.equal(await page.locator('.curve.faded').count(), 0);
    });
  });

  it('goes from nothing to an application and back', async () => {
    await withPage('nothing', 320, async (page) => {
      await page.waitForSelector('.message');
      await send(page, [app()], 721_000);
      assert.equal(await page.locator('.message').count(), 0);
      assert.equal(await page.locator('article').count(), 1);
      await send(page, [], 722_000);
      assert.match(await page.locator('main').innerText(), /Nothing is running here/);
    });
  });
});
