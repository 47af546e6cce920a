// Packages that a virtual environment beside the project has installed, by the names of its `*.dist-info` folders.
// Reads folders, no file.

import type { PackageVersion } from '../model.ts';
import type { Reading } from '../source.ts';
import { packageName } from './requirement.ts';

const names = ['.venv', 'venv', 'env', '.env'];

export function installed(reading: Reading, folder: string): ReadonlyMap<string, PackageVersion> {
  const found = new Map<string, PackageVersion>();
  const { files } = reading;
  for (const name of names) {
    const environment = `${folder === '/' ? '' : folder}/${name}`;
    if (files.kind(`${environment}/pyvenv.cfg`) !== 'file') continue;
    for (const { name: python } of files.list(`${environment}/lib`)) {
      const packages = `${environment}/lib/${python}/site-packages`;
      // A folder whose content is asked for: what is installed later is seen with the next change of a configuration.
      for (const { name: entry } of files.list(packages)) {
        const info = /^([\w.]+)-(\d[\w.!+]*)\.dist-info$/.exec(entry);
        if (info?.[1] === undefined || info[2] === undefined) continue;
        const at = {
          path: `${packages}/${entry}`,
          range: { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } },
        };
        found.set(packageName(info[1]), { exact: info[2], at });
      }
    }
    break;
  }
  return found;
}
