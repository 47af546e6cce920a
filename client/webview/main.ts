// The page's own script: takes messages from the extension, renders, and sends back what the person does.
// Everything that decides how it looks is in the views.

import type { PageMessage, PageRequest } from '../../server/src/protocol/live.ts';
import { PageModel } from './model.ts';
import { page } from './page.ts';
import { patchChildren } from './patch.ts';

declare function acquireVsCodeApi(): { postMessage(message: PageRequest): void };

const host = acquireVsCodeApi();
const model = new PageModel();
const root = document.querySelector('main') ?? document.body;
let scheduled = false;

window.addEventListener('message', (event: MessageEvent<PageMessage>) => {
  model.apply(event.data);
  render();
});

root.addEventListener('click', (event) => {
  const target =
    event.target instanceof Element ? event.target.closest<HTMLElement>('[data-open],[data-restart]') : null;
  if (target === null) return;
  event.preventDefault();
  const { open, line, column, restart } = target.dataset;
  if (open !== undefined)
    host.postMessage({ type: 'open', path: open, line: Number(line), column: Number(column) });
  if (restart !== undefined) host.postMessage({ type: 'restart', appId: restart });
});

for (const kind of ['pointerover', 'focusin'] as const) {
  root.addEventListener(kind, (event) => lookAt(event.target));
}
for (const kind of ['pointerleave', 'focusout'] as const) root.addEventListener(kind, () => lookAt(null));

function lookAt(target: EventTarget | null): void {
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-worker]') : null;
  const highlight = row?.dataset.worker;
  if (highlight === model.highlight) return;
  model.highlight = highlight;
  render();
}

/** At most once a frame. */
function render(): void {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    patchChildren(root, page(model));
  });
}

render();
host.postMessage({ type: 'ready' });
