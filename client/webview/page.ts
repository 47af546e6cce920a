// The whole page as a function of the model: a section for each application, or why there is none.

import type { LiveApp, LiveSnapshot } from '../../server/src/protocol/live.ts';
import { chart, colourOf } from './chart.ts';
import { curvesOf } from './curves.ts';
import { coreShare, count } from './format.ts';
import { head } from './head.ts';
import type { PageModel } from './model.ts';
import { h, type VNode } from './vnode.ts';
import { why } from './why.ts';
import { workers } from './workers.ts';

export function page(model: PageModel): readonly VNode[] {
  if (model.offline !== undefined) return [offline(model.offline)];
  const { snapshot } = model;
  if (snapshot === undefined) return [message('looking', 'Looking for running servers…')];
  const { condition } = snapshot;
  if (condition.kind === 'not-linux') {
    const words = `Memory is read from Linux's process table, and this window runs on ${condition.platform}. Open the folder where the server runs: over SSH, in a container or in WSL.`;
    return [message('not-linux', 'Workers can be seen on Linux only', words)];
  }
  if (condition.kind === 'no-proc') {
    return [
      message(
        'no-proc',
        'Running processes cannot be seen',
        `${condition.why}. Mount it to see the workers.`,
      ),
    ];
  }
  const apps = snapshot.apps.map((app) => section(app, model, snapshot));
  return [...(apps.length === 0 ? [nothing(snapshot)] : apps), footer(snapshot)];
}

function section(app: LiveApp, model: PageModel, snapshot: LiveSnapshot): VNode {
  const history = (id: string) => model.history(id);
  const curves = curvesOf(app, snapshot.time, history);
  const colour = ({ id }: { readonly id: string }): string | undefined => {
    const curve = curves?.curves.find(({ worker }) => worker.id === id);
    return curves === undefined || curve === undefined ? undefined : colourOf(curves, curve);
  };
  const oldest = Math.max(app.master?.ageSeconds ?? 0, ...app.workers.map(({ ageSeconds }) => ageSeconds));
  return h(
    'article',
    { key: app.id, class: 'app', 'aria-labelledby': `name-${app.id}` },
    head(app, snapshot.apps.length > 1),
    curves === undefined ? undefined : chart(app, curves, model.highlight),
    workers(app, { colour, history, oldest }),
    why(app.reasons),
  );
}

function nothing({ elsewhere }: LiveSnapshot): VNode {
  const others = elsewhere === 0 ? undefined : elsewhereWords(elsewhere);
  return message(
    'nothing',
    'Nothing is running here',
    'Start the application with uWSGI or gunicorn in this folder, in any terminal. Its workers appear here as soon as they run.',
    others,
  );
}

function elsewhereWords(elsewhere: number): string {
  return `${count(elsewhere, 'server runs', 'servers run')} outside this folder.`;
}

function offline(reason: string): VNode {
  return message('offline', 'The language server is not running', reason);
}

function message(key: string, title: string, ...words: (string | undefined)[]): VNode {
  const paragraphs = words.map((text) => (text === undefined ? undefined : h('p', { class: 'dim' }, text)));
  return h('div', { key, class: 'message', role: 'status' }, h('h2', {}, title), ...paragraphs);
}

function footer({ cost, apps, elsewhere }: LiveSnapshot): VNode {
  const rate = `each second · in full every ${cost.fullSeconds} s · ${coreShare(cost.share)} of a core`;
  const title = 'How often it looks at the processes, and what that costs';
  const others = apps.length > 0 && elsewhere > 0 ? h('div', {}, elsewhereWords(elsewhere)) : undefined;
  return h('footer', { key: 'footer', class: 'foot small dim num' }, h('span', { title }, rate), others);
}
