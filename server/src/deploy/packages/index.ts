// Which versions of packages a deployment runs with: its Dockerfile, locks and requirements near it, bounds of its
// pyproject.toml, and last what a virtual environment of the workspace has installed. The only door to this folder.

import { hash } from '../../base/hash.ts';
import { basename, dirname } from '../../base/path.ts';
import { compareVersions } from '../../base/version.ts';
import { readText } from '../../workspace/text.ts';
import type { Deployment, Packages, PackageVersion } from '../model.ts';
import { foldersUp } from '../roots.ts';
import { type Reading, Source } from '../source.ts';
import { type Claim, namesPackages, readClaims, requirements, requirementsFolder } from './files.ts';
import { installed } from './installed.ts';

export { namesPackages } from './files.ts';

type Versions = ReadonlyMap<string, PackageVersion>;

export class PackageReader {
  readonly #reading: Reading;
  readonly #folders = new Map<string, Versions>();
  readonly #found = new Map<string, Packages | undefined>();

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  put(deployment: Deployment): Deployment {
    const packages = this.#of(deployment);
    return packages === undefined ? deployment : { ...deployment, packages };
  }

  #of({ cwd, source, via }: Deployment): Packages | undefined {
    const { root } = this.#reading;
    const own = [source, via].flatMap((place) => (place === undefined ? [] : [place.path]));
    const folders = [cwd, ...own.map(dirname)].flatMap((folder) => foldersUp(folder, root));
    const places = [...own.filter((path) => namesPackages(basename(path))), ...new Set(folders)];
    const key = places.join('\n');
    if (!this.#found.has(key)) this.#found.set(key, this.#together(places, folders));
    return this.#found.get(key);
  }

  /** A pinned version beats a bound, the nearer of two of a kind the other one. */
  #together(places: readonly string[], folders: readonly string[]): Packages | undefined {
    const versions = new Map<string, PackageVersion>();
    const take = (more: Versions): void => {
      for (const [name, version] of more) {
        const before = versions.get(name);
        if (before === undefined || (before.exact === undefined && version.exact !== undefined))
          versions.set(name, version);
      }
    };
    for (const place of places) take(this.#at(place));
    take(new Map([...new Set(folders)].flatMap((folder) => [...installed(this.#reading, folder)])));
    if (versions.size === 0) return undefined;
    return { versions, fingerprint: hash(JSON.stringify([...versions])) };
  }

  /** What the files of a folder say, or a file by itself. */
  #at(place: string): Versions {
    const known = this.#folders.get(place);
    if (known !== undefined) return known;
    const { files } = this.#reading;
    const claims: Claim[] = [];
    if (files.kind(place) === 'file') claims.push(...this.#claims(place));
    for (const { name, kind } of files.list(place)) {
      const path = `${place === '/' ? '' : place}/${name}`;
      if (kind === 'file' && namesPackages(name)) claims.push(...this.#claims(path));
      if (kind !== 'directory' || name !== requirementsFolder) continue;
      for (const { name: text } of files.list(path))
        if (/\.(txt|in)$/.test(text)) claims.push(...this.#claims(`${path}/${text}`, requirements));
    }
    const versions = merged(claims);
    this.#folders.set(place, versions);
    return versions;
  }

  #claims(path: string, read?: (source: Source) => readonly Claim[]): readonly Claim[] {
    this.#reading.kind(path);
    const file = readText(this.#reading.files, path);
    if (!file.ok) return [];
    const source = new Source(path, file.text, file.bom);
    return read === undefined ? readClaims(basename(path), source) : read(source);
  }
}

/** Of files side by side a pinned version counts; where two pin different ones, only what holds for both. */
function merged(claims: readonly Claim[]): Versions {
  const all = new Map<string, PackageVersion[]>();
  for (const { name, version } of claims) {
    const list = all.get(name);
    if (list === undefined) all.set(name, [version]);
    else list.push(version);
  }
  return new Map([...all].map(([name, list]) => [name, agreed(list)]));
}

function agreed(list: readonly PackageVersion[]): PackageVersion {
  const pinned = list.find(({ exact }) => exact !== undefined);
  if (pinned === undefined) return Object.assign({}, ...list.toReversed());
  const exact = [...new Set(list.flatMap((one) => one.exact ?? []))].sort(compareVersions);
  const [from] = exact;
  return from === undefined || exact.length === 1 ? pinned : { from, at: pinned.at };
}
