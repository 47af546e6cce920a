// Small random programs of several modules for the comparison with CPython: the same for the same seed, hardly
// ever raising, and with `gc.collect()` on lines of its own as the event whose order is compared.

/** The files of a program whose application is `web:app`. */
export function program(seed: number): Readonly<Record<string, string>> {
  return new Program(seed).files();
}

/** Something that code elsewhere can run: an expression that calls it, given how its name is written there. */
interface Thing {
  readonly name: string;
  readonly module: string;
  readonly kind: 'function' | 'class' | 'generator' | 'manager' | 'maker' | 'decorator';
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => `    ${line}`);

class Program {
  private readonly things: Thing[] = [];
  private state: number;
  private counter = 0;
  private module = '';
  /** How things are written in the module at hand. */
  private readonly names = new Map<Thing, string>();

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  files(): Readonly<Record<string, string>> {
    const files: Record<string, string> = { Procfile: 'web: gunicorn --preload web:app\n' };
    const modules = [...Array.from({ length: 1 + this.below(3) }, (_, i) => `m${i}`), 'web'];
    for (const module of modules) files[`${module}.py`] = this.writeModule(module);
    return files;
  }

  private writeModule(module: string): string {
    this.module = module;
    const lines = ['import gc', 'import functools', 'import contextlib', '', ...this.imports(), ''];
    lines.push('count = 0', 'items = []', 'NAME = "a"', '');
    for (let i = 3 + this.below(5); i > 0; i--) {
      lines.push(...this.definition(), '');
      if (this.chance(0.6)) lines.push(...this.block(2, 1), '');
    }
    lines.push(...this.block(3, 2));
    if (module === 'web') lines.push('', '', 'def app(environ, start_response):', '    return []');
    return `${lines.join('\n')}\n`;
  }

  /** Imports every module so far, in one of three ways. */
  private imports(): string[] {
    this.names.clear();
    const lines: string[] = [];
    for (const module of new Set(this.things.map((thing) => thing.module))) {
      const way = this.below(4);
      if (way === 0) lines.push(`import ${module}`);
      if (way === 1) lines.push(`import ${module} as ${module}_`);
      if (way === 3) lines.push(`from ${module} import *`);
      for (const thing of this.things.filter((one) => one.module === module)) {
        if (way === 2) lines.push(`from ${module} import ${thing.name} as ${thing.name}_`);
        const names = [`${module}.${thing.name}`, `${module}_.${thing.name}`, `${thing.name}_`, thing.name];
        this.names.set(thing, names[way] ?? thing.name);
      }
    }
    return lines;
  }

  private definition(): string[] {
    const name = `${'abcdefgh'[this.below(8)]}${this.counter++}`;
    const makers: readonly (() => readonly [Thing['kind'], string[]])[] = [
      () => ['function', this.functionNamed(name)],
      () => ['function', [`${name} = lambda *args, **options: ${this.call()}`]],
      () => ['function', [`${name} = functools.partial(${this.callable()})`]],
      () => ['function', this.decorated(name)],
      () => ['class', this.classNamed(name)],
      () => ['class', this.classNamed(name)],
      () => ['generator', this.generatorNamed(name)],
      () => ['manager', this.managerNamed(name)],
      () => ['maker', this.makerNamed(name)],
      () => ['decorator', this.decoratorNamed(name)],
    ];
    const [kind, lines] = this.pick(makers)();
    const thing: Thing = { name, module: this.module, kind };
    this.things.push(thing);
    this.names.set(thing, name);
    return lines;
  }

  private functionNamed(name: string): string[] {
    const early = this.chance(0.4) ? ['if flag:', '    return 1', 'gc.collect()'] : [];
    const global = this.chance(0.3)
      ? ['global count', 'count += 1', 'if count == 1:', '    gc.collect()']
      : [];
    return [
      `def ${name}(flag=False, *args, **options):`,
      ...indent([...global, 'gc.collect()', ...early, ...this.block(2, 1), `return ${this.below(3)}`]),
    ];
  }

  private decorated(name: string): string[] {
    const decorator = this.thing('decorator');
    const above = decorator ? [`@${decorator}`] : ['@functools.lru_cache(maxsize=None)'];
    return [...above, `def ${name}(flag=False):`, ...indent(['gc.collect()', ...this.block(1, 1)])];
  }

