// A headless browser with the VS Code workbench in it, driven the way a person does: keys, clicks, reading the screen.
// Knows the workbench; knows nothing of the extension.

import { chromium } from 'playwright-core';
import { chromiumFlags } from './chromium.mjs';
import { beforeEnd } from './processes.mjs';
import { ensureChromium } from './system.mjs';

/** A browser page; the browser ends with the script. */
export async function openPage({ width = 1400, height = 900 } = {}) {
  const executablePath = await ensureChromium();
  const browser = await chromium.launch({
    executablePath,
    args: chromiumFlags,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  beforeEnd(() => browser.close());
  const page = await browser.newPage({ viewport: { width, height } });
  page.setDefaultTimeout(30_000);
  return page;
}

/** Opens the address and waits until the workbench can be used. */
export async function openWorkbench(page, url) {
  await page.goto(url);
  await page.waitForSelector('.monaco-workbench .activitybar .action-label', { timeout: 60_000 });
  await page.waitForSelector('.monaco-workbench .explorer-folders-view .monaco-list-row', {
    timeout: 60_000,
  });
}

/** Opens a file of the workspace by its name, at a line. */
export async function openFile(page, name, line) {
  const base = name.split('/').at(-1);
  await choose(page, 'Control+KeyP', name, base);
  await page.locator('.tab.active').filter({ hasText: base }).waitFor();
  if (line !== undefined) await choose(page, 'F1', `:${line}`, `line ${line}`);
}

/** Runs a command by its title in the palette. */
export function runCommand(page, title) {
  return choose(page, 'F1', `>${title}`, title);
}

/** Opens a quick pick, types, and takes the first row once it is the one that is meant: rows come and go while typing. */
async function choose(page, key, text, expected) {
  await page.keyboard.press(key);
  const input = page.locator('.quick-input-widget input[type="text"]');
  await input.waitFor();
  await input.fill(text);
  await until(
    `The first row for “${text}” is “${expected}”`,
    () => page.locator('.quick-input-list .monaco-list-row').first().textContent(),
    (row) => (row ?? '').toLowerCase().includes(expected.toLowerCase()),
    10_000,
  );
  // A key pressed while the editor below is still loading may be dropped.
  const closed = () =>
    input.press('Enter', { timeout: 1_000 }).then(() => input.waitFor({ state: 'hidden', timeout: 2_000 }));
  await until(
    `“${text}” is chosen`,
    () =>
      closed().then(
        () => true,
        () => input.isHidden(),
      ),
    (done) => done,
  );
}

/** Opens the Problems panel. */
export async function openProblems(page) {
  await runCommand(page, 'Problems: Focus on Problems View');
  await page.locator('.markers-panel').waitFor();
}

/** The rows of the Problems panel that its filter lets through, as text. */
export async function problems(page, filter) {
  await page.locator('.panel input[placeholder^="Filter"]').fill(filter);
  await page.waitForTimeout(300);
  return page
    .locator('.markers-panel .monaco-list-row')
    .evaluateAll((rows) =>
      rows.map((row) => `${row.getAttribute('aria-label') ?? ''} ${row.textContent ?? ''}`),
    );
}

/** How many problems there are, as the status bar puts it for those who cannot see it. */
export async function problemCount(page) {
  return (await page.locator('[id="status.problems"] a').getAttribute('aria-label')) ?? '';
}

/** Leaves files and their problems in the Problems panel, and the places that belong to the first of one rule. */
export async function foldProblems(page, rule) {
  await page.locator('.panel input[placeholder^="Filter"]').fill('');
  await page.waitForTimeout(500);
  await page.locator('.panel .codicon-collapse-all').first().click();
  const folded = page.locator('.markers-panel .monaco-list-row[aria-level="1"] .monaco-tl-twistie.collapsed');
  while ((await folded.count()) > 0) await folded.first().click();
  const row = page
    .locator('.markers-panel .monaco-list-row[aria-level="2"]')
    .filter({ hasText: rule })
    .first();
  await row.locator('.monaco-tl-twistie').click();
}

/** Goes to the first problem of a rule and applies the first quick fix that is offered there; tells its title. */
export async function quickFix(page, rule) {
  await openProblems(page);
  await problems(page, rule);
  await page
    .locator('.markers-panel .monaco-list-row[aria-level="2"]')
    .filter({ hasText: rule })
    .first()
    .dblclick();
  await page.locator('.editor-instance .monaco-editor.focused').waitFor();
  const first = page.locator('.action-widget .monaco-list-row.action').first();
  // The list closes again when the editor is still on its way to the line.
  const opened = async () => {
    await page.keyboard.press('Control+Period');
    return first.waitFor({ timeout: 3_000 }).then(
      () => true,
      () => false,
    );
  };
  await until(`Quick fixes are offered for ${rule}`, opened, (there) => there);
  const title = await first.textContent();
  await page.keyboard.press('Enter');
  await first.waitFor({ state: 'hidden' });
  return title?.trim();
}

/** Clicks an item of the activity bar. */
export async function openActivity(page, title) {
  await page.locator(`.activitybar .action-label[aria-label*="${title}"]`).first().click();
}

/** The first frame whose text satisfies the test; webviews are frames within frames. */
export async function frameWith(page, test, limitMs = 30_000) {
  const end = Date.now() + limitMs;
  const seen = new Set();
  while (Date.now() < end) {
    for (const frame of page.frames()) {
      const text = await frame
        .locator('body')
        .innerText({ timeout: 2_000 })
        .catch(() => '');
      if (frame.url().includes('webview') && text.trim() !== '') seen.add(text.trim().slice(0, 2_000));
      if (frame !== page.mainFrame() && test(text)) return { frame, text };
    }
    await page.waitForTimeout(250);
  }
  throw new Error(
    `no view showed what was expected; the views say:\n${[...seen].join('\n---\n') || '(nothing)'}`,
  );
}

/** Asks until the answer is there; then the last answer is part of the error. */
export async function until(what, ask, good, limitMs = 30_000) {
  const end = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    if (Date.now() > end)
      throw new Error(
        `${what}: not within ${limitMs / 1000} s; there is:\n${JSON.stringify(answer, null, 1)}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
