// CPython's word on whether a text is still Python.

import { execFileSync } from 'node:child_process';

/** Throws with CPython's message where one of the texts is not Python. */
export function compile(texts: readonly string[]): void {
  const script = 'import json,sys\nfor t in json.load(sys.stdin): compile(t, "fixed.py", "exec")';
  execFileSync('python3', ['-c', script], { input: JSON.stringify(texts), stdio: ['pipe', 'pipe', 'pipe'] });
}
