// What a dialect is: a server that is started by a command or by a file of its own, and a file that holds commands.
// Adding one means one file that exports this and one line in `index.ts`.

import type { Python } from '../syntax/index.ts';
import type { Deployment } from './model.ts';
import type { Invocation } from './shell/invocations.ts';
import type { Reading, Source } from './source.ts';

export interface World {
  readonly reading: Reading;
  readonly python: Python;
}

/** A deployment before it has its id, and the configuration files it is made from. */
export interface Found {
  readonly deployment: Deployment;
  /** Files that are therefore no deployments of their own. */
  readonly uses: readonly string[];
  /** Whether its app is in the project, as far as the app is known. */
  readonly found: boolean;
  /** What it starts besides, each with a configuration of its own, as uWSGI's Emperor does. */
  readonly more?: readonly Found[];
}

export interface ServerDialect {
  /** Whether a command with this program starts the server. */
  starts(program: string): boolean;
  /** Undefined for a command that serves nothing, such as `--version`. */
  fromCommand(world: World, invocation: Invocation): Found | undefined;
  /** Whether a file of this name may configure the server by itself. */
  configures(name: string): boolean;
  /** Many files have such names: a few of them are looked into, and their content says which are meant. */
  mayConfigure?(path: string): boolean;
  fromFile(world: World, path: string): Found | undefined;
  /** What follows from the server's version, once the packages of the deployment are known. */
  settle?(deployment: Deployment): Deployment;
}

/** A file that says which commands are run: Procfile, and others like it. */
export interface CommandDialect {
  /** By name, and by path below the workspace's root where the name says little. */
  holdsCommands(name: string, path: string): boolean;
  /** Many files have such names: only those that speak of a server are read, and what else is in them is not ours. */
  readonly common?: true;
  commands(reading: Reading, source: Source, python: Python): readonly Invocation[];
}