  private classNamed(name: string): string[] {
    const base = this.thing('class');
    const lines = [`class ${name}${base ? `(${base})` : ''}:`];
    const body: string[] = ['made = 0'];
    if (this.chance(0.4)) body.push(...this.block(1, 1));
    if (!base || this.chance(0.5)) {
      body.push('def __init__(self, size=1):');
      if (base) body.push('    super().__init__(size)');
      body.push('    self.size = size', '    self.parts = []', '    gc.collect()', '');
    }
    body.push(
      'def go(self):',
      ...indent(['gc.collect()', ...(base && this.chance(0.6) ? ['super().go()'] : [])]),
    );
    body.push(...indent(['self.step()', ...this.block(1, 1), 'return self']), '');
    if (!base || this.chance(0.5))
      body.push('def step(self):', ...indent(['self.size += 1', 'gc.collect()']), '');
    body.push(
      '@classmethod',
      'def make(cls):',
      ...indent(['cls.made += 1', 'gc.collect()', 'return cls(2)']),
      '',
    );
    body.push('@staticmethod', 'def helper():', ...indent(['gc.collect()', 'return 2']), '');
    body.push('@property', 'def part(self):', ...indent(['gc.collect()', 'return self.size']), '');
    body.push('def __call__(self, *args):', ...indent(['gc.collect()']));
    return [...lines, ...indent(body)];
  }

  private generatorNamed(name: string): string[] {
    return [
      `def ${name}():`,
      ...indent(['gc.collect()', 'yield 1', ...this.block(1, 1), 'gc.collect()', 'yield 2', 'gc.collect()']),
    ];
  }

  private managerNamed(name: string): string[] {
    if (this.chance(0.5))
      return [
        '@contextlib.contextmanager',
        `def ${name}():`,
        ...indent(['gc.collect()', 'try:', '    yield 3', 'finally:', '    gc.collect()', 'gc.collect()']),
      ];
    return [
      `class ${name}:`,
      ...indent(['def __enter__(self):', ...indent(['gc.collect()', 'return 3']), '']),
      ...indent(['def __exit__(self, *error):', ...indent(['gc.collect()'])]),
    ];
  }

  private makerNamed(name: string): string[] {
    const inner = ['nonlocal calls', 'calls += 1', 'gc.collect()', 'if calls == 2:', '    gc.collect()'];
    return [
      `def ${name}(then=None):`,
      ...indent([
        'calls = 0',
        'gc.collect()',
        '',
        'def inner(*args):',
        ...indent([...inner, ...this.block(1, 1)]),
      ]),
      ...indent(['', 'return inner']),
    ];
  }

  private decoratorNamed(name: string): string[] {
    const wrapper = [
      'def wrapper(*args, **options):',
      '    gc.collect()',
      '    return function(*args, **options)',
    ];
    const how = this.below(3);
    if (how === 0) return [`def ${name}(function):`, ...indent(['gc.collect()', 'return function'])];
    if (how === 1)
      return [`def ${name}(function):`, ...indent(['items.append(function)', 'return function'])];
    return [
      `def ${name}(function):`,
      ...indent(['@functools.wraps(function)', ...wrapper, '', 'return wrapper']),
    ];
  }

  /** Some statements; `depth` bounds how deep they nest. */
  private block(length: number, depth: number): string[] {
    const lines: string[] = [];
    for (let i = 1 + this.below(length); i > 0; i--) lines.push(...this.statement(depth));
    return lines;
  }

