// Gives an option of a configuration another value or name, or switches it off, where it is written out.
// Not safe: the server does something that it did not do before.

import type { TextEdit } from '../base/edit.ts';
import { type Location, locationKey } from '../base/range.ts';
import type { OptionValue } from '../deploy/model.ts';
import type { Fix, FixCase, FixContext } from './fix.ts';
import { disjoint } from './homes.ts';
import { editName, editValue, removeOption } from './option-edits.ts';

export function writeOptionValue(option: OptionValue, value: string, context: FixContext): Fix | undefined {
  const edit = editValue(option, value, context);
  return edit && fix(`Set \`${option.name}\` to \`${value}\``, [edit]);
}

/** Gives each of two options the other's value. */
export function exchangeValues(
  [one, other]: readonly [OptionValue, OptionValue],
  context: FixContext,
): Fix | undefined {
  const edits = [editValue(one, other.value, context), editValue(other, one.value, context)];
  const [first, second] = edits;
  if (first === undefined || second === undefined) return undefined;
  return fix(`Exchange the values of \`${one.name}\` and \`${other.name}\``, [first, second]);
}

/** Gives an option the name that the server knows. */
export function renameOption(at: Location, cases: readonly FixCase[], context: FixContext): Fix | undefined {
  const option = optionAt(at, cases, ({ meant }) => meant !== undefined);
  return option?.meant === undefined ? undefined : writeOptionName(option, option.meant, context);
}

export function writeOptionName(option: OptionValue, name: string, context: FixContext): Fix | undefined {
  const edits = editName(option, name, context);
  return edits && fix(`Write \`${name}\``, edits);
}

/** Off wherever the deployments switch it on: a flag is taken away, a value becomes `False`. */
export function switchOff(
  name: string,
  title: string,
  cases: readonly FixCase[],
  context: FixContext,
): Fix | undefined {
  const places = new Map<string, OptionValue>();
  for (const { deployment } of cases)
    for (const option of deployment.options)
      if (option.name === name) places.set(locationKey(option.at), option);
  const edits = [...places.values()]
    .filter(({ value }) => !/^false$/i.test(value))
    .map((option) =>
      isFlag(option, context) ? removeOption(option.at, context) : editValue(option, 'False', context),
    );
  const all = edits.some((edit) => edit === undefined)
    ? undefined
    : disjoint(edits.flatMap((edit) => edit ?? []));
  return all === undefined || all.length === 0 ? undefined : fix(title, all);
}

/** The option that stands at a place. */
function optionAt(
  at: Location,
  cases: readonly FixCase[],
  fits: (option: OptionValue) => boolean,
): OptionValue | undefined {
  const key = locationKey(at);
  return cases
    .flatMap(({ deployment }) => deployment.options)
    .find((option) => locationKey(option.at) === key && fits(option));
}

function isFlag({ at }: OptionValue, context: FixContext): boolean {
  const line = context.text(at.path)?.split(/\r\n|\n|\r/)[at.range.start.line] ?? '';
  return line.startsWith('-', at.range.start.column);
}

function fix(title: string, edits: readonly TextEdit[]): Fix {
  return { title, preferred: true, safe: false, edits };
}
