// The interpreter that is selected for a folder, for its version alone: as the Python extension says it, where that is
// there and active, or by the setting `python.defaultInterpreterPath`. Starts no interpreter.

import * as vscode from 'vscode';
import { environmentFiles, member, versionFrom, versionOf } from './interpreter-version.ts';

export class Interpreters implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #registrations: vscode.Disposable[] = [this.#changed];
  #followed = false;

  constructor() {
    this.#registrations.push(
      vscode.extensions.onDidChange(() => this.#follow()),
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('python.defaultInterpreterPath')) this.#changed.fire();
      }),
    );
    this.#follow();
  }

  async version(folder: vscode.Uri | undefined): Promise<string | undefined> {
    return (await fromExtension(folder).catch(() => undefined)) ?? (await fromSetting(folder));
  }

  dispose(): void {
    for (const registration of this.#registrations) registration.dispose();
  }

  /** Waits for the Python extension without starting it: it starts by itself where Python is edited. */
  #follow(): void {
    const { environments, active } = extension();
    if (this.#followed || !active) return;
    const subscribe = member(environments, 'onDidChangeActiveEnvironmentPath');
    if (typeof subscribe !== 'function') return;
    this.#followed = true;
    const registration: unknown = subscribe(() => this.#changed.fire());
    this.#registrations.push(new vscode.Disposable(() => call(registration, 'dispose')));
    this.#changed.fire();
  }
}

function extension(): { readonly environments: unknown; readonly active: boolean } {
  const python = vscode.extensions.getExtension<unknown>('ms-python.python');
  const active = python?.isActive === true;
  return { active, environments: active ? member(python.exports, 'environments') : undefined };
}

async function fromExtension(folder: vscode.Uri | undefined): Promise<string | undefined> {
  const { environments } = extension();
  const path: unknown = await call(environments, 'getActiveEnvironmentPath', folder);
  return path === undefined ? undefined : versionFrom(await call(environments, 'resolveEnvironment', path));
}

async function fromSetting(folder: vscode.Uri | undefined): Promise<string | undefined> {
  const set: unknown = vscode.workspace.getConfiguration('python', folder).get('defaultInterpreterPath');
  if (typeof set !== 'string' || set === '') return undefined;
  const path = set.replace(/\$\{workspaceFolder\}/g, folder?.fsPath ?? '').replaceAll('\\', '/');
  for (const file of environmentFiles(path)) {
    const text = await vscode.workspace.fs.readFile(vscode.Uri.file(file)).then(
      (bytes) => new TextDecoder().decode(bytes),
      () => undefined,
    );
    const version = text === undefined ? undefined : versionOf(path, text);
    if (version !== undefined) return version;
  }
  return versionOf(path, undefined);
}

/** A method of something that is not ours, where it has it. */
function call(of: unknown, method: string, ...args: readonly unknown[]): unknown {
  const found = member(of, method);
  return typeof found === 'function' ? Reflect.apply(found, of, args) : undefined;
}
