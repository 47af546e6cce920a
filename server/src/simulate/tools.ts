// Small tools of the standard library that call, or pick from, what they are given; and what `pkgutil` finds.

import { callValue } from './calls.ts';
import { firstYield, iterate } from './iterate.ts';
import { first, type Known, textOf } from './known.ts';
import { getAttribute, subscript } from './objects.ts';
import { constant, library, none, sequence, unknown, type Value } from './value.ts';

/** A function that is made of a name: `operator.attrgetter("start")`. */
const later =
  (name: string): Known =>
  (_m, args) => ({ t: 'partial', fn: library(name), args: { ...args, positional: [...args.positional] } });

const getAttr: Known = (m, args, at) => {
  const [name, of] = args.positional;
  return (textOf(name) ?? '')
    .split('.')
    .reduce((value: Value, part) => getAttribute(m, value, part, at), of ?? unknown);
};

const getItem: Known = (m, args, at) => subscript(m, args.positional[1] ?? unknown, first(args), at);

/** Called with the name, the method's own arguments, and the object last. */
const callNamed: Known = (m, args, at, a) => {
  const name = textOf(first(args));
  const of = args.positional.at(-1);
  if (name === undefined || of === undefined) return unknown;
  return callValue(
    m,
    getAttribute(m, of, name, at),
    { ...args, positional: args.positional.slice(1, -1) },
    at,
    a,
  );
};

const callRest: Known = (m, args, at, a) =>
  callValue(m, first(args), { ...args, positional: args.positional.slice(1) }, at, a);

/** The modules of the folders, as `pkgutil` lists them. */
const modulesIn: Known = (m, args) => {
  const folders = iterate(m, first(args));
  const prefix = textOf(args.positional[1] ?? args.keywords.get('prefix')) ?? '';
  const found = folders.items.flatMap((folder) => {
    const path = textOf(folder);
    return path === undefined ? [] : m.options.resolver.modulesIn(path);
  });
  return sequence(
    'list',
    found.map(({ name, isPackage }): Value => {
      const fields: [string, Value][] = [
        ['module_finder', library('importlib.machinery.FileFinder')],
        ['name', constant(prefix + name)],
        ['ispkg', constant(isPackage)],
      ];
      return {
        t: 'object',
        of: 'pkgutil.ModuleInfo',
        attrs: new Map([
          ...fields,
          [
            '__value__',
            sequence(
              'tuple',
              fields.map(([, value]) => value),
            ),
          ],
        ]),
        native: undefined,
        level: 0,
      };
    }),
    folders.open,
  );
};

const generatorNext: Known = (m, args, at) => {
  const [generator, sent] = args.positional;
  return generator?.t === 'generator' ? (firstYield(m, generator, at, sent) ?? unknown) : unknown;
};

const generatorClose: Known = (_m, args) => {
  const generator = first(args);
  if (generator.t === 'generator') {
    generator.steps?.close();
    generator.run = undefined;
  }
  return none;
};

export const toolFunctions: Readonly<Record<string, Known>> = {
  'operator.attrgetter': later('forksight.attrgetter'),
  'operator.itemgetter': later('forksight.itemgetter'),
  'operator.methodcaller': later('forksight.methodcaller'),
  'forksight.attrgetter': getAttr,
  'forksight.itemgetter': getItem,
  'forksight.methodcaller': callNamed,
  'operator.call': callRest,
  'contextvars.copy_context().run': callRest,
  'contextvars.Context.run': callRest,
  'pkgutil.iter_modules': modulesIn,
  'forksight.generator.__next__': generatorNext,
  'forksight.generator.send': generatorNext,
  'forksight.generator.close': generatorClose,
  'forksight.generator.aclose': generatorClose,
  'sys.path.remove': () => none,
};
