// The facade of the engine: a change goes in, plain findings come out.
// Owns the order deploy -> modules -> simulate -> rules; knows no protocol, no editor and no process.

import { pathMatcher } from './base/glob.ts';
import { basename, isWithin, relativePath, resolvePath } from './base/path.ts';
import { type Cancellation, type Clock, type FileSystem, type Log, neverCancelled } from './base/ports.ts';
import { type Location, range } from './base/range.ts';
import { mayConfigure, readDeployments } from './deploy/index.ts';
import type { Deployment, Deployments, Problem } from './deploy/model.ts';
import { moduleNameOf, Resolver } from './modules/resolve.ts';
import { type Change, ModuleStore, type SummaryCache } from './modules/store.ts';
import type { ModuleIr } from './modules/summary.ts';
import { type WarmOptions, warm } from './modules/warm.ts';
import { type Places, readBaseline, withoutKnown, writeBaseline } from './rules/baseline.ts';
import { ruleDocs } from './rules/docs.generated.ts';
import type { Case, Finding, Severity } from './rules/finding.ts';
import { IgnoreIndex, unusedIgnore } from './rules/ignores.ts';
import { rules } from './rules/index.ts';
import { withPathLevels } from './rules/levels.ts';
import { runRules } from './rules/run.ts';
import { settle } from './rules/settle.ts';
import type { Simulation } from './simulate/event.ts';
import { simulate } from './simulate/index.ts';
import { relocate } from './simulate/relocate.ts';
import { loadPython, type Python } from './syntax/index.ts';
import { noChoices, readChoices } from './workspace/choices.ts';
import { Listings } from './workspace/listings.ts';
import { noProjectSettings, type ProjectSettings, readProjectSettings } from './workspace/pyproject.ts';
import { shiftBetween } from './workspace/shift.ts';
import { readText } from './workspace/text.ts';

// What the facade speaks of, so that its users need no other folder.
export { type Description, describe as describeDeployment, loadName } from './deploy/describe.ts';
export type { Deployment, Entrypoint, Problem } from './deploy/model.ts';
export { serverName } from './deploy/model.ts';
export type { Fix } from './fixes/fix.ts';
export type { Finding, Related, Severity } from './rules/finding.ts';
export { severities } from './rules/finding.ts';
export type { Frame } from './simulate/event.ts';
export { Overlay } from './workspace/overlay.ts';
export { readText } from './workspace/text.ts';

export interface AnalysisPorts {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly log: Log;
  /** Bytes of `tree-sitter.wasm` (the engine) and of the Python grammar. */
  readonly grammar: { readonly engine: Uint8Array; readonly python: Uint8Array };
  /** Summaries from earlier runs; without it every module is parsed once a run. */
  readonly cache?: SummaryCache;
}

/** What the user set in the editor or on the command line; it wins over `[tool.forksight]` of pyproject.toml. */
export interface RuleSettings {
  /** Per rule: off, or a severity to report it at. */
  readonly rules: Readonly<Record<string, 'off' | Severity>>;
  /** Patterns of paths, relative to the root, about which nothing is reported. */
  readonly exclude: readonly string[];
  /** Which deployments count, as in `[tool.forksight]`; where there are any, they replace those of the file. */
  readonly deployments?: readonly unknown[];
  readonly ignoreDeployments?: readonly unknown[];
  /** Report also what the baseline knows: it is to be written anew. */
  readonly withoutBaseline?: boolean;
  /** Version of the interpreter that is selected here, for a project that says none. */
  readonly python?: string;
}

export interface AnalysisResult {
  readonly deployments: readonly Deployment[];
  /** Unreadable or contradictory configuration, at its place. */
  readonly problems: readonly Problem[];
  /** Where each deployment's entrypoint makes the application, as far as it was found; as long as `deployments`. */
  readonly entrypoints: readonly (Location | undefined)[];
  /** Sorted by path, then place. */
  readonly findings: readonly Finding[];
  readonly limits: readonly string[];
  /** Absolute paths whose change can change the result. */
  readonly inputs: ReadonlySet<string>;
  /** Milliseconds by stage. */
  readonly timings: Readonly<Record<string, number>>;
}

