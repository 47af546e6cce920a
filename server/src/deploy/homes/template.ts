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
  const text = source.text
    .replace(/^[ \t]*(?:\{\{(?:[^}]|\}(?!\}))*\}\}[ \t]*)+$/gm, blank)
    .replace(/\{\{-?\s*(?:if|else|end|with|range|define|template|\/\*)\b(?:[^}]|\}(?!\}))*\}\}/g, blank)
    .replace(/\{\{((?:[^}]|\}(?!\}))*)\}\}/g, (whole, expression: string, start: number) => {
      if (holes.size >= holeLimit) return blank(whole);
      const name = String.fromCharCode(firstHole + holes.size);
      holes.set(name, pieceOf(expression, values, source, start, start + whole.length));
      return whole.replace(/[^\r\n]/g, name);
    });
  return yamlDocuments(source, { text, holes, conditional: conditions(source.text) });
}

/** From each `if`, `with` or `range` to its `end`. */
function conditions(text: string): readonly { readonly start: number; readonly end: number }[] {
  const open: number[] = [];
  const found: { start: number; end: number }[] = [];
  for (const { 1: word, 0: all, index } of text.matchAll(
    /\{\{-?\s*(if|with|range|define|block|end)\b(?:[^}]|\}(?!\}))*\}\}/g,
  ))
    if (word !== 'end') open.push(index);
    else found.push({ start: open.pop() ?? index, end: index + all.length });
  return found;
}

function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}

function pieceOf(
  expression: string,
  values: Yaml | undefined,
  source: Source,
  start: number,
  end: number,
): Value {
  const at = source.at(start, end);
  const inner = expression.replace(/^-|-$/g, '').trim();
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
