// What is wrong with the options of uWSGI's cheaper mode, each with its remedy. Reports nothing itself.

import { nearest } from '../base/nearest.ts';
import type { Deployment, OptionValue } from '../deploy/model.ts';
import type { Severity } from './finding.ts';

export interface CheaperFault {
  readonly option: OptionValue;
  readonly severity: Severity;
  readonly message: string;
  readonly remedy?: Remedy;
}

type Remedy =
  | { readonly kind: 'write'; readonly option: OptionValue; readonly value: string }
  | { readonly kind: 'add'; readonly name: string; readonly value?: string }
  | { readonly kind: 'exchange'; readonly options: readonly [OptionValue, OptionValue] };

export function cheaperFaults(deployment: Deployment): readonly CheaperFault[] {
  if (deployment.server !== 'uwsgi') return [];
  const mode = [...notOn(deployment), ...counts(deployment), ...algorithm(deployment)];
  return [...mode, ...limits(deployment)];
}

/** In the PyPI build, and those that plugins in uWSGI's own source bring. */
const algorithms: readonly string[] = ['spare', 'backlog', 'manual', 'busyness', 'backlog2'];

function counts(deployment: Deployment): readonly CheaperFault[] {
  const { processes } = deployment;
  const cheaper = last(deployment, 'cheaper');
  const least = number(cheaper);
  if (cheaper === undefined || least === undefined || least === 0) return [];
  if (!processes.known || processes.value < 1) return [];
  const most = processes.value;
  if (least >= most) {
    const given = last(deployment, 'processes', 'workers');
    const than = processes.at !== undefined ? `that is ${most}` : 'that is 1, as nothing sets it';
    const message =
      `uWSGI refuses to start: \`cheaper\` has to be lower than \`processes\`, and ${than}. ` +
      'Lower `cheaper`, the count of workers that always stay, or raise `processes`.';
    const severity = processes.at !== undefined ? 'error' : 'warning';
    if (most > 1) return [{ option: cheaper, severity, message, remedy: written(cheaper, most - 1) }];
    const remedy: Remedy =
      given === undefined
        ? { kind: 'add', name: 'processes', value: String(least + 1) }
        : written(given, least + 1);
    return [{ option: cheaper, severity, message, remedy }];
  }
  const initial = last(deployment, 'cheaper-initial');
  const first = number(initial);
  if (initial === undefined || first === undefined || first === 0) return [];
  const bound = first < least ? least : first > most ? most : first;
  if (bound === first) return [];
  const why = first < least ? `less than \`cheaper\`, ${least}` : `more than \`processes\`, ${most}`;
  const message =
    `uWSGI starts ${bound} workers, not ${first}: \`cheaper-initial\` is ${why}. ` +
    `Give it a value from ${least} to ${most}.`;
  return [{ option: initial, severity: 'warning', message, remedy: written(initial, bound) }];
}

/** Options of a mode that nothing switches on. */
function notOn(deployment: Deployment): readonly CheaperFault[] {
  const { options, processes } = deployment;
  const cheaper = last(deployment, 'cheaper');
  if (cheaper !== undefined) {
    if (cheaper.doubt !== undefined || /^\s*[+-]?\d/.test(cheaper.value)) return [];
    const message =
      `uWSGI reads \`${cheaper.value}\` as 0, so that all workers run all the time: \`cheaper\` is a number, the ` +
      'count of workers that always stay.';
    return [{ option: cheaper, severity: 'warning', message, remedy: written(cheaper, 1) }];
  }
  if (options.some(({ name, doubt }) => name === 'idle' || name === 'cheap' || doubt !== undefined))
    return [];
  const useless = options.find(({ name }) => /^cheaper-(initial|step|algo|overload)$/.test(name));
  if (useless === undefined || (processes.known && processes.value < 2)) return [];
  const message =
    `\`${useless.name}\` does nothing without \`cheaper\`: all workers run all the time. Set \`cheaper\`, the count of ` +
    'workers that always stay, or take it out.';
  return [
    { option: useless, severity: 'warning', message, remedy: { kind: 'add', name: 'cheaper', value: '1' } },
  ];
}

function algorithm(deployment: Deployment): readonly CheaperFault[] {
  const option = last(deployment, 'cheaper-algo');
  if (option?.doubt !== undefined) return [];
  const name = option?.value ?? 'spare';
  if (algorithms.includes(name))
    return [...needs(deployment, option, name), ...busyness(deployment, option, name)];
  if (option === undefined || !/^\w+$/.test(name) || mayBringPlugins(deployment)) return [];
  const reason = name === 'spare2' ? 'which is in no release of uWSGI 2.0' : 'which uWSGI does not have';
  const message =
    `uWSGI falls back to \`spare\` with no more than a line in its log: \`cheaper-algo\` asks for ` +
    `\`${name}\`, ${reason}. Choose one of \`spare\`, \`backlog\`, \`busyness\` and \`manual\`.`;
  return [
    { option, severity: 'warning', message, remedy: written(option, nearest(name, algorithms) ?? 'spare') },
  ];
}

function mayBringPlugins({ options }: Deployment): boolean {
  return options.some(({ name }) => /^(need-)?plugins?$|^(autoload|dlopen)$/.test(name));
}

