// The findings that explain the numbers, each a link to its place in the code.

import type { Reason } from '../../server/src/protocol/live.ts';
import { icon } from './icons.ts';
import { h, type VNode } from './vnode.ts';

export function why(reasons: readonly Reason[]): VNode | undefined {
  if (reasons.length === 0) return undefined;
  return h(
    'section',
    { class: 'block', 'aria-label': 'Why' },
    h('h3', {}, 'Why'),
    h('ul', { class: 'why' }, ...reasons.map(reasonItem)),
  );
}

function reasonItem(reason: Reason): VNode {
  const { severity, text, label, path, line, column, rule } = reason;
  return h(
    'li',
    { key: `${rule}:${path}:${line}:${column}` },
    icon(severity),
    h(
      'span',
      {},
      h('span', { class: 'hidden' }, `${severity}: `),
      text,
      h('br'),
      h(
        'a',
        {
          href: '#',
          'data-open': path,
          'data-line': line,
          'data-column': column,
          title: `${rule} in ${path}`,
        },
        label,
      ),
    ),
  );
}
