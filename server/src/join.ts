// Where the two streams meet: running applications on one side, deployments and findings on the other.
// Gives the monitor its hints, and each running application the findings that explain its numbers. Pure.

import { type Deployment, type Finding, rulebook, severities } from './analysis.ts';
import { relativePath } from './base/path.ts';
import type { DeploymentHint } from './live/match.ts';
import type { LiveApp, LiveSnapshot, Reason, ServerKind } from './protocol/live.ts';
import type { SwitchOnAnswer } from './protocol/live-actions.ts';

export type { WorkspaceView } from './live/ports.ts';
export type { LiveService } from './live/service.ts';

/** What the analysis of one workspace folder says. */
export interface Analysed {
  readonly root: string;
  readonly deployments: readonly Deployment[];
  readonly findings: readonly Finding[];
}

/** Deployments as the monitor compares them with processes; ids are unique across folders. */
export function hintsOf(
  analysed: readonly Pick<Analysed, 'root' | 'deployments'>[],
): readonly DeploymentHint[] {
  return analysed.flatMap(({ root, deployments }) => deployments.flatMap((one) => hintOf(root, one) ?? []));
}

/** The snapshot with the findings of each application's deployment, strongest first. */
export function explained(snapshot: LiveSnapshot, analysed: readonly Analysed[]): LiveSnapshot {
  return { ...snapshot, apps: snapshot.apps.map((app) => explainedApp(app, analysed)) };
}

/** Rules whose findings stand where a thread is started that no worker has. */
const threadRules = new Set(['thread-before-fork', 'queue-without-consumer', 'pool-before-fork']);

function explainedApp(app: LiveApp, analysed: readonly Analysed[]): LiveApp {
  const reasons = reasonsOf(app, analysed);
  const { lostThreads, stats } = app;
  const lines = reasons.flatMap(({ rule }, index) => (threadRules.has(rule) ? [index] : []));
  const fixable = stats.kind === 'off' && switchOnStats(app, analysed).ok;
  return {
    ...app,
    reasons,
    ...(lostThreads === undefined ? {} : { lostThreads: { ...lostThreads, reasons: lines } }),
    ...(fixable ? { stats: { ...stats, fixable: true as const } } : {}),
  };
}

const statsAddress = '127.0.0.1:9191';

type OptionHome = Extract<Deployment['facts'], { server: 'uwsgi' }>['optionHome'];

/** An option as it is written where the options stand; undefined where none can be added. */
function newOption(
  { kind, format = 'ini', around }: OptionHome,
  name: string,
  value: string,
): string | undefined {
  if (kind === 'nowhere') return undefined;
  if (kind !== 'file') return (around ?? [' ', '']).join(`--${name}=${value}`);
  const written = {
    ini: `\n${name} = ${value}`,
    xml: `<${name}>${value}</${name}>`,
    yaml: `${name}: "${value}"`,
    json: `"${name}": "${value}"`,
  }[format];
  return format === 'ini' ? written : (around ?? [' ', '']).join(written);
}

/** The edit that makes a uWSGI tell about itself from its next start on. */
export function switchOnStats(
  app: Pick<LiveApp, 'deployment'>,
  analysed: readonly Analysed[],
): SwitchOnAnswer {
  for (const { root, deployments } of analysed) {
    const deployment = deployments.find((one) => keyOf(root, one) === app.deployment);
    if (deployment === undefined) continue;
    const { facts } = deployment;
    if (facts.server !== 'uwsgi')
      return { ok: false, why: 'This server has no statistics that its configuration switches on.' };
    if (deployment.options.some(({ name }) => name === 'stats' || name === 'stats-server'))
      return { ok: false, why: 'Its configuration has a `stats` option already.' };
    const { at } = facts.optionHome;
    const newText = newOption(facts.optionHome, 'stats', statsAddress);
    if (newText === undefined)
      return {
        ok: false,
        why: 'Its options are put together from several places, so none can be added here.',
      };
    const { line, column } = at.range.start;
    return { ok: true, title: `Add stats = ${statsAddress}`, path: at.path, line, column, newText };
  }
  return { ok: false, why: 'It is not known from which configuration it was started.' };
}

/** The running application that was started from this deployment. */
export function runningFrom(
  snapshot: LiveSnapshot,
  root: string,
  deployment: Deployment,
): LiveApp | undefined {
  return snapshot.apps.find((app) => app.deployment === keyOf(root, deployment));
}

function keyOf(root: string, { id }: Deployment): string {
  return `${root}#${id}`;
}

/** Undefined for servers that the monitor does not watch. */
function hintOf(root: string, deployment: Deployment): DeploymentHint | undefined {
  const { server, cwd, load, entrypoint, options } = deployment;
  if (!isWatched(server)) return undefined;
  const stats = options.findLast(
    (option) => option.name === 'stats' || option.name === 'stats-server',
  )?.value;
  const config = configOf(deployment);
  return {
    id: keyOf(root, deployment),
    server,
    cwd,
    load,
    ...(config === undefined ? {} : { config }),
    ...(entrypoint.known ? { entrypoint: nameOf(entrypoint.value) } : {}),
    ...(stats === undefined ? {} : { stats }),
  };
}

type Watched = Exclude<ServerKind, 'python'>;

function isWatched(server: Deployment['server']): server is Watched {
  return ['uwsgi', 'gunicorn', 'celery', 'uvicorn', 'granian'].includes(server);
}

/** The server's own file, as against a Procfile or a script that holds its command. */
function configOf({ facts, source }: Deployment): string | undefined {
  if (facts.server === 'gunicorn') return facts.config;
  if (facts.server !== 'uwsgi') return undefined;
  const { kind, at } = facts.optionHome;
  if (kind === 'file') return at.path;
  return kind === 'nowhere' && /\.(ini|ya?ml|json|xml)$/.test(source.path) ? source.path : undefined;
}

type Entrypoint = Extract<Deployment['entrypoint'], { known: true }>['value'];

function nameOf(entrypoint: Entrypoint): string {
  return entrypoint.kind === 'file' ? entrypoint.path : `${entrypoint.module}:${entrypoint.callable}`;
}

function reasonsOf(app: LiveApp, analysed: readonly Analysed[]): readonly Reason[] {
  for (const { root, deployments, findings } of analysed) {
    const index = deployments.findIndex((one) => keyOf(root, one) === app.deployment);
    if (index < 0) continue;
    return findings
      .filter((finding) => finding.deployments.includes(index))
      .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
      .map((finding) => reasonOf(finding, root, index));
  }
  return [];
}

function reasonOf(finding: Finding, root: string, deployment: number): Reason {
  const { rule, severity, at } = finding;
  const { line, column } = at.range.start;
  const label = `${relativePath(root, at.path)}:${line + 1}`;
  return { rule, severity, text: textFor(finding, deployment), label, path: at.path, line, column };
}

/** A message speaks of the first of its deployments, by the name of its server; for another the rule's title holds. */
function textFor({ rule, message, deployments }: Finding, deployment: number): string {
  const title = deployments[0] === deployment ? undefined : rulebook.find(({ id }) => id === rule)?.title;
  return firstClause(title ?? message);
}

/** What happens, without why and what to do. */
function firstClause(message: string): string {
  const clause = /^(.+?)[.:;](?:\s|$)/.exec(message)?.[1] ?? message;
  return `${clause.replaceAll('`', '')}.`;
}
