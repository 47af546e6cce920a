// Shell text to words and started programs: quoting, variables, operators and wrappers, as tables of cases.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the shell's

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { invocations } from '../../../server/src/deploy/shell/invocations.ts';
import { splitWords } from '../../../server/src/deploy/shell/shlex.ts';
import { commands } from '../../../server/src/deploy/shell/words.ts';
import { Source } from '../../../server/src/deploy/source.ts';
import { textAt } from './lib.ts';

const source = (text: string): Source => new Source('/w/x', text);

function words(text: string): string[][] {
  const all = [...commands(source(text), new Map())];
  return all
    .filter((command) => command.words.length + command.assignments.length > 0)
    .map((command) =>
      command.words.map((word) => {
        const doubt = word.unknown === undefined ? '' : word.unknown.hinted ? '?' : '??';
        return `${doubt}${word.text}`;
      }),
    );
}

describe('words', () => {
  const cases: readonly (readonly [string, readonly (readonly string[])[]])[] = [
    ['a b  c', [['a', 'b', 'c']]],
    [`a 'b c' "d e" f\\ g`, [['a', 'b c', 'd e', 'f g']]],
    [`a"b"'c'`, [['abc']]],
    [`"a \\"b\\" \\n"`, [['a "b" \\n']]],
    [`'a\\'`, [['a\\']]],
    ['a \\\n  b', [['a', 'b']]],
    ['a \\\r\n  b', [['a', 'b']]],
    ['a # comment', [['a']]],
    ['a#b', [['a#b']]],
    ['a && b || c; d | e & f', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
    ['a > out.log 2>&1 b', [['a', 'b']]],
    ['a 2>/dev/null', [['a']]],
    ['a &> log b', [['a', 'b']]],
    ['a < in', [['a']]],
    ['(cd x; a)', [['cd', 'x'], ['a']]],
    ['a $X', [['a', '??']]],
    ['a --b=$X', [['a', '??--b=']]],
    ['a ${X:-4}', [['a', '?4']]],
    ['a ${X-4}c', [['a', '?4c']]],
    ['a ${X:-"4 5"}', [['a', '?4 5']]],
    ['a ${X:-4 5}', [['a', '?4', '?5']]],
    ['a "${X:-4 5}"', [['a', '?4 5']]],
    ['a ${X:-${Y:-3}}', [['a', '?3']]],
    ["a '$X'", [['a', '$X']]],
    ['a \\$X', [['a', '$X']]],
    ['a $(nproc) `nproc`', [['a', '??', '??']]],
    ['a $((2 * 3))', [['a', '??']]],
    ['a $', [['a', '$']]],
    ['a "', [['a', '']]],
    ["a 'b", [['a', 'b']]],
    ['a ""', [['a', '']]],
    ['', []],
  ];
  for (const [text, expected] of cases)
    test(JSON.stringify(text), () => assert.deepEqual(words(text), expected));

  test('each has its place', () => {
    const text = `X=1 gunicorn 'shop:app' --bind="0:$PORT" # end\nnext`;
    const [first] = commands(source(text), new Map());
    assert.deepEqual(
      first?.words.map((word) => textAt(text, word.at)),
      ['gunicorn', "'shop:app'", '--bind="0:$PORT"'],
    );
    assert.equal(first && textAt(text, first.at), `X=1 gunicorn 'shop:app' --bind="0:$PORT"`);
  });

  test('never throws and stays within the text', () => {
    const pieces = fc.constantFrom(
      "'",
      '"',
      '\\',
      '$',
      '{',
      '}',
      '(',
      ')',
      '`',
      'X',
      ' ',
      '\n',
      ':-',
      '=',
      '>',
      '&',
      '|',
      ';',
      '#',
      '-',
      'a',
      '2',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        const placed = source(text);
        for (const found of invocations(placed, { cwd: '/w' })) assert.ok(found.at.range.start.line >= 0);
      }),
      { numRuns: 3000 },
    );
  });
});

test('split as shlex does', () => {
  const value = { text: `--bind "a b" -w\\ 4 'c"d' e"f"`, at: source('').at(0, 0) };
  assert.deepEqual(
    splitWords(value).map((word) => word.text),
    ['--bind', 'a b', '-w 4', 'c"d', 'ef'],
  );
});

