// Types of system.mjs, for the tests.

export function ensureUwsgiFormats(): Promise<unknown>;
