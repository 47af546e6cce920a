// The fixture projects and how each is served, for every suite that walks them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Project {
  readonly name: string;
  readonly root: string;
  /** `module:callable` or `module:factory()`. */
  readonly entry: string;
  readonly server: 'uwsgi' | 'gunicorn' | 'celery';
  readonly preload: boolean;
  /** Import roots below `root`. */
  readonly path: readonly string[];
  /** gunicorn's configuration file. */
  readonly config?: string;
  /** Modules that Python would import on another machine or on another day. */
  readonly also: readonly string[];
  /** Events, as `kind path:line`, that the simulation reports as possible and that this machine does not run. */
  readonly possible: readonly string[];
  /** Events, in the same form, that run here and of which the simulation cannot be certain. */
  readonly unsure: readonly string[];
  /** Modules whose openings are recorded too. */
  readonly watch?: readonly string[];
  /** Whether uWSGI has a master; without one its decorators cannot be imported. */
  readonly master: boolean;
  /** The server is one of ASGI: it runs the application's lifespan in each worker. */
  readonly asgi?: boolean;
  /** Variables that the deployment sets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What the simulation cannot do yet. */
  readonly todo?: string;
}

const folder = fileURLToPath(new URL('../fixtures/projects/', import.meta.url));

/** Every project of `test/fixtures/projects`. Its `oracle.json` says what differs from a preloaded `web:app`. */
export const projects: readonly Project[] = readdirSync(folder)
  .sort()
  .map((name) => {
    const root = join(folder, name);
    const file = join(root, 'oracle.json');
    const given: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
    const standard = {
      entry: 'web:app',
      server: 'gunicorn',
      preload: true,
      path: ['.'],
      also: [],
      possible: [],
      unsure: [],
      master: true,
    } as const;
    return { ...standard, ...(given as Partial<Project>), name, root };
  });
