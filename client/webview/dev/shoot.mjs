// Takes pictures of the page's scenes over made-up data, dark and light, at several widths.
// `node client/webview/dev/shoot.mjs FOLDER [SCENE…]` writes FOLDER/SCENE-THEME-WIDTH.png.

import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const here = dirname(fileURLToPath(import.meta.url));
const [folder = 'out/page', ...wanted] = process.argv.slice(2);
const out = resolve(folder);
const all = [
  'gunicorn',
  'uwsgi',
  'many',
  'lazy',
  'foreign',
  'two',
  'nothing',
  'not-linux',
  'offline',
  'looking',
];
const widths = [320];

/** VS Code's own default themes, as far as the page asks for them. */
const themes = {
  dark: {
    class: 'vscode-dark',
    background: '#181818',
    foreground: '#cccccc',
    descriptionForeground: '#9d9d9d',
    'sideBarSectionHeader-border': '#2b2b2b',
    'list-hoverBackground': '#2a2d2e',
    focusBorder: '#0078d4',
    'charts-blue': '#59a4f9',
    'charts-orange': '#d18616',
    'charts-green': '#89d185',
    'charts-purple': '#b180d7',
    'editorError-foreground': '#f14c4c',
    'editorWarning-foreground': '#cca700',
    'editorInfo-foreground': '#3794ff',
    'textLink-foreground': '#4daafc',
  },
  light: {
    class: 'vscode-light',
    background: '#f8f8f8',
    foreground: '#3b3b3b',
    descriptionForeground: '#616161',
    'sideBarSectionHeader-border': '#e5e5e5',
    'list-hoverBackground': '#f2f2f2',
    focusBorder: '#005fb8',
    'charts-blue': '#1a85ff',
    'charts-orange': '#d18616',
    'charts-green': '#388a34',
    'charts-purple': '#652d90',
    'editorError-foreground': '#e51400',
    'editorWarning-foreground': '#bf8803',
    'editorInfo-foreground': '#1a85ff',
    'textLink-foreground': '#005fb8',
  },
  contrast: {
    class: 'vscode-high-contrast',
    background: '#000000',
    foreground: '#ffffff',
    descriptionForeground: '#ffffff',
    contrastBorder: '#6fc3df',
    focusBorder: '#f38518',
    'charts-blue': '#3794ff',
    'charts-orange': '#d18616',
    'charts-green': '#89d185',
    'charts-purple': '#b180d7',
    'editorError-foreground': '#f48771',
    'editorWarning-foreground': '#ffd370',
    'editorInfo-foreground': '#3794ff',
    'textLink-foreground': '#21a6ff',
  },
};

mkdirSync(out, { recursive: true });
await build({
  bundle: true,
  entryPoints: [join(here, 'main.ts')],
  outfile: join(out, 'dev.js'),
  format: 'iife',
  logLevel: 'warning',
});
copyFileSync(join(here, 'page.html'), join(out, 'page.html'));
await build({ bundle: true, entryPoints: [join(here, '..', 'main.css')], outfile: join(out, 'main.css') });

const browser = await chromium.launch({
  executablePath: process.env.FORKSIGHT_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
try {
  for (const scene of wanted.length > 0 ? wanted : all) {
    for (const [name, theme] of Object.entries(themes)) {
      for (const width of scene === 'gunicorn' || scene === 'uwsgi' ? [220, 320, 640] : widths) {
        await shoot(scene, name, theme, width);
      }
    }
  }
} finally {
  await browser.close();
}

async function shoot(scene, name, { class: bodyClass, background, ...colours }, width) {
  const page = await browser.newPage({ viewport: { width, height: 200 }, deviceScaleFactor: 2 });
  page.on('pageerror', (error) => console.error(`${scene}: ${error.message}`));
  await page.goto(`${pathToFileURL(join(out, 'page.html'))}#${scene}`);
  await page.evaluate(
    ([cls, back, entries]) => {
      document.body.className = cls;
      document.body.style.background = back;
      for (const [key, value] of entries)
        document.documentElement.style.setProperty(`--vscode-${key}`, value);
    },
    [bodyClass, background, Object.entries(colours)],
  );
  await page.waitForSelector('main > *');
  await page.waitForTimeout(600);
  await page.screenshot({ path: join(out, `${scene}-${name}-${width}.png`), fullPage: true });
  await page.close();
}
