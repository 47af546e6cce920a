// What the client has been told: sends a file's diagnostics when they differ, clears those that vanished.
// Several owners (workspace folders) may speak of one file; their sets are joined, each finding told once.

import type { Diagnostic, PublishDiagnosticsParams } from 'vscode-languageserver';

export interface PublisherPorts {
  send(params: PublishDiagnosticsParams): void;
  uri(path: string): string;
  /** The version of the open document, if it is open. */
  version(path: string): number | undefined;
}

type ByPath = ReadonlyMap<string, readonly Diagnostic[]>;

export class Publisher {
  readonly #ports: PublisherPorts;
  readonly #owners = new Map<string, ByPath>();
  readonly #sent = new Map<string, { readonly uri: string; readonly text: string }>();

  constructor(ports: PublisherPorts) {
    this.#ports = ports;
  }

  /** Replaces all that this owner reports. */
  publish(owner: string, diagnostics: ByPath): void {
    this.#owners.set(owner, diagnostics);
    this.#flush();
  }

  forget(owner: string): void {
    this.#owners.delete(owner);
    this.#flush();
  }

  #flush(): void {
    const wanted = new Map<string, Diagnostic[]>();
    for (const byPath of this.#owners.values())
      for (const [path, list] of byPath) wanted.set(path, [...(wanted.get(path) ?? []), ...list]);
    for (const [path, sent] of this.#sent) {
      if (wanted.get(path)?.length) continue;
      this.#sent.delete(path);
      this.#ports.send({ uri: sent.uri, diagnostics: [] });
    }
    for (const [path, diagnostics] of wanted)
      if (diagnostics.length > 0)
        this.#update(path, this.#owners.size > 1 ? unique(diagnostics) : diagnostics);
  }

  #update(path: string, diagnostics: Diagnostic[]): void {
    const uri = this.#ports.uri(path);
    const text = JSON.stringify(diagnostics);
    const before = this.#sent.get(path);
    if (before?.uri === uri && before.text === text) return;
    if (before && before.uri !== uri) this.#ports.send({ uri: before.uri, diagnostics: [] });
    this.#sent.set(path, { uri, text });
    const version = this.#ports.version(path);
    this.#ports.send({ uri, diagnostics, ...(version === undefined ? {} : { version }) });
  }
}

function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(diagnostics.map((one) => [JSON.stringify(one), one])).values()];
}
