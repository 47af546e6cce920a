// Types of build-once.mjs, for the tests.

export function buildOnce(dir: string, build: () => Promise<void>): Promise<void>;
