// The first minutes of a person with the example, headless: the findings, then the live workers, a picture of each.
// Says what is missing when something is.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  foldProblems,
  frameWith,
  openActivity,
  openFile,
  openPage,
  openProblems,
  openWorkbench,
  problems,
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
    const panel = await seeWorkers(page, picture, app);
    return [findings, panel];
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
  for (const rule of RULES) {
    await until(
      `The Problems panel shows ${rule}`,
      () => problems(page, rule),
      (rows) => rows.some((row) => row.includes(`forksight${rule}`) || row.includes(`forksight(${rule}`)),
    );
  }
  await foldProblems(page, 'thread-before-fork');
  return picture('findings');
}

async function seeWorkers(page, picture, app) {
  await openActivity(page, 'Forksight');
  const pids = [app.master(), ...app.workers()].map(String);
  const shows = (text) =>
    pids.every((pid) => new RegExp(`\\b${pid}\\b`).test(text)) && /\d\s?(MB|MiB)\b/.test(text);
  await frameWith(page, shows).catch((error) => {
    throw new Error(
      `Forksight's view does not show the master and workers ${pids.join(', ')} with their memory: ${error.message}`,
    );
  });
  return picture('panel');
}
