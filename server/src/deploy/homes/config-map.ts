// ConfigMaps and kustomize's generators of them, as far as they stand beside the manifest that names them.
// Owns finding them; what their values are for is the manifest's business.

import { dirname, resolvePath } from '../../base/path.ts';
import type { Value } from '../setting.ts';
import type { Reading, Source } from '../source.ts';
import { type Environment, environmentFile } from './env-file.ts';
import { settingsFile } from './folders.ts';
import { templateDocuments } from './template.ts';
import type { Yaml } from './yaml.ts';

const fileLimit = 200;

/** By folder; a folder's manifests are looked through once a reading. */
const found = new WeakMap<Reading, Map<string, ReadonlyMap<string, Environment>>>();

/** The data of the map of that name. */
export function configMap(
  reading: Reading,
  source: Source,
  name: string | undefined,
): Environment | undefined {
  if (name === undefined) return undefined;
  const folders = found.get(reading) ?? new Map<string, ReadonlyMap<string, Environment>>();
  found.set(reading, folders);
  const folder = dirname(source.path);
  const maps = folders.get(folder) ?? mapsIn(reading, folder);
  folders.set(folder, maps);
  return maps.get(name);
}

function mapsIn(reading: Reading, folder: string): ReadonlyMap<string, Environment> {
  const maps = new Map<string, Environment>();
  const names = reading.files
    .list(folder)
    .filter(({ name, kind }) => kind === 'file' && /\.ya?ml$/.test(name));
  for (const { name } of names.slice(0, fileLimit)) {
    const source = settingsFile(reading, `${folder}/${name}`);
    if (source === undefined || !/\bkind\s*:\s*ConfigMap\b|\bconfigMapGenerator\s*:/.test(source.text))
      continue;
    for (const document of templateDocuments(reading, source).flatMap((one) => [
      one,
      ...(one.get('items')?.items() ?? []),
    ])) {
      const own = document.path('metadata', 'name')?.text;
      if (document.get('kind')?.text === 'ConfigMap' && own !== undefined) maps.set(own, dataOf(document));
      for (const generator of document.get('configMapGenerator')?.items() ?? []) {
        const made = generator.get('name')?.text;
        if (made !== undefined) maps.set(made, generated(reading, folder, generator));
      }
    }
  }
  return maps;
}

function dataOf(document: Yaml): Environment {
  const data = new Map<string, Value>();
  for (const { key, value } of document.get('data')?.entries() ?? []) {
    const one = value.value();
    if (one !== undefined) data.set(key, one);
  }
  return data;
}

/** `literals: [NAME=value]` and `envs: [file]`. */
function generated(reading: Reading, folder: string, generator: Yaml): Environment {
  const files = (generator.get('envs')?.items() ?? []).flatMap(({ text }) => text ?? []);
  const data = new Map(
    files.flatMap((file) => [...environmentFile(reading, resolvePath(folder, `./${file}`))]),
  );
  for (const literal of generator.get('literals')?.items() ?? []) {
    const [, name, text] = /^([^=]+)=([\s\S]*)$/.exec(literal.text ?? '') ?? [];
    if (name !== undefined && text !== undefined) data.set(name, { text, at: literal.at });
  }
  return data;
}