describe('what is started', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['gunicorn app', 'gunicorn app'],
    ['exec gunicorn app', 'gunicorn app'],
    ['A=1 B=2 gunicorn app', '[A=1 B=2] gunicorn app'],
    ['env -u X A=1 gunicorn app', '[A=1] gunicorn app'],
    ['export A=1; gunicorn app', '[A=1] gunicorn app'],
    ['A=1; gunicorn $A', '[A=1] gunicorn 1'],
    ['OPTS="-w 4" && gunicorn $OPTS app', '[OPTS=-w 4] gunicorn -w 4 app'],
    ['OPTS="-w 4" && gunicorn "$OPTS" app', '[OPTS=-w 4] gunicorn -w 4 app'],
    ['cd web && gunicorn app', '(/w/web) gunicorn app'],
    ['python -m gunicorn app', 'gunicorn app'],
    ['python3.11 -u -X dev -m gunicorn app', 'gunicorn app'],
    ['python manage.py migrate && gunicorn app', 'python manage.py migrate | gunicorn app'],
    ['poetry run gunicorn app', 'gunicorn app'],
    ['pipenv run gunicorn app', 'gunicorn app'],
    ['uv run gunicorn app', 'gunicorn app'],
    ['uv run --no-dev --extra web -- gunicorn app', 'gunicorn app'],
    ['uv run -m gunicorn app', 'gunicorn app'],
    ['uv run python -m gunicorn app', 'gunicorn app'],
    ['poetry run python -m gunicorn app', 'gunicorn app'],
    ['uv sync && .venv/bin/gunicorn app', 'uv sync | gunicorn app'],
    ['nice -n 5 nohup gunicorn app', 'gunicorn app'],
    ['timeout -k 5 10 gunicorn app', 'gunicorn app'],
    ['sudo -u www uwsgi x.ini', 'uwsgi x.ini'],
    ['tini -- gunicorn app', 'gunicorn app'],
    ['wait-for-it db:5432 -t 30 -- gunicorn app', 'gunicorn app'],
    ['newrelic-admin run-program gunicorn app', 'gunicorn app'],
    ['ddtrace-run gunicorn app', 'gunicorn app'],
    ['bin/start-nginx bundle exec gunicorn app', 'bundle exec gunicorn app'],
    [`sh -c 'cd web && exec gunicorn "app:x"'`, '(/w/web) gunicorn app:x'],
    ['bash -lc "gunicorn app"', 'gunicorn app'],
    ['command -v gunicorn && gunicorn app', 'command -v gunicorn | gunicorn app'],
    ['cat > x <<EOF\ngunicorn no\nEOF\ngunicorn app', 'cat | gunicorn app'],
    ["cat <<-'EOF' > x\n\tgunicorn no\n\tEOF\ngunicorn app", 'cat | gunicorn app'],
    ['kubectl exec web -- gunicorn app', 'kubectl exec web -- gunicorn app'],
    ['if [ -n "$X" ]; then gunicorn a; else gunicorn b; fi', '[ -n  ] | gunicorn a | gunicorn b'],
    ['X=1; if [ "$X" = 1 ]; then gunicorn a; else gunicorn b; fi', '[X=1] [ 1 = 1 ] | [X=1] gunicorn a'],
    ['X=2; if [ "$X" = 1 ]; then gunicorn a; else gunicorn b; fi', '[X=2] [ 2 = 1 ] | [X=2] gunicorn b'],
    ['X=b; case $X in a) gunicorn a;; b|c) gunicorn b ;; *) gunicorn c; esac', '[X=b] gunicorn b'],
    [
      'case $X in\n a)\n gunicorn a\n ;;\n *)\n gunicorn b\n ;;\nesac\ngunicorn d',
      'gunicorn a | gunicorn b | gunicorn d',
    ],
    ['X=z; case "$X" in\n a)\n gunicorn a\n ;;\n *)\n gunicorn b\n ;;\nesac', '[X=z] gunicorn b'],
    [': "${X:=4}"; gunicorn -w $X', '[X=4] : 4 | [X=4] gunicorn -w 4'],
    ['set -- gunicorn "$@"; exec "$@"', 'gunicorn'],
    ['start() { gunicorn app; }; start', 'gunicorn app'],
    ['web() { gunicorn -w "$1" app; }\nweb 3\nweb 4', 'gunicorn -w 3 app | gunicorn -w 4 app'],
    ['function web {\n  gunicorn app\n}\ndev () {\n  gunicorn dev\n}\nweb', 'gunicorn app'],
    ['web() {\n  if a; then { b; }; fi\n  gunicorn app\n}\nc\nweb', 'c | a | b | gunicorn app'],
    ['web() { gunicorn app; }\n"$@"', 'gunicorn app'],
    ['web() { gunicorn app; web; }\nset -- web\n"$@"', Array(8).fill('gunicorn app').join(' | ')],
    ['A=(-w 3 "x y")\ngunicorn "${A[@]}" app', '[A=-w] gunicorn -w 3 x y app'],
    ['A=(\n  -w # how many\n  3\n)\nA+=(app)\ngunicorn ${A[*]}', '[A=-w] gunicorn -w 3 app'],
    ['O=-w; O+=" 3"; gunicorn $O app', '[O=-w 3] gunicorn -w 3 app'],
    ['O="-w 3"; eval "gunicorn $O app"', '[O=-w 3] gunicorn -w 3 app'],
    ['eval exec gunicorn app', 'gunicorn app'],
    ['su app -c "gunicorn app"', 'gunicorn app'],
    ['exec su -s /bin/sh -c "exec gunicorn app" www', 'gunicorn app'],
    ['chpst -u app -e ./env gunicorn app', 'gunicorn app'],
    ['s6-setuidgid app gunicorn app', 'gunicorn app'],
    ['setpriv --reuid=1 --init-groups gunicorn app', 'gunicorn app'],
    [`sh -c 'gunicorn "$0" "$@"' app -w 3`, '[0=app] gunicorn app -w 3'],
    ['A=(a', ''],
    ['f() {', ''],
    ['f() {\ngunicorn app', ''],
    ['while true; do gunicorn app; done', 'true | gunicorn app'],
    ['echo gunicorn app', 'echo gunicorn app'],
    ['pip install gunicorn', 'pip install gunicorn'],
  ];
  for (const [text, expected] of cases)
    test(text, () => {
      const shown = invocations(source(text), { cwd: '/w' }).map(({ program, args, env, cwd }) => {
        const variables = [...env].map(([name, value]) => `${name}=${value.text}`).join(' ');
        const command = [program, ...args.map((arg) => arg.text)].join(' ');
        return `${variables && `[${variables}] `}${cwd === '/w' ? '' : `(${cwd}) `}${command}`;
      });
      assert.equal(shown.join(' | '), expected);
    });

  test('a script in quotes keeps its places', () => {
    const text = `sh -c 'exec gunicorn "shop:app"'`;
    const [found] = invocations(source(text), { cwd: '/w' });
    assert.equal(found && textAt(text, found.at), 'exec gunicorn "shop:app"');
    assert.equal(found?.args[0] && textAt(text, found.args[0].at), '"shop:app"');
  });
});
