// Runs the editor suite: in the installed VS Code where there is one and a screen, in the browser-based editor
// everywhere else. The suite is the same, and so is its workspace: a copy of the example, served by gunicorn.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { format } from 'node:util';
import { exampleFolder, serveExample } from './example.mjs';
import { startHost, testUrl } from './host.mjs';
import { root } from './paths.mjs';
import { bareEnv, beforeEnd } from './processes.mjs';
import { find } from './system.mjs';
import { openPage } from './workbench.mjs';

const TESTS = join(root, 'out/editor-tests/index.cjs');
const LIMIT_MS = 10 * 60_000;

/** @returns {Promise<import('./steps.mjs').Counts>} */
export async function runEditorTests() {
  const data = mkdtempSync(join(tmpdir(), 'forksight-editor-'));
  beforeEnd(() => rmSync(data, { recursive: true, force: true, maxRetries: 3 }), 'last');
  const folder = exampleFolder({ inPlace: false });
  const app = await serveExample({ folder, server: 'gunicorn' });
  const result = join(data, 'result.json');
  const pictures = join(root, 'out/editor');
  mkdirSync(pictures, { recursive: true });
  const env = {
    FORKSIGHT_EDITOR_RESULT: result,
    FORKSIGHT_EXAMPLE_URL: app.url,
    FORKSIGHT_PICTURES: pictures,
  };
  const electron = await installedEditor();
  console.log(electron ? `in ${electron}` : 'in the browser-based editor');
  await (electron ? inElectron(electron, { folder, data, env }) : inBrowser({ folder, data, env, pictures }));
  if (!existsSync(result)) throw new Error('the editor suite ended without telling its numbers');
  const { counts, report } = JSON.parse(readFileSync(result, 'utf8'));
  console.log(report);
  if (counts.passed + counts.failed === 0) throw new Error('no editor test was run');
  return counts;
}

/** FORKSIGHT_VSCODE names the program, or is `download`; without it, an installed `code` on a machine with a screen. */
async function installedEditor() {
  const named = process.env.FORKSIGHT_VSCODE;
  if (named === 'download') return (await import('@vscode/test-electron')).downloadAndUnzipVSCode();
  if (named !== undefined) return named;
  const code = find('code');
  const screen = process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  if (code === undefined || !screen) return undefined;
  const program = join(dirname(realpathSync(code)), '../code');
  return existsSync(program) ? program : undefined;
}

async function inElectron(vscodeExecutablePath, { folder, data, env }) {
  const { runTests } = await import('@vscode/test-electron');
  const own = ['--user-data-dir', join(data, 'user'), '--extensions-dir', join(data, 'extensions')];
  await runTests({
    vscodeExecutablePath,
    extensionDevelopmentPath: root,
    extensionTestsPath: TESTS,
    extensionTestsEnv: env,
    launchArgs: [folder, ...own, '--disable-workspace-trust', '--skip-welcome', '--no-sandbox'],
  }).catch((error) => console.log(error.message));
}

async function inBrowser({ folder, data, env, pictures }) {
  const host = await startHost({ data, env: { ...bareEnv(), ...env } });
  const page = await openPage();
  const ended = new Promise((resolve) => {
    page.exposeFunction('codeAutomationExit', resolve);
  });
  const said = [];
  await page.exposeFunction('codeAutomationLog', (type, args) => said.push(`${type}: ${format(...args)}`));
  const timeout = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`not done within ${LIMIT_MS / 60_000} minutes`)), LIMIT_MS).unref();
  });
  try {
    await page.goto(testUrl(host, { folder, extension: root, tests: TESTS }));
    await Promise.race([ended, timeout]);
  } catch (error) {
    await page.screenshot({ path: join(pictures, 'failed.png') }).catch(() => {});
    throw new Error(`${error.message}\n${said.slice(-100).join('\n')}\n${host.log()}`);
  } finally {
    await page.screenshot({ path: join(pictures, 'end.png') }).catch(() => {});
    await page.context().browser()?.close();
    await host.stop();
  }
}
