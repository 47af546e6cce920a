// Our reading of shell text against the shell itself: the same words, wherever nothing is unknown.
// Generated texts; one process of /bin/sh reads them all.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell's

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { commands } from '../../server/src/deploy/shell/words.ts';
import { Source } from '../../server/src/deploy/source.ts';

const given: Readonly<Record<string, string>> = { X: 'one', Y: 'a b', E: '', Z: ' pad  ded ' };

const piece = fc.constantFrom(
  ...["'", '"', '\\', ' ', '  ', '\t', 'a', '-w', '4', '=', '#', ':', '/', '.', '{', '}', '%', ','],
  ...[
    '$X',
    '$Y',
    '$E',
    '$Z',
    '${X}',
    '"$Y"',
    '"${Z}"',
    '${NONE:-d}',
    '${NONE-"d e"}',
    '${E:-x}',
    '${E-x}',
    '${X:-no}',
    '${X:+plus}',
    '${E:+no}',
    '${NONE:-$X}',
    "'$X'",
    '\\$X',
    '$$X',
    ' \\\n',
    '$ ',
  ],
  ...[' > f', ' 2>&1', ' < g', ' >> "h i"', ' 2>/dev/null'],
);

/** The words of the first command, or undefined where the shell finds an error. */
function real(texts: readonly string[]): (readonly string[] | undefined)[] {
  const script = texts.map(
    (text) => `( eval ${quoted(`show ${text}`)} ) 2>/dev/null || printf '!'; printf '\\036'`,
  );
  const options = {
    input: `show() { for one; do printf '%s\\037' "$one" >&3; done; }\nexec 3>&1\nd="$(mktemp -d)"; trap 'rm -rf "$d"' EXIT\ncd "$d" && touch g\n${script.join('\n')}\n`,
    env: { ...given, PATH: process.env.PATH ?? '' },
    maxBuffer: 1 << 26,
  };
  const answers = execFileSync('/bin/sh', [], options).toString().split('\x1e').slice(0, texts.length);
  return answers.map((answer) => (answer.includes('!') ? undefined : answer.split('\x1f').slice(0, -1)));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

test('generated texts give the words that the shell gives', () => {
  const arbitrary = fc.array(piece, { minLength: 1, maxLength: 9 }).map((parts) => parts.join(''));
  const texts = fc.sample(arbitrary, {
    numRuns: Number(process.env.FORKSIGHT_RUNS ?? 600),
    seed: Number(process.env.FORKSIGHT_SEED ?? 1),
  });
  const answers = real(texts);
  let compared = 0;
  texts.forEach((text, i) => {
    const answer = answers[i];
    if (answer === undefined) return;
    const source = new Source('/w/x', `show ${text}`);
    const at = source.at(0, 0);
    const variables = new Map(Object.entries(given).map(([name, value]) => [name, { text: value, at }]));
    const [command] = [...commands(source, variables)];
    const words = command?.words.slice(1) ?? [];
    if (words.some((word) => word.unknown !== undefined && !word.unknown.hinted)) return;
    assert.deepEqual(
      words.map((word) => word.text),
      answer,
      JSON.stringify(text),
    );
    compared++;
  });
  assert.ok(compared > texts.length / 3, `${compared} of ${texts.length} compared`);
});