export type Progress = (done: number, total: number, what: string) => void;

export interface RunOptions {
  readonly cancellation?: Cancellation;
  readonly progress?: Progress;
}

/** One workspace root under analysis. Not reentrant: await one call before the next. */
export interface Analysis {
  /** Files or whole folders that changed on disk or in an editor; nothing is read until `run`. */
  changed(paths: readonly string[]): void;
  run(options?: RunOptions): Promise<AnalysisResult>;
  configure(settings: RuleSettings): void;
  /** How the application is served, without looking at its code. */
  deployments(): Pick<AnalysisResult, 'deployments' | 'problems'>;
  /** The file that holds a deployment's application, as far as it is known and there. */
  appFile(deployment: Deployment): string | undefined;
  /** The file that keeps what was found from being reported again: where the project has it, and its text. */
  baseline(result: AnalysisResult): { readonly path: string; readonly text: string; readonly named: boolean };
  dispose(): void;
}

/** A rule as people read about it; `page` is the whole of `docs/rules/<id>.md`. */
export interface RuleInfo {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** What it does and why it matters, as Markdown. */
  readonly summary: string;
  readonly page: string;
}

export const rulebook: readonly RuleInfo[] = [...rules, unusedIgnore].map(({ id, title, severity }) => ({
  id,
  title,
  severity,
  summary: ruleDocs[id]?.summary ?? title,
  page: ruleDocs[id]?.page ?? `# ${id}\n\n${title}\n`,
}));

/** What is wrong with chosen deployments; undefined where they can be read. */
export function choiceProblem(deployments: readonly unknown[]): string | undefined {
  const problems: string[] = [];
  const nowhere = { path: '', range: range(0, 0, 0, 0) };
  readChoices(deployments, [], { place: () => nowhere, say: (message) => problems.push(message) });
  return problems[0];
}

export type { ModuleIr, SummaryCache };

export async function createAnalysis(ports: AnalysisPorts, root: string): Promise<Analysis> {
  return new WorkspaceAnalysis(ports, root, await loadPython(ports.grammar));
}

interface Reported {
  readonly findings: readonly Finding[];
  /** What is wrong with the baseline. */
  readonly notes: readonly string[];
}

/** A deployment with what was last found out about it. */
interface Known extends Case {
  /** The deployment as text: another text calls for another simulation. */
  readonly key: string;
  readonly inputs: ReadonlySet<string>;
}

const settingsFile = 'pyproject.toml';
/** Changed files that are compared one by one with what was known of them. */
const refreshLimit = 50;
const defaultBaseline = 'forksight-baseline.json';
const knownRules: ReadonlySet<string> = new Set(rulebook.map((rule) => rule.id));

class WorkspaceAnalysis implements Analysis {
  readonly #ports: AnalysisPorts;
  readonly #root: string;
  readonly #python: Python;
  readonly #listings: Listings;
  readonly #store: ModuleStore;
  #settings: RuleSettings = { rules: {}, exclude: [] };
  #project: ProjectSettings | undefined;
  #read: Deployments | undefined;
  readonly #known = new Map<string, Known>();
  readonly #ignores = new IgnoreIndex();
  /** Deployments whose modules were read ahead once. */
  readonly #warmed = new Set<string>();
  #changed = new Set<string>();
  #last: AnalysisResult | undefined;

  constructor(ports: AnalysisPorts, root: string, python: Python) {
    this.#ports = ports;
    this.#root = root;
    this.#python = python;
    this.#listings = new Listings(ports.files);
    this.#store = new ModuleStore(ports.files, python, ports.cache);
  }

  changed(paths: readonly string[]): void {
    for (const path of paths) this.#changed.add(path);
  }

