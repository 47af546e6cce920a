// What a thing of a library holds that a fork does not carry over, and what its methods do about it. Types, the
// reading of a row and the shorthands in which rows are written; the rows themselves stand by area in `resources/`.

import type { LibraryRow, Parameter } from './row.ts';

/** What is held. Each is the business of one rule. */
export type Resource =
  | 'thread'
  | 'pool'
  | 'connection'
  | 'event-loop'
  | 'random-state'
  | 'child-process'
  | 'file'
  | 'accelerator';

/**
 * `opens`: from here on it holds something. `lends`: so, and what it gives keeps it alive. `part`: what it gives keeps
 * it alive. `closes`: it holds nothing any more, or not what the fork copied. `uses`: works with what it holds.
 * `asks`: whether what it holds is alive. `same`: gives the same thing once more. `nothing`: none of these.
 */
export type MethodEffect = 'opens' | 'lends' | 'part' | 'closes' | 'uses' | 'asks' | 'same' | 'nothing';

export interface ResourceEffect {
  readonly kind: 'resource';
  readonly resource: Resource;
  /** "MongoDB client": what people call it. */
  readonly noun: string;
  /** What a fork does to it, where the rule's own sentence would say too little. A main clause without its full stop. */
  readonly fate?: string;
  /** `made`: by the call itself. `used`: by a method. `imported`: with the module. */
  readonly opens: 'made' | 'used' | 'imported';
  /** Bites at once only under this condition; otherwise when it is used. */
  readonly when?: Condition;
  /** Under one of these conditions it never holds anything. */
  readonly unless?: Condition | readonly Condition[];
  /** Modules whose import opens it, where that is not the name of the row. */
  readonly imports?: readonly string[];
  /** By name or by path (`session.execute`); `()` is a call, `[]` a subscript, `*` any other method. */
  readonly methods: Readonly<Record<string, MethodEffect>>;
  /** `object`: let go of with the object. `library`: kept whatever becomes of the object, or there is no object. */
  readonly keeper: 'object' | 'library';
  /** There is one for the process: a module, an object, or what each call of a function gives again. */
  readonly single?: true;
  readonly repair?: Repair;
  /** What its documentation advises, a sentence; `{hook}` is where code for each worker goes. */
  readonly remedy: string;
  /** Less than certain: what the row says depends on what cannot be read. */
  readonly certainty?: 'likely' | 'possible';
}

/** An argument of the call that makes it. */
export interface Condition {
  readonly parameter: Parameter;
  /** `given`: there is one, other than None, False and the empty text. */
  readonly is: 'given' | 'true' | 'false' | 'not-false' | 'not-true' | 'text';
  /** With `text`: what it must look like, a text or the qualified name of a thing. */
  readonly pattern?: string;
}

/** How a library puts itself right in a forked worker. */
export interface Repair {
  /**
   * `pid`: it compares process ids, which works everywhere. `at-fork`: `os.register_at_fork`, which uWSGI does not
   * run unless told to. `both-sides`: likewise, and it needs the callbacks of the master's side as well.
   * `multiprocessing`: only in children that multiprocessing or billiard started.
   */
  readonly by: 'pid' | 'at-fork' | 'both-sides' | 'multiprocessing';
  /** First version that does. */
  readonly since?: string;
  /** The distribution on PyPI whose version that is. */
  readonly distribution?: string;
}

/** Works through another thing that is handed to it: a session on an engine. */
export interface DelegateEffect {
  readonly kind: 'delegate';
  readonly to: Parameter;
  readonly methods: Readonly<Record<string, MethodEffect>>;
}

/** A call after which the library keeps the thing handed to it: `asyncio.set_event_loop(loop)`. */
export interface KeepsArgumentEffect {
  readonly kind: 'keeps-argument';
  readonly argument: Parameter;
}

/** A call that makes the thing handed to it open something: `metadata.create_all(engine)`. */
export interface OpensArgumentEffect {
  readonly kind: 'opens-argument';
  readonly argument: Parameter;
}

/** A row as it is written: what all rows of a table share comes from its defaults. */
export type ResourceSpec = {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly source: string;
} & Partial<Omit<ResourceEffect, 'kind'>>;

type Defaults = Omit<ResourceEffect, 'kind' | 'noun'> & { readonly noun?: string };

/** Rows that share defaults. */
export function resources(defaults: Defaults, specs: readonly ResourceSpec[]): readonly LibraryRow[] {
  return specs.map(({ name, aliases, source, ...own }) => ({
    name,
    ...(aliases ? { aliases } : {}),
    effect: { noun: name, ...defaults, ...own, kind: 'resource' },
    source,
  }));
}

export function parameter(position: number, keyword: string): Parameter {
  return { position, keyword };
}

/** Methods that all do the same. */
export function each(effect: MethodEffect, ...names: readonly string[]): Record<string, MethodEffect> {
  return Object.fromEntries(names.map((name) => [name, effect]));
}

/** Closed by these and at the end of a `with` block. */
export function closing(...names: readonly string[]): Record<string, MethodEffect> {
  return each('closes', ...names, '__exit__', '__aexit__');
}

/** What a method or a path of attributes does: its own entry, or the one for any other. */
export function methodEffect(
  methods: Readonly<Record<string, MethodEffect>>,
  path: string,
): MethodEffect | undefined {
  if (Object.hasOwn(methods, path)) return methods[path];
  return path.startsWith('__') ? undefined : methods['*'];
}
