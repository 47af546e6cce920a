// Templates of Helm charts as YAML: `{{ … }}` becomes a hole of the same length, lines of control flow become blank.
// What a hole stands for is unknown; the chart's `values.yaml` gives the hint.

import { dirname } from '../../base/path.ts';
import type { Value } from '../setting.ts';
import type { Reading, Source } from '../source.ts';
import { type Yaml, yamlDocuments } from './yaml.ts';

const firstHole = 0xe100;
const holeLimit = 2000;

/** The documents of a YAML file that may be a template. */
export function templateDocuments(reading: Reading, source: Source): readonly Yaml[] {
  if (!source.text.includes('{{')) return yamlDocuments(source);
  const values = chartValues(reading, source.path);
  const holes = new Map<string, Value>();
  const pieces = piecesOf(source.text);
  let text = '';
  let done = 0;
  for (const piece of pieces) {
    const { start, end, inner } = piece;
    const whole = source.text.slice(start, end);
    text += source.text.slice(done, start);
    done = end;
    const isControl = controls.test(inner) || inner.startsWith('/*') || isAlone(source.text, piece);
    if (isControl || holes.size >= holeLimit) {
      text += blank(whole);
      continue;
    }
    const name = String.fromCharCode(firstHole + holes.size);
    holes.set(name, pieceOf(inner.slice(0, 500), values, source, start, end));
    text += whole.replace(/[^\r\n]/g, name);
  }
  text += source.text.slice(done);
  return yamlDocuments(source, { text, holes, conditional: conditions(pieces) });
}

interface Piece {
  readonly start: number;
  readonly end: number;
  /** Between the braces. */
  readonly inner: string;
}

const controls = /^(if|else|end|with|range|define|block|template)\b/;

function piecesOf(text: string): readonly Piece[] {
  const found: Piece[] = [];
  for (let start = text.indexOf('{{'); start >= 0; start = text.indexOf('{{', start)) {
    const close = text.indexOf('}}', start + 2);
    if (close < 0) break;
    const inner = text
      .slice(start + 2, close)
      .replace(/^-|-$/g, '')
      .trim();
    found.push({ start, end: close + 2, inner });
    start = close + 2;
  }
  return found;
}

/** Nothing else is in its line: it makes lines of its own. */
function isAlone(text: string, { start, end }: Piece): boolean {
  const before = /(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, start - 200), start));
  return before && /^[ \t\r]*(?:\n|$)/.test(text.slice(end, end + 200));
}

/** From each `if`, `with` or `range` to its `end`. */
function conditions(pieces: readonly Piece[]): readonly { readonly start: number; readonly end: number }[] {
  const open: number[] = [];
  const found: { start: number; end: number }[] = [];
  for (const { start, end, inner } of pieces)
    if (/^end\b/.test(inner)) found.push({ start: open.pop() ?? start, end });
    else if (/^(if|with|range|define|block)\b/.test(inner)) open.push(start);
  return found;
}

function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}

function pieceOf(inner: string, values: Yaml | undefined, source: Source, start: number, end: number): Value {
  const at = source.at(start, end);
  const name = /\.Values\.([\w.]+)/.exec(inner)?.[1];
  const own = name === undefined ? undefined : values?.path(...name.split('.'))?.text;
  const literal = /\bdefault\s+(?:"([^"]*)"|([\w.:/-]+))/.exec(inner);
  const text = own ?? literal?.[1] ?? (literal?.[2]?.startsWith('.') ? undefined : literal?.[2]);
  const why = `depends on ${name === undefined ? `{{ ${inner.slice(0, 60)} }}` : `.Values.${name}`}`;
  return { text: text ?? '', at, unknown: { why, hinted: text !== undefined } };
}

/** `values.yaml` of the chart that a template belongs to. */
function chartValues(reading: Reading, path: string): Yaml | undefined {
  let folder = dirname(path);
  for (let up = 0; up < 4 && folder.startsWith(reading.root); up++, folder = dirname(folder)) {
    if (reading.kind(`${folder}/values.yaml`) !== 'file') continue;
    const opened = reading.peek(`${folder}/values.yaml`);
    return opened.ok && opened.source.text.length < 256 * 1024 ? yamlDocuments(opened.source)[0] : undefined;
  }
  return undefined;
}