  configure(settings: RuleSettings): void {
    const chosen = ({ deployments, ignoreDeployments, python }: RuleSettings): string =>
      JSON.stringify([deployments ?? [], ignoreDeployments ?? [], python ?? '']);
    if (chosen(settings) !== chosen(this.#settings)) this.#read = undefined;
    this.#settings = settings;
    this.#last = undefined;
  }

  dispose(): void {
    this.#known.clear();
    this.#python.dispose();
  }

  deployments(): Pick<AnalysisResult, 'deployments' | 'problems'> {
    this.#takeChanges();
    this.#project ??= this.#readProject();
    this.#read ??= this.#readDeployments();
    const shown = this.#shown();
    return {
      deployments: this.#read.deployments.filter(({ source }) => shown(source.path)),
      problems: [...this.#read.problems, ...this.#project.problems].filter(({ at }) => shown(at.path)),
    };
  }

  appFile({ entrypoint, roots }: Deployment): string | undefined {
    const { files } = this.#ports;
    const app = entrypoint.known ? entrypoint.value : entrypoint.hint;
    if (app?.kind === 'module') return new Resolver(files, roots).find(app.module)?.path;
    return app !== undefined && files.kind(app.path) === 'file' ? app.path : undefined;
  }

  async run(options: RunOptions = {}): Promise<AnalysisResult> {
    const { cancellation = neverCancelled, progress = () => {} } = options;
    this.#takeChanges();
    if (this.#last) return this.#last;
    const { clock } = this.#ports;
    const timings: Record<string, number> = {};
    const timed = <T>(stage: string, work: () => T): T => {
      const from = clock.now();
      const result = work();
      timings[stage] = (timings[stage] ?? 0) + clock.now() - from;
      return result;
    };
    const { deployments, problems } = timed('deployments', () => this.deployments());
    const shown = this.#shown();
    const cases: Known[] = [];
    for (const deployment of deployments) {
      const from = clock.now();
      const one = await this.#simulated(deployment, { cancellation, progress, clock });
      timings.simulation = (timings.simulation ?? 0) + clock.now() - from;
      if (one === undefined) return this.#partial(timings);
      cases.push(one);
    }
    for (const id of this.#known.keys())
      if (!deployments.some((one) => one.id === id)) this.#known.delete(id);
    const found = timed('rules', () => this.#findings(cases)).filter(({ at }) => shown(at.path));
    const { findings, notes } = this.#reported(found);
    this.#last = {
      deployments,
      problems,
      entrypoints: cases.map(({ simulation }) => entrypointOf(simulation)),
      findings,
      limits: [...this.#limits(cases), ...notes],
      inputs: new Set([
        ...(this.#read?.inputs ?? []),
        ...this.#baselineFile(),
        ...cases.flatMap(({ inputs }) => [...inputs]),
      ]),
      timings,
    };
    return this.#last;
  }

  /** Whether something may be reported about a path. */
  #shown(): (path: string) => boolean {
    const excluded = pathMatcher([...(this.#project?.exclude ?? []), ...this.#settings.exclude]);
    return (path) => !excluded(relativePath(this.#root, path));
  }

  #takeChanges(): void {
    const paths = [...this.#changed];
    this.#changed.clear();
    if (paths.length === 0) return;
    const all = new Set([...paths, ...this.#below(paths)]);
    for (const path of all) this.#listings.changed(path);
    const settings = resolvePath(this.#root, settingsFile);
    const configured = new Set(this.#read?.inputs);
    const configures = (path: string): boolean => configured.has(path) || mayConfigure(basename(path));
    const known = [...this.#known.values()];
    const code = new Set([...all].filter((path) => known.some(({ inputs }) => inputs.has(path))));
    const configuration = [...all].some(configures);
    if (all.has(settings)) this.#project = undefined;
    if (this.#baselineFile().some((path) => all.has(path))) this.#last = undefined;
    if (configuration) this.#read = undefined;
    // What was read of a file is the barrier: where that is equal, nothing that rests on it runs again.
    if (code.size > refreshLimit) this.#startOver(code);
    else for (const path of code) this.#follow(path, this.#store.refresh(path));
    for (const path of all) if (!code.has(path)) this.#store.changed(path);
    if (all.has(settings) || configuration || code.size > 0) this.#last = undefined;
  }

  /** Simulations that rest on a file move with its lines, or are forgotten when it says something else. */
  #follow(path: string, change: Change): void {
    if (change.kind === 'same') return;
    for (const [id, known] of this.#known) {
      if (!known.inputs.has(path)) continue;
      const simulation = change.kind === 'moved' ? relocate(known.simulation, path, change.map) : undefined;
      if (simulation === undefined) this.#known.delete(id);
      else this.#known.set(id, { ...known, simulation });
    }
  }

  /** So many files at once are another branch checked out: they are read ahead again, a few at a time. */
  #startOver(paths: ReadonlySet<string>): void {
    for (const path of paths) this.#store.changed(path);
    this.#known.clear();
    this.#warmed.clear();
  }

  /** A path that is no input itself may be a folder that came or went: it stands for everything below it. */
  #below(paths: readonly string[]): readonly string[] {
    const known = [...this.#known.values()];
    const folders = paths.filter(
      (path) => !known.some(({ inputs }) => inputs.has(path)) && !path.endsWith('.py'),
    );
    if (folders.length === 0) return [];
    const inputs = [...(this.#read?.inputs ?? []), ...known.flatMap((one) => [...one.inputs])];
    return inputs.filter((input) => folders.some((folder) => isWithin(folder, input)));
  }

  /** The simulation, repeated only when the deployment or one of its inputs changed; undefined when cancelled. */
  async #simulated(deployment: Deployment, options: WarmOptions): Promise<Known | undefined> {
    const key = JSON.stringify(deployment);
    const known = this.#known.get(deployment.id);
    if (known?.key === key) return known;
    const { files } = this.#ports;
    const { entrypoint } = deployment;
    if (!this.#warmed.has(deployment.id) && entrypoint.known && entrypoint.value.kind === 'module') {
      const resolver = new Resolver(files, deployment.roots);
      await warm([entrypoint.value.module], this.#store, resolver, options);
    }
    if (options.cancellation.cancelled) return undefined;
    this.#warmed.add(deployment.id);
    const simulation = simulate(deployment, { files, store: this.#store });
    const found = { deployment, simulation, key, inputs: new Set(simulation.inputs) };
    this.#known.set(deployment.id, found);
    return found;
  }

  #findings(cases: readonly Case[]): readonly Finding[] {
    const roots = [...new Set(cases.flatMap(({ deployment }) => deployment.roots))];
    const text = (path: string): string | undefined => {
      const read = readText(this.#ports.files, path);
      return read.ok ? read.text : undefined;
    };
    const findings = runRules({
      cases,
      settings: { ...this.#project?.rules, ...this.#settings.rules },
      context: {
        text: (path) => (path.endsWith('.py') ? this.#store.summary(path)?.text : text(path)),
        module: (path) => this.#store.summary(path)?.ir,
        body: (path, body) => ({ body: this.#store.body(path, body), errors: [] }),
        moduleName: (path) => moduleNameOf(path, roots),
      },
      log: this.#ports.log,
      ignoreIndex: this.#ignores,
    });
    return settle(findings, {
      broken: (path) => this.#broken(path),
      moved: (path) => {
        const summary = path.endsWith('.py') ? this.#store.summary(path) : undefined;
        return summary?.stale ? shiftBetween(summary.text, text(path) ?? '') : undefined;
      },
    });
  }

  /** What is left of the findings after the project's settings for paths and its baseline. */
  #reported(all: readonly Finding[]): Reported {
    const relative = (path: string): string => relativePath(this.#root, path);
    const leveled = withPathLevels(all, this.#project?.paths ?? [], relative);
    const [file] = this.#baselineFile();
    if (file === undefined || this.#settings.withoutBaseline) return { findings: leveled, notes: [] };
    const name = relative(file);
    const read = readText(this.#ports.files, file);
    const baseline = read.ok ? readBaseline(read.text) : 'there is no such file';
    if (typeof baseline === 'string')
      return { findings: leveled, notes: [`The baseline ${name} is not used: ${baseline}.`] };
    const { findings, gone } = withoutKnown(leveled, baseline, this.#places());
    const notes =
      gone === 0
        ? []
        : [
            `${gone === 1 ? 'One finding' : `${gone} findings`} of the baseline ${name} ${gone === 1 ? 'is' : 'are'} gone: ` +
              'write it anew, so that they cannot come back unseen.',
          ];
    return { findings, notes };
  }

  baseline({ findings }: AnalysisResult): ReturnType<Analysis['baseline']> {
    const [named] = this.#baselineFile();
    const path = named ?? resolvePath(this.#root, defaultBaseline);
    return { path, text: writeBaseline(findings, this.#places()), named: named !== undefined };
  }

  /** How findings are told apart in a baseline. */
  #places(): Places {
    const lines = new Map<string, readonly string[]>();
    const linesOf = (path: string): readonly string[] => {
      const known = lines.get(path);
      if (known !== undefined) return known;
      const read = readText(this.#ports.files, path);
      const all = read.ok ? read.text.split(/\r\n|\r|\n/) : [];
      lines.set(path, all);
      return all;
    };
    return {
      path: ({ at }) => relativePath(this.#root, at.path),
      line: ({ at }) => linesOf(at.path)[at.range.start.line] ?? '',
    };
  }

  #baselineFile(): readonly string[] {
    const name = this.#project?.baseline;
    return name === undefined ? [] : [resolvePath(this.#root, name)];
  }

  #broken(path: string): boolean {
    const summary = path.endsWith('.py') ? this.#store.summary(path) : undefined;
    return (
      summary !== undefined &&
      !summary.stale &&
      (summary.ir.errors.length > 0 || summary.problem !== undefined)
    );
  }

  /** Bounds that were hit, and files of the applications that were not read as they are. */
  #limits(known: readonly Known[]): readonly string[] {
    const unread = [...this.#store.unread]
      .filter(([path]) => known.some(({ inputs }) => inputs.has(path)))
      .map(([path, why]) => `${relativePath(this.#root, path)}${why}`);
    return [...new Set([...known.flatMap(({ simulation }) => simulation.limits), ...unread])];
  }

  #readDeployments(): Deployments {
    const { deployments, ignoreDeployments } = this.#settings;
    const problems: Problem[] = [];
    const file = resolvePath(this.#root, '.vscode/settings.json');
    const path = this.#ports.files.kind(file) === 'file' ? file : this.#root;
    const own = readChoices(deployments, ignoreDeployments, {
      place: () => ({ path, range: range(0, 0, 0, 0) }),
      say: (message, at) => problems.push({ message, at }),
    });
    const written = this.#project?.choices ?? noChoices;
    const choices = {
      deployments: own.deployments.length > 0 ? own.deployments : written.deployments,
      ignored: [...written.ignored, ...own.ignored],
    };
    const ports = { files: this.#listings, python: this.#python };
    const read = readDeployments(ports, this.#root, choices, this.#settings.python);
    return { ...read, problems: [...problems, ...read.problems] };
  }

  #readProject(): ProjectSettings {
    const path = resolvePath(this.#root, settingsFile);
    const read = readText(this.#ports.files, path);
    return read.ok ? readProjectSettings(path, read.text, knownRules) : noProjectSettings;
  }

  /** What a cancelled run returns: nobody shows it. */
  #partial(timings: Readonly<Record<string, number>>): AnalysisResult {
    const none = { deployments: [], problems: [], entrypoints: [], findings: [], limits: [] };
    return { ...none, inputs: new Set(), timings };
  }
}

function entrypointOf({ events }: Simulation): Location | undefined {
  return events.find((event) => event.kind === 'app-created')?.at;
}
