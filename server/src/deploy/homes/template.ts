// Templates of Helm charts as YAML: `{{ … }}` becomes a hole of the same length, lines of control flow become blank.
// What a hole stands for is unknown; the chart's `values.yaml` gives the hint.

import { dirname } from '../../base/path.ts';
import type { Location } from '../../base/range.ts';
import type { Reading, Source } from '../source.ts';
import { type Hole, type Yaml, yamlDocuments } from './yaml.ts';

const firstHole = 0xe100;
const holeLimit = 2000;

/** The documents of a YAML file that may be a template. */
export function templateDocuments(reading: Reading, source: Source): readonly Yaml[] {
  if (!source.text.includes('{{')) return yamlDocuments(source);
  const values = chartValues(reading, source.path);
  const holes = new Map<string, Hole>();
  const pieces = piecesOf(source.text);
  let text = '';
  let done = 0;
  for (const [index, piece] of pieces.entries()) {
    const { start, end, inner } = piece;
    if (start < done) continue;
    text += source.text.slice(done, start);
    const choice =
      openers.test(inner) && !isAlone(source.text, piece) ? closingOf(source.text, pieces, index) : undefined;
    done = choice?.end ?? end;
    const whole = source.text.slice(start, done);
    const isControl = choice === undefined && (controls.test(inner) || inner.startsWith('/*'));
    const structure = isControl ? undefined : structureOf(piece, values);
    const isLines =
      isControl || (isAlone(source.text, piece) && (structure === undefined || !isValue(source.text, piece)));
    if (isLines || holes.size >= holeLimit) {
      text += blank(whole);
      continue;
    }
    const name = String.fromCharCode(firstHole + holes.size);
    const at = source.at(start, done);
    const value =
      choice === undefined
        ? pieceOf(inner.slice(0, 500), values, at)
        : chosen(inner.slice(0, 500), values, at, choice.text);
    holes.set(name, structure === undefined ? value : { ...value, yaml: structure });
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
  /** What `.` is: the path of the values that the innermost `with` names. */
  readonly dot: string | undefined;
}

const controls = /^(if|else|end|with|range|define|block|template)\b/;
const openers = /^(if|with|range|define|block)\b/;

function piecesOf(text: string): readonly Piece[] {
  const found: Piece[] = [];
  const dots: (string | undefined)[] = [];
  for (let start = text.indexOf('{{'); start >= 0; start = text.indexOf('{{', start)) {
    const close = text.indexOf('}}', start + 2);
    if (close < 0) break;
    const inner = text
      .slice(start + 2, close)
      .replace(/^-|-$/g, '')
      .trim();
    found.push({ start, end: close + 2, inner, dot: dots.at(-1) });
    if (/^(with|range)\b/.test(inner)) dots.push(/^with\s+\.Values\.([\w.]+)$/.exec(inner)?.[1]);
    else if (openers.test(inner)) dots.push(dots.at(-1));
    else if (/^end\b/.test(inner)) dots.pop();
    start = close + 2;
  }
  return found;
}

/** The `end` of a choice within a line, and what is there where the condition holds. */
function closingOf(
  text: string,
  pieces: readonly Piece[],
  index: number,
): { readonly end: number; readonly text: string } | undefined {
  const from = pieces[index]?.end ?? 0;
  let depth = 0;
  let first: number | undefined;
  for (const { start, end, inner } of pieces.slice(index, index + 50)) {
    if (text.slice(from, start).includes('\n')) return undefined;
    if (openers.test(inner)) depth++;
    else if (/^else\b/.test(inner) && depth === 1) first ??= start;
    else if (/^end\b/.test(inner) && --depth === 0) return { end, text: text.slice(from, first ?? start) };
  }
  return undefined;
}

/** A choice within a line: what is there is not known, and by default what the values say. */
function chosen(inner: string, values: Yaml | undefined, at: Location, text: string): Hole {
  const name = /^if\s+\.Values\.([\w.]+)$/.exec(inner)?.[1];
  const value = name === undefined ? undefined : values?.path(...name.split('.'))?.text;
  const hinted = value !== undefined && !/^(|false|0|null|no|~)$/i.test(value) && !text.includes('{{');
  const why = `depends on ${name === undefined ? `{{ ${inner.slice(0, 60)} }}` : `.Values.${name}`}`;
  return { text: hinted ? text : '', at, unknown: { why, hinted }, splits: true };
}

/** A list or map of the values that a piece puts there whole, by `toYaml`. */
function structureOf({ inner, dot }: Piece, values: Yaml | undefined): Yaml | undefined {
  if (!/\btoYaml\b/.test(inner) || values === undefined) return undefined;
  const name =
    /\.Values\.([\w.]+)/.exec(inner)?.[1] ?? (/\btoYaml\s+\.(?![\w])/.test(inner) ? dot : undefined);
  const found = name === undefined ? undefined : values.path(...name.split('.'));
  return found?.isList || found?.isMap ? found.asDefault(`depends on .Values.${name}`) : undefined;
}

/** It is all that stands below a key, and further in than the key. */
function isValue(text: string, { start, end }: Piece): boolean {
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const before = /(?:^|\n)([ ]*(?:- )?)[\w.-]+:[ \t]*\r?\n$/.exec(text.slice(Math.max(0, line - 200), line));
  const after = /^[^\n]*\n(?:[ \t]*\r?\n|[ \t]*\{\{[^\n]*\n)*([ ]*)/.exec(text.slice(end, end + 400));
  const indent = before?.[1]?.length;
  return indent !== undefined && start - line > indent && (after?.[1]?.length ?? 0) <= indent;
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

function pieceOf(inner: string, values: Yaml | undefined, at: Location): Hole {
  const name = /\.Values\.([\w.]+)/.exec(inner)?.[1];
  const own = name === undefined ? undefined : values?.path(...name.split('.'))?.text;
  const literal = /\bdefault\s+(?:"([^"]*)"|([\w.:/-]+))/.exec(inner);
  const text = own ?? literal?.[1] ?? (literal?.[2]?.startsWith('.') ? undefined : literal?.[2]);
  const why = `depends on ${name === undefined ? `{{ ${inner.slice(0, 60)} }}` : `.Values.${name}`}`;
  return { text: text ?? '', at, unknown: { why, hinted: text !== undefined }, splits: true };
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
