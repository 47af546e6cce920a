// `forksight rules` and `forksight explain RULE`: what is known about the rules, without analysing anything.

import { type ExitCode, styleOf, UsageError } from './terminal.ts';
import type { Toolbox } from './toolbox.ts';

export function listRules(format: 'text' | 'json', { rules, terminal }: Toolbox): ExitCode {
  if (format === 'json') {
    const list = rules.map(({ id, title, severity }) => ({ rule: id, title, severity }));
    terminal.out(`${JSON.stringify({ rules: list }, null, 2)}\n`);
    return 0;
  }
  const style = styleOf(terminal.color);
  const width = Math.max(...rules.map((rule) => rule.id.length));
  for (const { id, severity, title } of rules)
    terminal.out(`${style.bold(id.padEnd(width))}  ${severity.padEnd(11)}  ${title}\n`);
  return 0;
}

export function explain(id: string, { rules, terminal }: Toolbox): ExitCode {
  const rule = rules.find((one) => one.id === id);
  if (rule) {
    terminal.out(`${rule.page.trimEnd()}\n`);
    return 0;
  }
  const near = rules.filter((one) => one.id.includes(id) || id.includes(one.id)).map((one) => one.id);
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : '`forksight rules` lists them';
  throw new UsageError(`there is no rule "${id}"; ${hint}`);
}
