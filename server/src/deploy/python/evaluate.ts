// Runs the module level of a Python configuration over what is known, without running it: the last assignment wins,
// what depends on the outside is unknown with its default as hint. Calls into the file's own functions are followed.
// Knows no server and no setting's name.

import type { Span } from '../../base/range.ts';
import type { Expr, Python, Stmt } from '../../syntax/index.ts';
import type { CallArguments, Surroundings } from './builtins.ts';
import { changesNames, dotted, type Effect, isNamespaceCall } from './effects.ts';
import { evaluate, type Scope } from './expressions.ts';
import { joinNames, joinReturns } from './join.ts';
import {
  type Bound,
  binary,
  combine,
  doubt,
  isKind,
  itemsOf,
  just,
  likelyValue,
  type PyValue,
  type Result,
  truth,
} from './values.ts';

export interface PythonWorld extends Surroundings {
  readonly python: Python;
  /** A module of the project that the file imports. */
  module(
    name: string,
    level: number,
    from: string,
  ): { readonly path: string; readonly text: string } | undefined;
  /** Where what is done to objects is kept, for configurations that work that way. */
  readonly effects?: Effect[];
}

export interface Evaluated {
  readonly names: ReadonlyMap<string, Bound>;
  /** Set where the file may bind any name: `globals().update(…)`, a star import that is not followed. */
  readonly open?: string;
  readonly errors: readonly Span[];
}

const stepLimit = 20000;
const depthLimit = 8;

export function evaluateModule(text: string, world: PythonWorld): Evaluated {
  return new Frame(world, text, new Map(), undefined, { steps: 0, modules: [world.path] }).module();
}

export type Decorated = Extract<Stmt, { readonly k: 'def' }>;

/** Calls functions of a module's top level: those for which `given` says what their argument is. */
export function callFunctions(
  text: string,
  world: PythonWorld,
  given: (decorated: Decorated) => PyValue | undefined,
): void {
  const frame = new Frame(world, text, new Map(), undefined, { steps: 0, modules: [world.path] });
  frame.module();
  for (const statement of world.python.parseModule(text).body) {
    const value = statement.k === 'def' ? given(statement) : undefined;
    if (statement.k !== 'def' || value === undefined) continue;
    frame.call({ kind: 'function', fn: statement.fn }, { positional: [just(value)], named: new Map() });
  }
}

interface Shared {
  steps: number;
  /** Why what runs now may not run. */
  doubt?: string | undefined;
  readonly modules: readonly string[];
}

class Frame implements Scope {
  readonly around: PythonWorld;
  readonly #text: string;
  #names: Map<string, Bound>;
  readonly #globals: Frame | undefined;
  readonly #shared: Shared;
  readonly #depth: number;
  #open: string | undefined;
  #returned: Result | undefined;
  #statement: Span = [0, 0, 0, 0];

  constructor(
    world: PythonWorld,
    text: string,
    names: Map<string, Bound>,
    globals: Frame | undefined,
    shared: Shared,
    depth = 0,
  ) {
    this.around = world;
    this.#text = text;
    this.#names = names;
    this.#globals = globals;
    this.#shared = shared;
    this.#depth = depth;
  }