  private statement(depth: number): string[] {
    const simple: readonly (() => string[])[] = [
      () => ['gc.collect()'],
      () => [this.call()],
      () => [this.call()],
      () => [`value${this.counter++} = ${this.call()}`],
      () => [`${this.call()} if ${this.condition()} else ${this.call()}`],
      () => [`${this.condition()} and ${this.call()}`],
      () => [`[${this.call()} for _ in range(${1 + this.below(3)})]`],
      () => [`{"a": ${this.callable()}, "b": ${this.callable()}}["${this.pick(['a', 'b'])}"]()`],
      () => [`list(map(lambda each: each(), [${this.callable()}, ${this.callable()}]))`],
      () => ['for each in list(items):', '    each()', 'items.clear()'],
      () => [`for each in (${this.callable()}, ${this.callable()}):`, '    each()'],
    ];
    if (depth === 0) return this.pick(simple)();
    const inner = (): string[] => indent(this.block(2, depth - 1));
    const generator = this.thing('generator');
    const manager = this.thing('manager');
    const nested: readonly (() => string[])[] = [
      () => [
        `if ${this.condition()}:`,
        ...inner(),
        `elif ${this.condition()}:`,
        ...inner(),
        'else:',
        ...inner(),
      ],
      () => this.loop(inner),
      () => ['n = 0', `while n < ${1 + this.below(3)}:`, '    n += 1', ...inner(), 'else:', ...inner()],
      () => ['try:', ...inner(), ...this.raises(), 'except (KeyError, ValueError) as error:', ...inner()],
      () => [
        'try:',
        ...inner(),
        'except Exception:',
        ...inner(),
        'else:',
        ...inner(),
        'finally:',
        ...inner(),
      ],
      () => [`with ${manager ? `${manager}()` : 'contextlib.suppress(KeyError)'} as value:`, ...inner()],
      () => (generator ? [`for value in ${generator}():`, ...inner()] : ['gc.collect()']),
      () => (generator ? [`list(${generator}())`] : ['gc.collect()']),
      () => {
        const name = `local${this.counter++}`;
        return [`def ${name}(*args):`, ...indent(['gc.collect()']), ...inner(), '', `${name}()`];
      },
    ];
    return this.pick(this.chance(0.5) ? simple : nested)();
  }

  private loop(inner: () => string[]): string[] {
    const over = this.pick(['("a", "b", "c")', 'range(3)', 'list("ab")', 'sorted(["b", "a"])']);
    const stop = this.pick(['break', 'continue', 'gc.collect()']);
    const guard = this.pick(['each == "b"', 'each == 1', 'each in ("b", 2)']);
    return [
      `for each in ${over}:`,
      ...inner(),
      `    if ${guard}:`,
      `        ${stop}`,
      ...inner(),
      'else:',
      ...inner(),
    ];
  }

  private raises(): string[] {
    return this.chance(0.6) ? [`    raise ${this.pick(['KeyError("x")', 'ValueError', 'KeyError'])}`] : [];
  }

  /** An expression that can be called without arguments. */
  private callable(): string {
    const made = this.thing('function') ?? this.thing('class');
    const maker = this.thing('maker');
    if (maker && this.chance(0.2)) return `${maker}()`;
    const cls = this.thing('class');
    if (cls && this.chance(0.3))
      return this.pick([`${cls}().go`, `${cls}.make`, `${cls}.helper`, `${cls}()`, cls]);
    return made ?? 'gc.collect';
  }

  private call(): string {
    const cls = this.thing('class');
    const fn = this.thing('function');
    const maker = this.thing('maker');
    const generator = this.thing('generator');
    const calls = [`(lambda: ${this.callable()}())()`, `functools.partial(${this.callable()})()`];
    if (fn) calls.push(`${fn}()`, `${fn}()`, `getattr(${fn}, "__call__")()`);
    if (cls)
      calls.push(`${cls}().go()`, `${cls}(3).part`, `${cls}.make().go()`, `${cls}.helper()`, `${cls}()()`);
    if (maker) calls.push(`${maker}()()`);
    if (generator) calls.push(`next(${generator}())`);
    return this.pick(calls.filter((call) => !call.includes('__call__')));
  }

  private condition(): string {
    const cls = this.thing('class');
    const conditions = [
      'True',
      'not 1',
      'NAME == "a"',
      'NAME in ("b", "c")',
      '1 < 2 < 3',
      'len(NAME) == 1',
      'None is None',
    ];
    if (cls)
      conditions.push(`${cls}.helper() == 2`, `isinstance(${cls}(), ${cls})`, `hasattr(${cls}(), "size")`);
    return this.pick(conditions);
  }

  /** How a thing of that kind is written here; undefined when there is none yet. */
  private thing(kind: Thing['kind']): string | undefined {
    const some = this.things.filter((one) => one.kind === kind && this.names.has(one));
    const thing = some[this.below(some.length)];
    return thing && this.names.get(thing);
  }

  private pick<T>(options: readonly T[]): T {
    const one = options[this.below(options.length)];
    if (one === undefined) throw new Error('nothing to pick from');
    return one;
  }

  private chance(share: number): boolean {
    return this.next() < share;
  }

  private below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  private next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
}
