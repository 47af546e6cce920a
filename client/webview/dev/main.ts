// The page over made-up data, for building it without a server: the scene is named after the # of the address.

import type { PageRequest } from '../../../server/src/protocol/live.ts';
import { scenes } from './fake.ts';

const sent: PageRequest[] = [];
Object.assign(window, {
  sent,
  acquireVsCodeApi: () => ({
    postMessage(request: PageRequest): void {
      sent.push(request);
      const scene = scenes[location.hash.slice(1) || 'gunicorn'];
      if (request.type === 'ready' && scene !== undefined) window.postMessage(scene, '*');
    },
  }),
});
void import('../main.ts');
