// One subscription to the running applications for everything in this window that shows them. The server samples
// while somebody looks; who looks says so, and says when not any more.

import * as vscode from 'vscode';
import { State } from 'vscode-languageclient/node';
import {
  type LiveMessage,
  type LiveSnapshot,
  liveMethods,
  type RestartAnswer,
} from '../../server/src/protocol/live.ts';
import type { Server } from './server.ts';

export class LiveFeed implements vscode.Disposable {
  readonly #server: Server;
  readonly #messages = new vscode.EventEmitter<LiveMessage>();
  readonly #connected = new vscode.EventEmitter<boolean>();
  readonly #registrations: vscode.Disposable[];
  readonly onMessage = this.#messages.event;
  /** The server came up, or went away. */
  readonly onConnected = this.#connected.event;
  #looking = 0;
  #last: LiveSnapshot | undefined;

  constructor(server: Server) {
    this.#server = server;
    this.#registrations = [
      server.client.onNotification(liveMethods.update, (message: LiveMessage) => {
        this.#last = message.snapshot;
        this.#messages.fire(message);
      }),
      // A server that was started again knows of no one who looks.
      server.client.onDidChangeState(({ newState }) => {
        if (newState === State.Running && this.#looking > 0) this.#tell(liveMethods.subscribe);
        this.#connected.fire(newState === State.Running);
      }),
    ];
  }

  get connected(): boolean {
    return this.#server.running;
  }

  /** How to start an application again, from the server that has just looked at it. */
  restartPlan(appId: string): Promise<RestartAnswer> {
    return this.#server.client.sendRequest<RestartAnswer>(liveMethods.restartPlan, { appId });
  }

  /** What runs now: one look, undefined when the server does not answer in time. */
  async once(timeoutMs = 5000): Promise<LiveSnapshot | undefined> {
    const answer = new Promise<LiveSnapshot | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), timeoutMs);
      const listening = this.onMessage(({ snapshot }) => {
        clearTimeout(timer);
        listening.dispose();
        resolve(snapshot);
      });
    });
    const looking = this.look();
    try {
      return await answer;
    } finally {
      looking.dispose();
    }
  }

  /** The last snapshot, while somebody looks. */
  get snapshot(): LiveSnapshot | undefined {
    return this.#looking > 0 ? this.#last : undefined;
  }

  /** Somebody looks, until it is disposed of. Each new look starts with a hydrate for all. */
  look(): vscode.Disposable {
    this.#looking++;
    this.#tell(liveMethods.subscribe);
    let looking = true;
    return new vscode.Disposable(() => {
      if (!looking) return;
      looking = false;
      this.#looking--;
      if (this.#looking === 0) this.#tell(liveMethods.unsubscribe);
    });
  }

  dispose(): void {
    for (const registration of this.#registrations) registration.dispose();
    this.#messages.dispose();
    this.#connected.dispose();
  }

  #tell(method: string): void {
    if (this.#server.running) void this.#server.client.sendNotification(method).catch(() => undefined);
  }
}
