// The page that shows how the applications are served: all of them side by side, then each value and where it is said.
// Markdown over the engine's descriptions; decides nothing.

import { type AnalysisResult, type Description, describeDeployment } from '../analysis.ts';
import type { Location } from '../base/range.ts';
import type { Uris } from './places.ts';

export interface Served {
  readonly root: string;
  readonly result: Pick<AnalysisResult, 'deployments' | 'problems'>;
}

export function deploymentsPage(served: readonly Served[], uris: Uris): string {
  const parts = served.map(({ root, result }) => folder(root, result, uris));
  const title = '# Deployments\n\nHow the applications are served, as Forksight reads it.\n';
  return [title, ...parts].join('\n');
}

function folder(root: string, { deployments, problems }: Served['result'], uris: Uris): string {
  const found = deployments.map((deployment) => describeDeployment(deployment, root));
  if (found.length === 0)
    return (
      `## ${root.slice(root.lastIndexOf('/') + 1)}\n\nNo deployment was found: no configuration of a server, and no ` +
      'command that starts one. `deployments` of `[tool.forksight]` in `pyproject.toml` can describe one.\n'
    );
  const link = (at: Location): string => `${uris.of(at.path)}#L${at.range.start.line + 1}`;
  const shown = problems.map(
    ({ message, at }) =>
      `- [${at.path.slice(root.length + 1)}:${at.range.start.line + 1}](${link(at)}) ${message}`,
  );
  return [
    ...(found.length > 1 ? [table(sideBySide(found))] : []),
    ...found.map((one) => details(one, link)),
    ...(shown.length > 0 ? ['## What could not be read', shown.join('\n')] : []),
    '',
  ].join('\n\n');
}

/** One column a deployment, for what all of them have. */
function sideBySide(found: readonly Description[]): readonly (readonly string[])[] {
  const names = ['app', 'load mode', 'workers', 'Python', 'version', 'folder'];
  const value = ({ values }: Description, name: string): string =>
    values.find((one) => one.name === name)?.value ?? '';
  return [
    ['', ...found.map(({ id }) => `\`${id}\``)],
    ...names
      .filter((name) => found.some((one) => value(one, name) !== ''))
      .map((name) => [name, ...found.map((one) => cell(value(one, name)))]),
  ];
}

function details({ id, title, place, source, values }: Description, link: (at: Location) => string): string {
  const rows = values.map(({ name, value, from, at }) => [
    name,
    cell(value),
    at === undefined ? cell(from) : `[${cell(from)}](${link(at)})`,
  ]);
  return `## ${title}\n\n\`${id}\`, in [${place}](${link(source)})\n\n${table([['', 'value', 'from'], ...rows])}`;
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/[*_`<[\]]/g, '\\$&');
}
