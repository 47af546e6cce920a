// `package.json`: the scripts whose names say that they serve, and any script that something calls by name.
// Knows nothing of what is started.

import { dirname } from '../../base/path.ts';
import type { CommandDialect } from '../dialect.ts';
import { type Invocation, invocations } from '../shell/invocations.ts';
import type { Reading, Source } from '../source.ts';
import { isSupporting, shellIn } from './folders.ts';
import { serves } from './script.ts';
import { yamlDocuments } from './yaml.ts';

export const packageJson: CommandDialect = {
  common: true,
  holdsCommands: (name, path) => name === 'package.json' && !isSupporting(path),
  commands: (reading, source) => packageScripts(reading, source).filter(({ task = '' }) => serves(task)),
};

/** Every script's commands, with the script as their task. */
export function packageScripts(reading: Reading, source: Source): Invocation[] {
  const scripts = yamlDocuments(source)[0]?.get('scripts');
  const shell = shellIn(reading, dirname(source.path), undefined);
  return (scripts?.entries() ?? []).flatMap(({ key, value }) => {
    const placed = value.placed(new Map());
    return placed === undefined ? [] : invocations(placed, shell).map((one) => ({ ...one, task: key }));
  });
}
