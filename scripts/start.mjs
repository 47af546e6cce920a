// Serves the example and opens it in an editor with the extension loaded, until Ctrl-C.
//   --smoke       look at it headless instead of opening it for a person; exits 0 or 1
//   --pictures D  folder for the pictures of --smoke, out/smoke if not given
//   --in-place    work on examples/orders itself rather than on a copy
//   --server S    gunicorn (the default) or uwsgi
//   --browser     the browser-based editor even where `code` is installed

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exampleFolder, serveExample, useExample } from './lib/example.mjs';
import { folderUrl, startHost } from './lib/host.mjs';
import { root } from './lib/paths.mjs';
import { beforeEnd, isEnding, run, stopAll } from './lib/processes.mjs';
import { find } from './lib/system.mjs';
import { smoke } from './smoke.mjs';

const { values: options } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    'in-place': { type: 'boolean', default: false },
    browser: { type: 'boolean', default: false },
    pictures: { type: 'string', default: join(root, 'out/smoke') },
    server: { type: 'string', default: 'gunicorn' },
    // The harness itself is tried out with another extension.
    extension: { type: 'string', default: root },
  },
});
if (!['gunicorn', 'uwsgi'].includes(options.server)) {
  console.error(`--server is gunicorn or uwsgi, not ${options.server}.`);
  process.exit(2);
}

try {
  await main();
} catch (error) {
  if (!isEnding()) console.error(`\nnpm start failed: ${error.message}`);
  await stopAll();
  process.exit(1);
}

async function main() {
  console.log('building');
  await run(process.execPath, [join(root, 'scripts/build.mjs')], { cwd: root });

  const folder = exampleFolder({ inPlace: options['in-place'] });
  const app = await serveExample({ folder, server: options.server });
  await useExample(app);
  console.log(
    `example   ${app.url}, ${options.server}, master ${app.master()}, workers ${app.workers().join(' ')}`,
  );
  console.log(
    `folder    ${folder}${options['in-place'] ? '' : ' (a copy that goes away at the end; --in-place works on examples/orders)'}`,
  );

  if (options.smoke) {
    const pictures = await smoke({ url: await browserEditor(folder), app, out: resolve(options.pictures) });
    for (const path of pictures) console.log(`picture   ${path}`);
    await stopAll();
    console.log('smoke     ok: the findings, the live workers, and what the fixes change');
    process.exit(0);
  }

  if (!(await desktopEditor(folder))) console.log(`editor    ${await browserEditor(folder)}`);
  console.log(
    '\nApply the quick fixes in orders/audit.py and orders/wsgi.py, save, then run “Forksight: Restart the Application”.',
  );
  console.log('Ctrl-C stops everything.');
  await followRestarts(app);
}

/** Opens the installed VS Code, where there is one and a screen to show it on. */
async function desktopEditor(folder) {
  const screen = process.platform === 'darwin' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
  const code = find('code');
  if (options.browser || !code || !screen) return false;
  const args = ['--new-window', `--extensionDevelopmentPath=${options.extension}`, folder];
  const opened = await run(code, args, { timeoutMs: 20_000 }).then(
    () => true,
    (error) =>
      console.log(`VS Code could not be opened, the browser has to do: ${error.message.split('\n')[0]}`),
  );
  if (opened) console.log('editor    opened in VS Code');
  return opened === true;
}

/** Starts the browser-based editor; its state goes away with the script. */
async function browserEditor(folder) {
  const data = mkdtempSync(join(tmpdir(), 'forksight-editor-'));
  beforeEnd(() => rmSync(data, { recursive: true, force: true, maxRetries: 3 }), 'last');
  const host = await startHost({ data, install: options.extension });
  return folderUrl(host, folder);
}

/** Tells when the example was restarted from the editor, and gives the new workers the same to do as the old ones. */
async function followRestarts(app) {
  let known = app.master();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const master = app.master();
    if (master === known) continue;
    known = master;
    if (master === undefined) console.log('example   stopped');
    else
      await app.ready().then(
        () =>
          useExample(app).then(() =>
            console.log(`example   restarted, master ${master}, workers ${app.workers().join(' ')}`),
          ),
        (error) => console.log(`example   restarted, master ${master}: ${error.message}`),
      );
  }
}
