// The connection to the client: Node's IPC channel or standard input and output, as the arguments say.
// A crash is written to the client's log and ends the process, so that the client can start a new one.

import { type Connection, createConnection, ProposedFeatures } from 'vscode-languageserver/node';

/** Throws when the arguments name no way to talk. */
export function connect(): Connection {
  const connection = createConnection(ProposedFeatures.all);
  const crash = (error: unknown): void => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`forksight: the language server ended: ${text}\n`);
    process.exit(70);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  return connection;
}
