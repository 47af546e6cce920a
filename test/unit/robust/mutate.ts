// Damage to the text of projects: cut, doubled, deleted and strange characters. A case is told by one number.

import type { Tree } from './fixtures.ts';

/** The tree with a few changes, the same for the same seed. */
export function mutated(tree: Tree, seed: number): Tree {
  const random = generator(seed);
  const names = Object.keys(tree);
  const result: Record<string, string> = { ...tree };
  for (let i = 1 + Math.floor(random() * 4); i > 0; i--) {
    const name = names[Math.floor(random() * names.length)] ?? '';
    const mutate = mutations[Math.floor(random() * mutations.length)];
    result[name] = mutate?.(result[name] ?? '', random) ?? '';
  }
  return result;
}

type Mutation = (text: string, random: () => number) => string;

const scraps = [
  '(',
  ')',
  ':',
  '"""',
  "'",
  '\\',
  '\t',
  '\n',
  '\0',
  '@',
  'def ',
  'class ',
  'import ',
  'from . import *',
  '{',
  '=',
  'lambda',
  '# type:',
  '\ufeff',
  '\r',
  'é',
  '𝒳',
  '[uwsgi]',
  '%(',
  '$(',
];

const mutations: readonly Mutation[] = [
  (text, random) => text.slice(0, at(text, random)),
  (text, random) => {
    const lines = text.split('\n');
    lines.splice(Math.floor(random() * lines.length), 1 + Math.floor(random() * 3));
    return lines.join('\n');
  },
  (text, random) => {
    const lines = text.split('\n');
    const line = lines[Math.floor(random() * lines.length)] ?? '';
    lines.splice(Math.floor(random() * lines.length), 0, line, line);
    return lines.join('\n');
  },
  (text, random) => {
    const from = at(text, random);
    return text.slice(0, from) + text.slice(from + 1 + Math.floor(random() * 8));
  },
  (text, random) => {
    const from = at(text, random);
    return text.slice(0, from) + (scraps[Math.floor(random() * scraps.length)] ?? '') + text.slice(from);
  },
  (text, random) => {
    const from = at(text, random);
    return text.slice(0, from) + String.fromCharCode(Math.floor(random() * 0x250)) + text.slice(from + 1);
  },
  (text, random) => text.replaceAll('    ', random() < 0.5 ? '\t' : '  '),
  (text) => text.replaceAll('\n', '\r\n'),
];

function at(text: string, random: () => number): number {
  return Math.floor(random() * (text.length + 1));
}

/** A number generator of its own, so that a failing case is told by one number. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