  module(): Evaluated {
    const ir = this.around.python.parseModule(this.#text);
    this.#run(ir.body);
    return {
      names: this.#names,
      errors: ir.errors,
      ...(this.#open === undefined ? {} : { open: this.#open }),
    };
  }

  lookup(name: string): Result | undefined {
    const found = this.#names.get(name) ?? this.#globals?.binding(name);
    if (found !== undefined) return found.result;
    const open = this.#open ?? this.#globals?.openness;
    return open === undefined ? undefined : doubt(open);
  }

  binding(name: string): Bound | undefined {
    return this.#names.get(name);
  }

  get openness(): string | undefined {
    return this.#open;
  }

  assign(name: string, result: Result, value: Expr): void {
    this.#bind(name, result, value.at);
  }

  called(expr: Extract<Expr, { k: 'call' }>, args: CallArguments): void {
    const fn = this.around.effects && dotted(expr.fn);
    if (fn === undefined) return;
    const [root = '', ...rest] = fn.split('.');
    const bound = this.lookup(root);
    const value = bound?.known ? bound.value : undefined;
    const name = value !== undefined && isKind(value, 'library') ? [value.name, ...rest].join('.') : fn;
    this.around.effects?.push({ kind: 'call', target: name, args, expr, ...this.#here() });
  }

  /** `app.conf.worker_pool = …`, `app.conf["worker_pool"] = …` */
  #changed(target: Expr, result: Result, value: Span): void {
    const name = this.around.effects && dotted(target);
    if (name !== undefined)
      this.around.effects?.push({ kind: 'set', target: name, result, value, ...this.#here() });
  }

  #here(): Pick<Effect, 'path' | 'statement' | 'doubt'> {
    const { doubt } = this.#shared;
    const { path } = this.around;
    return { path, statement: this.#statement, ...(doubt === undefined ? {} : { doubt }) };
  }

  call({ fn }: Extract<PyValue, { readonly kind: 'function' }>, args: CallArguments): Result {
    const unfollowed = doubt(`is what ${fn.name}() returns`);
    if (fn.body === null || fn.async || this.#depth >= depthLimit) return unfollowed;
    const globals = this.#globals ?? this;
    const frame = new Frame(this.around, this.#text, new Map(), globals, this.#shared, this.#depth + 1);
    let next = 0;
    for (const param of fn.params) {
      const given =
        args.named.get(param.name) ?? (param.kind === 'positional' ? args.positional[next++] : undefined);
      const value = given ?? (param.default === undefined ? unfollowed : evaluate(param.default, globals));
      frame.#bind(param.name, value, fn.nameAt);
    }
    frame.#run(this.around.python.parseBody(this.#text, fn.body).body);
    return frame.#returned ?? just(null);
  }

  #bind(name: string, result: Result, value: Span): void {
    this.#names.set(name, { result, path: this.around.path, value, statement: this.#statement });
  }

  #run(body: readonly Stmt[]): void {
    for (const statement of body) {
      if (this.#returned?.known || this.#shared.steps++ > stepLimit) return;
      this.#statement = statement.at;
      this.#step(statement);
    }
  }

  #step(statement: Stmt): void {
    switch (statement.k) {
      case 'assign': {
        const result = evaluate(statement.value, this);
        for (const target of statement.targets) this.#store(target, result, statement.value);
        return;
      }
      case 'augmented': {
        const result = combine(
          [evaluate(statement.target, this), evaluate(statement.value, this)],
          ([left, right]) =>
            left === undefined || right === undefined
              ? undefined
              : binary(statement.op.replace(/=$/, ''), left, right),
        );
        this.#store(statement.target, result, statement.value);
        return;
      }
      case 'expr':
        if (changesNames(statement.value)) this.#open ??= 'may be set through globals()';
        evaluate(statement.value, this);
        return;
      case 'def':
        this.#bind(statement.fn.name, just({ kind: 'function', fn: statement.fn }), statement.fn.nameAt);
        return;
      case 'class':
        this.#bind(statement.name, just({ kind: 'thing', what: 'class' }), statement.nameAt);
        return;
      case 'import':
        for (const { module, as, at } of statement.names) {
          const name = as ?? module.split('.')[0] ?? module;
          this.#bind(name, just({ kind: 'library', name: as === undefined ? name : module }), at);
        }
        return;
      case 'from':
        this.#importFrom(statement);
        return;
      case 'if':
        this.#branch(statement.arms, statement.otherwise);
        return;
      case 'try':
        this.#attempt(statement);
        return;
      case 'with':
        for (const { context, target } of statement.items) {
          evaluate(context, this);
          if (target !== undefined) this.#forget(target, 'is made by a with statement');
        }
        this.#run(statement.body);
        return;
      case 'for':
      case 'while':
        this.#loop(statement);
        return;
      case 'match':
        this.#arms(doubt('depends on a match statement'), [...statement.arms, []]);
        return;
      case 'return':
        this.#return(statement.value === null ? just(null) : evaluate(statement.value, this));
        return;
      case 'delete':
        for (const target of statement.targets) if (target.k === 'name') this.#names.delete(target.id);
        return;
      case 'declare':
      case 'raise':
      case 'scope':
      case 'assert':
      case 'break':
      case 'continue':
      case 'pass':
        return;
    }
  }

  #store(target: Expr, result: Result, value: Expr): void {
    if (target.k === 'name') this.#bind(target.id, result, value.at);
    else if (target.k === 'sequence') {
      const known = likelyValue(result);
      target.items.forEach((item, i) => {
        const part = itemsOf(known)?.[i];
        const own =
          part === undefined
            ? doubt('is unpacked from a value that is not known')
            : result.known
              ? just(part)
              : doubt(result.why, part);
        this.#store(item, own, value.k === 'sequence' ? (value.items[i] ?? value) : value);
      });
    } else if (target.k === 'index' && isNamespaceCall(target.of))
      this.#open ??= 'may be set through globals()';
    else this.#changed(target, result, value.at);
  }

  #importFrom(statement: Extract<Stmt, { k: 'from' }>): void {
    const { module, level, names } = statement;
    const found = this.around.module(module, level, this.around.path);
    const imported = found === undefined ? undefined : this.#imported(found);
    if (names === '*') {
      if (imported === undefined)
        this.#open ??= `may be set by ${'.'.repeat(level)}${module}, which is imported with *`;
      else
        for (const [name, bound] of imported.names) if (!name.startsWith('_')) this.#names.set(name, bound);
      this.#open ??= imported?.open;
      return;
    }
    for (const { name, as, at } of names) {
      const bound = imported?.names.get(name);
      const submodule = level === 0 && this.around.module(`${module}.${name}`, 0, this.around.path);
      if (bound !== undefined) this.#names.set(as ?? name, bound);
      else if (submodule) this.#bind(as ?? name, just({ kind: 'library', name: `${module}.${name}` }), at);
      else if (imported !== undefined)
        this.#bind(as ?? name, doubt(imported.open ?? `is imported from ${module}`), at);
      else
        this.#bind(as ?? name, just({ kind: 'library', name: `${'.'.repeat(level)}${module}.${name}` }), at);
    }
  }

  ofModule(module: string, name: string): Result | undefined {
    const found = this.around.module(module, 0, this.around.path);
    if (found === undefined) return undefined;
    const imported = this.#imported(found);
    const bound = imported?.names.get(name);
    if (bound !== undefined) return bound.result;
    return this.around.module(`${module}.${name}`, 0, this.around.path) === undefined
      ? doubt(imported?.open ?? `is no name that ${module} is seen to bind`)
      : just({ kind: 'library', name: `${module}.${name}` });
  }

  #imported({ path, text }: { readonly path: string; readonly text: string }): Evaluated | undefined {
    const { modules } = this.#shared;
    if (modules.includes(path) || modules.length > depthLimit) return undefined;
    const shared: Shared = { steps: this.#shared.steps, modules: [...modules, path] };
    return new Frame(imported(this.around, path), text, new Map(), undefined, shared).module();
  }

  #branch(arms: Extract<Stmt, { k: 'if' }>['arms'], otherwise: readonly Stmt[]): void {
    const [first, ...rest] = arms;
    if (first === undefined) {
      this.#run(otherwise);
      return;
    }
    const test = evaluate(first.test, this);
    const holds = test.known ? truth(test.value) : undefined;
    if (holds === true) this.#run(first.body);
    else if (holds === false) this.#branch(rest, otherwise);
    else this.#join(test, [() => this.#run(first.body), () => this.#branch(rest, otherwise)]);
  }

  #attempt(statement: Extract<Stmt, { k: 'try' }>): void {
    const why = doubt('depends on whether an exception is raised', true);
    const normal = (): void => {
      this.#run(statement.body);
      this.#run(statement.otherwise);
    };
    if (statement.handlers.length === 0) normal();
    else this.#join(why, [normal, ...statement.handlers.map((handler) => () => this.#run(handler.body))]);
    this.#run(statement.final);
  }

  #arms(test: Result, arms: readonly (readonly Stmt[])[]): void {
    this.#join(
      test,
      arms.map((arm) => () => this.#run(arm)),
    );
  }

