// Types of chromium.mjs, for the tests.

export const chromiumFlags: string[];