const sockets =
  /^((uwsgi|suwsgi|ssl|scgi|fastcgi|raw|puwsgi|upd|zmq)-)?socket$|^(http|https)(-socket|11-socket|2)?$|^shared-socket$/;

/** The length of its queue is known of a TCP socket alone. */
function needs(
  deployment: Deployment,
  option: OptionValue | undefined,
  name: string,
): readonly CheaperFault[] {
  if (option === undefined || name !== 'backlog' || !isOn(deployment)) return [];
  const bound = deployment.options.filter((one) => sockets.test(one.name));
  if (
    bound.length === 0 ||
    !bound.every(({ value, doubt }) => doubt === undefined && /^[@/.\w][^:=]*$/.test(value))
  )
    return [];
  const message =
    'No worker is ever added: the `backlog` algorithm looks at the queue of a TCP socket, and this server listens on ' +
    `${bound.map(({ value }) => `\`${value}\``).join(' and ')} only. Use \`spare\` or \`busyness\`.`;
  return [{ option, severity: 'warning', message, remedy: written(option, 'spare') }];
}

function busyness(
  deployment: Deployment,
  algo: OptionValue | undefined,
  name: string,
): readonly CheaperFault[] {
  if (!isOn(deployment)) return [];
  const own = deployment.options.find(
    (one) => one.name.startsWith('cheaper-busyness-') && one.name !== 'cheaper-busyness-verbose',
  );
  if (own !== undefined && name !== 'busyness') {
    const message =
      `\`${own.name}\` does nothing: it belongs to the \`busyness\` algorithm, and this is \`${name}\`` +
      `${algo === undefined ? ', the default' : ''}. Set \`cheaper-algo = busyness\`.`;
    const remedy: Remedy =
      algo === undefined
        ? { kind: 'add', name: 'cheaper-algo', value: 'busyness' }
        : written(algo, 'busyness');
    return [{ option: own, severity: 'warning', message, remedy }];
  }
  const min = last(deployment, 'cheaper-busyness-min');
  const max = last(deployment, 'cheaper-busyness-max');
  const low = min === undefined ? 25 : number(min);
  const high = max === undefined ? 50 : number(max);
  const option = min ?? max;
  if (option === undefined || low === undefined || high === undefined || low < high) return [];
  const message =
    `Workers count as idle below ${low} % and as busy above ${high} %, so that the same load is both: ` +
    '`cheaper-busyness-min` has to be lower than `cheaper-busyness-max` (25 and 50 unless set).';
  const value = min === undefined ? low + 25 : Math.min(25, Math.floor(high / 2));
  return [{ option, severity: 'warning', message, remedy: written(option, value) }];
}

const measures = /^(memory-report|(evil-)?reload-on-(as|rss))$/;

function limits(deployment: Deployment): readonly CheaperFault[] {
  const soft = last(deployment, 'cheaper-rss-limit-soft');
  const hard = last(deployment, 'cheaper-rss-limit-hard');
  const [low, high] = [number(soft), number(hard)];
  if (soft !== undefined && low === undefined) return [];
  const severity = 'error';
  const found: CheaperFault[] = [];
  if (soft !== undefined && low !== 0 && !deployment.options.some((option) => measures.test(option.name))) {
    const message =
      'uWSGI refuses to start: `cheaper-rss-limit-soft` needs `memory-report`, or nothing measures the workers. ' +
      'Switch `memory-report` on.';
    found.push({ option: soft, severity, message, remedy: { kind: 'add', name: 'memory-report' } });
  }
  if (hard === undefined || high === undefined || high === 0) return found;
  if (soft === undefined || low === undefined || low === 0) {
    const message =
      'uWSGI refuses to start: `cheaper-rss-limit-hard` needs `cheaper-rss-limit-soft`, a lower limit from which ' +
      'no more workers are started. Set both.';
    const value = String(Math.floor(high * 0.9));
    const remedy: Remedy =
      soft === undefined ? { kind: 'add', name: 'cheaper-rss-limit-soft', value } : written(soft, value);
    found.push({ option: hard, severity, message, remedy });
  } else if (high <= low) {
    const message =
      `uWSGI refuses to start: \`cheaper-rss-limit-hard\` has to be higher than \`cheaper-rss-limit-soft\`, ${low} ` +
      'bytes. Raise it, or lower the soft limit.';
    const remedy: Remedy =
      high < low ? { kind: 'exchange', options: [soft, hard] } : written(soft, Math.floor(high * 0.9));
    found.push({ option: hard, severity, message, remedy });
  }
  return found;
}

function isOn(deployment: Deployment): boolean {
  return (number(last(deployment, 'cheaper')) ?? 0) > 0;
}

/** The one that counts; where one that may count is in doubt, its doubt is kept. */
function last({ options }: Deployment, ...names: readonly string[]): OptionValue | undefined {
  const given = options.filter((option) => names.includes(option.name));
  return given.find((option) => option.doubt !== undefined) ?? given.at(-1);
}

/** Undefined where it is not known, or no plain number. */
function number(option: OptionValue | undefined): number | undefined {
  if (option === undefined || option.doubt !== undefined) return undefined;
  return /^\s*\d+\s*$/.test(option.value) ? Number(option.value) : undefined;
}

function written(option: OptionValue, value: number | string): Remedy {
  return { kind: 'write', option, value: String(value) };
}
