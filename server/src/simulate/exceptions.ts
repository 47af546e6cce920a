// `try` and the names of exceptions: what is raised for certain, and what may be, where a library could be missing
// or a module does not parse.

import { evaluate } from './expressions.ts';
import { type Activation, type Machine, PythonRaise } from './machine.ts';
import type { Expr, Handler, Stmt } from './source.ts';
import { execute, type Flow, perhaps } from './statements.ts';
import { unknown } from './value.ts';

export function attempt(m: Machine, s: Extract<Stmt, { k: 'try' }>, a: Activation): Flow {
  let flow: Flow;
  try {
    flow = guarded(m, s, a);
  } catch (error) {
    if (error instanceof PythonRaise) execute(m, s.final, a);
    throw error;
  }
  const last = execute(m, s.final, a);
  return last.k === 'next' ? flow : last;
}

/** Body, handlers and `else`. */
function guarded(m: Machine, s: Extract<Stmt, { k: 'try' }>, a: Activation): Flow {
  const doubts = m.doubts.length;
  let flow: Flow;
  try {
    flow = handling(m, s.handlers, a, () => execute(m, s.body, a));
  } catch (error) {
    if (!(error instanceof PythonRaise)) throw error;
    m.doubts.length = doubts;
    const handler = s.handlers.find((h) => exceptionMatches(m, h, error.type, a));
    if (handler === undefined) throw error;
    return handle(m, handler, a);
  }
  const doubted = m.doubts
    .splice(doubts)
    .map((type) => s.handlers.find((h) => exceptionMatches(m, h, type, a)));
  if (flow.k === 'next' && s.otherwise.length > 0) flow = execute(m, s.otherwise, a);
  for (const handler of new Set(doubted)) {
    if (handler === undefined) continue;
    m.arm('possible', () => {
      const other = handle(m, handler, a);
      if (other.k === 'return') a.returns.push(other.value);
      if (other.k !== 'next' && flow.k === 'next') flow = perhaps;
    });
  }
  return flow;
}

function handle(m: Machine, handler: Handler, a: Activation): Flow {
  if (handler.name !== undefined) m.bind(a.scope, handler.name, unknown);
  return execute(m, handler.body, a);
}

function handling(m: Machine, handlers: readonly Handler[], a: Activation, run: () => Flow): Flow {
  m.handlers.push((type) => handlers.some((handler) => exceptionMatches(m, handler, type, a)));
  try {
    return run();
  } finally {
    m.handlers.pop();
  }
}

const bases: Readonly<Record<string, readonly string[]>> = {
  ModuleNotFoundError: ['ImportError', 'Exception', 'BaseException'],
  ImportError: ['Exception', 'BaseException'],
  KeyError: ['LookupError', 'Exception', 'BaseException'],
  IndexError: ['LookupError', 'Exception', 'BaseException'],
  NotImplementedError: ['RuntimeError', 'Exception', 'BaseException'],
  SystemExit: ['BaseException'],
  KeyboardInterrupt: ['BaseException'],
  GeneratorExit: ['BaseException'],
};

export function exceptionMatches(m: Machine, handler: Handler, type: string, a: Activation): boolean {
  if (handler.types.length === 0) return true;
  const lineage = m.exceptions.get(type) ?? [type, ...basesOf(type)];
  return handler.types.some((of) => lineage.includes(exceptionName(m, of, a)));
}

function basesOf(type: string): readonly string[] {
  return bases[type] ?? ['Exception', 'BaseException'];
}

/** The class an expression names or makes an instance of. */
export function exceptionName(m: Machine, value: Expr, a: Activation): string {
  const raised = evaluate(m, value, a);
  if (raised.t === 'library') return raised.name.replace(/^builtins\./, '');
  if (raised.t === 'object') return raised.of.replace(/^builtins\./, '').replace(/\(\)$/, '');
  const cls = raised.t === 'class' ? raised : raised.t === 'instance' ? raised.cls : undefined;
  if (cls === undefined) return 'Exception';
  const lineage = cls.mro.flatMap((one) => {
    if (one.t === 'class') return [one.name];
    const name = one.name.replace(/^builtins\./, '');
    return [name, ...basesOf(name)];
  });
  m.exceptions.set(cls.name, lineage);
  return cls.name;
}
