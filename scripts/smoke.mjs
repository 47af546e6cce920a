// The first minutes of a person with the example, headless: the findings, the live workers, the quick fixes, a restart,
// and what the fixes changed; with pictures. Says what is missing when something is.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { privateMemory, stateOfWorkers, useExample } from './lib/example.mjs';
import {
  foldProblems,
  frameWith,
  openActivity,
  openFile,
  openPage,
  openProblems,
  openWorkbench,
  problemCount,
  problems,
  quickFix,
  runCommand,
  until,
} from './lib/workbench.mjs';

const RULES = ['thread-before-fork', 'queue-without-consumer', 'missing-gc-freeze'];

/**
 * @param {{ url: string, app: { master: () => number | undefined, workers: () => readonly number[] }, out: string }} options
 *   address of the example in the editor; the example; the folder for the pictures
 * @returns {Promise<readonly string[]>} the pictures' paths
 */
export async function smoke({ url, app, out }) {
  mkdirSync(out, { recursive: true });
  const page = await openPage();
  const picture = async (name) => {
    const path = join(out, `${name}.png`);
    await page.screenshot({ path });
    return path;
  };
  try {
    await openWorkbench(page, url);
    const findings = await seeFindings(page, picture);
    const panel = await seeWorkers(page, app).then(() => picture('panel'));
    const before = await privateMemory(app);
    await applyFixes(page);
    await restart(page, app);
    await seeWorkers(page, app);
    const repaired = await seeRepaired(app, before).then(() => picture('repaired'));
    return [findings, panel, repaired];
  } catch (error) {
    const path = await picture('failed').catch(() => 'no picture could be taken');
    throw new Error(`${error.message}\n(what was on the screen: ${path})`);
  } finally {
    await page.context().browser()?.close();
  }
}

async function seeFindings(page, picture) {
  await openFile(page, 'orders/audit.py', 32);
  await page.locator('.squiggly-error').first().waitFor();
  await openProblems(page);
  for (const rule of RULES) await seeFinding(page, rule);
  await foldProblems(page, 'thread-before-fork');
  return picture('findings');
}

function seeFinding(page, rule) {
  return until(
    `The Problems panel shows ${rule}`,
    () => problems(page, rule),
    (rows) => rows.some((row) => row.includes(`forksight${rule}`) || row.includes(`forksight(${rule}`)),
  );
}

async function seeWorkers(page, app) {
  // An item that is active already would be closed by a click.
  const view = page.locator('.sidebar .composite.title').filter({ hasText: 'Forksight' });
  if ((await view.count()) === 0) await openActivity(page, 'Forksight');
  const pids = [app.master(), ...app.workers()].map(String);
  const shows = (text) =>
    pids.every((pid) => new RegExp(`\\b${pid}\\b`).test(text)) && /\d\s?(MB|MiB)\b/.test(text);
  await frameWith(page, shows).catch((error) => {
    throw new Error(
      `Forksight's view does not show the master and workers ${pids.join(', ')} with their memory: ${error.message}`,
    );
  });
}

/** The first quick fix for the thread, which repairs the queue too, and the one for the freeze; then everything is saved. */
async function applyFixes(page) {
  for (const rule of ['thread-before-fork', 'missing-gc-freeze']) {
    await seeFinding(page, rule);
    const title = await quickFix(page, rule);
    await until(
      `“${title}” removes ${rule}`,
      () => problems(page, rule),
      (rows) => rows.length === 0,
    );
  }
  await problems(page, '');
  await until(
    'No problem is left',
    () => problemCount(page),
    (told) => /^No Problems/i.test(told),
  );
  await runCommand(page, 'File: Save All Files');
}

/** With the extension's own command; waits for the new master and gives its workers the same to do as the old ones. */
async function restart(page, app) {
  const old = app.master();
  await runCommand(page, 'Forksight: Restart the Application');
  await until(
    'The example is running again',
    () => app.master(),
    (master) => master !== undefined && master !== old,
    // The server may take its time to end what it is at, and the extension waits for it.
    60_000,
  );
  await app.ready();
  await useExample(app);
}

/** Every job is done, and a worker has less than half of the private memory it had before. */
async function seeRepaired(app, before) {
  const states = await until(
    'Every worker has done its jobs',
    () => stateOfWorkers(app),
    (all) =>
      all.every(({ queued, taken, orders }) => queued === 0 && taken === orders) &&
      all.some(({ taken }) => taken > 0),
  );
  const after = await privateMemory(app);
  const told = `private memory per worker ${megabytes(before)} before, ${megabytes(after)} after`;
  if (after > before / 2) throw new Error(`The fixes do not show: ${told}`);
  console.log(`repaired  ${states.reduce((sum, { taken }) => sum + taken, 0)} jobs done, ${told}`);
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
