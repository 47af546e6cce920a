// "Still shared since the fork": one curve a worker, with the same numbers as a table for whoever does not see it.

import type { LiveApp } from '../../server/src/protocol/live.ts';
import { type Curve, type Curves, middleShare, pathOf, unwatchedPath } from './curves.ts';
import { duration, percent } from './format.ts';
import { h, type VNode } from './vnode.ts';

/** The picture's own units, stretched to the width there is; words stand beside it as text. */
const box = { width: 1000, height: 100 } as const;

/** Colours of the theme; more workers than that share one quiet colour, and the lowest stands out. */
const colours = 4;

export function chart(app: LiveApp, curves: Curves, highlight: string | undefined): VNode {
  const middle = middleShare(curves);
  const title = app.load === 'lazy' ? 'Shared between the workers' : 'Still shared since the fork';
  return h(
    'section',
    { class: 'block', 'aria-label': title },
    h(
      'div',
      { class: 'title' },
      h('h3', {}, title),
      middle === undefined ? undefined : h('span', { class: 'dim num' }, percent(middle)),
    ),
    picture(curves, highlight),
    table(curves),
    h(
      'p',
      { class: 'small dim', hidden: app.load !== 'lazy' },
      'Each worker loads a copy of its own: little is shared.',
    ),
  );
}

function picture(curves: Curves, highlight: string | undefined): VNode {
  const span = Math.max(1, curves.to - curves.from);
  const part = (time: number): number => Math.max(0, time - curves.from) / span;
  const x = (time: number): number => part(time) * box.width;
  const y = (share: number): number => (1 - share) * box.height;
  const known = highlight !== undefined && curves.curves.some(({ worker }) => worker.id === highlight);
  const line = (curve: Curve): VNode => {
    const faded = known && curve.worker.id !== highlight ? ' faded' : '';
    const before = unwatchedPath(curve, x, y);
    return h(
      'g',
      { key: curve.worker.id, class: `curve ${colourOf(curves, curve)}${faded}` },
      before === undefined ? undefined : h('path', { class: 'unwatched', d: before }),
      h('path', { d: pathOf(curve, x, y, curves.to) }),
    );
  };
  return h(
    'div',
    { class: 'chart num', 'aria-hidden': 'true' },
    h('div', { class: 'scale' }, ...['100', '50', '0'].map((tick) => h('span', {}, tick))),
    h(
      'div',
      { class: 'plot' },
      h(
        'svg',
        { viewBox: `0 0 ${box.width} ${box.height}`, preserveAspectRatio: 'none' },
        ...[0, 50, 100].map((at) => h('path', { class: 'grid', d: `M0 ${at}H${box.width}` })),
        ...curves.curves.map(line),
      ),
      ...replacements(curves, part),
    ),
    h('div', { class: 'times' }, h('span', {}, `${duration(span / 1000)} ago`), h('span', {}, 'now')),
  );
}

/** Where a worker took another's place. Words for the last one only; the others keep their mark. */
function replacements(curves: Curves, part: (time: number) => number): VNode[] {
  const marks = curves.curves.flatMap(({ worker, points }) => {
    const at = points[0]?.[0];
    return worker.replaces === null || at === undefined ? [] : [{ worker, at: part(at) }];
  });
  return marks.map(({ worker, at }, index) => {
    const words = index === marks.length - 1 ? `${worker.pid} replaces ${worker.replaces}` : '';
    const attributes = {
      key: `mark-${worker.id}`,
      class: `mark${at > 0.5 ? ' left' : ''}`,
      style: { '--at': String(at) },
    };
    return h('span', attributes, words);
  });
}

/** The class that colours a worker's curve and its mark in the list. */
export function colourOf({ curves }: Curves, curve: Curve): string {
  const running = curves.filter(({ worker }) => worker.state === 'running');
  if (!running.includes(curve)) return 'c-past';
  if (running.length <= colours) return `c${running.indexOf(curve)}`;
  const lowest = running.reduce((low, one) => ((one.now ?? 1) < (low.now ?? 1) ? one : low));
  return lowest === curve ? 'c-low' : 'c-many';
}

function table({ curves, from, to }: Curves): VNode {
  const row = (tag: string, ...cells: string[]): VNode =>
    h('tr', {}, ...cells.map((cell) => h(tag, {}, cell)));
  const rows = curves.map((curve) => {
    const shares = curve.points.map(([, share]) => share);
    const first = shares[0] ?? 0;
    const last = shares.at(-1) ?? 0;
    const lowest = Math.min(...shares);
    return row('td', `worker ${curve.worker.pid}`, percent(first), percent(lowest), percent(last));
  });
  return h(
    'div',
    { class: 'hidden' },
    h(
      'table',
      {},
      h(
        'caption',
        {},
        `Share of each worker's memory that other processes map too, last ${duration((to - from) / 1000)}`,
      ),
      h('thead', {}, row('th', 'Process', 'First seen', 'Lowest', 'Now')),
      h('tbody', {}, ...rows),
    ),
  );
}
