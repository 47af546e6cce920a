// The few signs of the page. Each differs by shape, not only by colour, and is hidden from screen readers:
// the words beside it say the same.

import { h, type VNode } from './vnode.ts';

const shapes = {
  error: 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z',
  warning: 'M8 2 15 14H1z',
  information: 'M2.5 2.5h11v11h-11z',
  hint: 'M8 1.5 14.5 8 8 14.5 1.5 8z',
  restart: 'M12.6 4.2A6 6 0 1 0 14 8h-1.6A4.4 4.4 0 1 1 11.4 5.2L9.4 7H14.5V2z',
  rising: 'M3 12 12 3M6 3h6v6',
  falling: 'M3 4l9 9M6 13h6V7',
} as const;

export type Icon = keyof typeof shapes;

export function icon(name: Icon): VNode {
  return h(
    'svg',
    { class: `icon ${name}`, viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    h('path', { d: shapes[name] }),
  );
}