  /** A loop may run or not: what it binds is unknown afterwards. */
  #loop(statement: Extract<Stmt, { k: 'for' | 'while' }>): void {
    if (statement.k === 'for') this.#forget(statement.target, 'is bound by a loop');
    const before = this.#names;
    this.#names = new Map(before);
    this.#run(statement.body);
    const after = this.#names;
    this.#names = new Map(before);
    for (const [name, bound] of after) {
      const old = before.get(name);
      if (old === bound) continue;
      const hint = old === undefined ? undefined : likelyValue(old.result);
      this.#names.set(name, { ...bound, result: doubt('is set in a loop', hint) });
    }
    this.#run(statement.otherwise);
  }

  /** Runs each arm from the same state and joins what they leave: known only where all agree. */
  #join(test: Result, arms: readonly (() => void)[]): void {
    const before = this.#names;
    const returned = this.#returned;
    const { doubt: doubtBefore } = this.#shared;
    this.#shared.doubt = test.known ? 'depends on a condition' : test.why;
    const ends = arms.map((run) => {
      this.#names = new Map(before);
      this.#returned = returned;
      run();
      return { names: this.#names, returned: this.#returned };
    });
    this.#shared.doubt = doubtBefore;
    const [first = { names: before, returned }, ...rest] = ends;
    let joined = first;
    for (const end of rest)
      joined = {
        names: joinNames(test, joined.names, end.names),
        returned: joinReturns(test, joined.returned, end.returned),
      };
    this.#names = joined.names;
    this.#returned = joined.returned;
  }

  #return(result: Result): void {
    this.#returned =
      this.#returned === undefined || this.#returned.known
        ? result
        : doubt(this.#returned.why, likelyValue(this.#returned) ?? likelyValue(result));
  }

  #forget(target: Expr, why: string): void {
    if (target.k === 'name') this.#bind(target.id, doubt(why), target.at);
    else if (target.k === 'sequence') for (const item of target.items) this.#forget(item, why);
  }
}

/** The surroundings of a module that is imported: it is not the program. */
function imported({ name: _name, ...around }: PythonWorld, path: string): PythonWorld {
  return { ...around, path };
}
