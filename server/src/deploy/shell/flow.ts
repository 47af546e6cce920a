// The control flow of shell scripts, as far as it decides what is started: `if`, `case`, loops, `&&` and `||`.
// A branch whose condition is known not to hold is left out; of the others each is taken, and what it sets is doubted.

import type { ShellCommand, Word } from './words.ts';

type Frame =
  | { readonly kind: 'if'; live: boolean; sure: boolean; taken: boolean; testing: boolean }
  | {
      readonly kind: 'case';
      readonly value: string | undefined;
      live: boolean;
      taken: boolean;
      pattern: boolean;
    }
  | { readonly kind: 'loop' };

/** Nobody nests conditions so deeply; what is below is not read. */
const depthLimit = 100;

export class Flow {
  readonly #frames: Frame[] = [];
  /** The operator behind the command at hand. */
  #ended = '';
  /** Whether the command at hand is a test, and whether it only runs by the answer of the one before. */
  #tested = false;
  #hangs = false;

  /** The words of a command that may run, without the keywords in front; undefined where it does not. */
  next(command: ShellCommand): readonly Word[] | undefined {
    const before = this.#ended;
    this.#ended = command.ended;
    this.#hangs = before === '||' || (before === '&&' && this.#tested);
    this.#tested =
      /^(\[\[?|test)$/.test(command.words[0]?.text ?? '') || (this.#hangs && command.ended === '&&');
    const top = this.#frames.at(-1);
    if (top?.kind === 'case' && top.pattern && command.words[0]?.text !== 'esac') {
      this.#pattern(top, command);
      return undefined;
    }
    if (this.#frames.length > depthLimit) return undefined;
    const words = this.#keywords(command);
    const now = this.#frames.at(-1);
    const live = this.#live;
    if (now?.kind === 'case' && command.ended === ';;') {
      now.pattern = true;
      now.live = false;
    }
    if (now?.kind === 'if' && now.testing && words.length > 0) this.#test(now, words, before, command.ended);
    return live && words.length + command.assignments.length > 0 ? words : undefined;
  }

  /** A value that is set only under a condition; of an array, what is not among the words it had before. */
  doubted(word: Word, before: readonly Word[] = []): Word {
    const conditional =
      this.#hangs ||
      this.#frames.some((frame) =>
        frame.kind === 'if' ? !frame.sure : frame.kind === 'loop' || frame.value === undefined,
      );
    if (!conditional || word.unknown !== undefined) return word;
    const unknown = { why: 'depends on a condition of the script', hinted: true };
    const items = word.items?.map((item) => (before.includes(item) ? item : { ...item, unknown }));
    return { ...word, unknown, ...(items === undefined ? {} : { items }) };
  }

  get #live(): boolean {
    return this.#frames.every((frame) => frame.kind === 'loop' || frame.live);
  }

  #keywords({ words }: ShellCommand): readonly Word[] {
    let rest = words;
    for (;;) {
      const [first, second] = rest;
      const top = this.#frames.at(-1);
      switch (first?.text) {
        case 'if':
          this.#frames.push({ kind: 'if', live: true, sure: false, taken: false, testing: true });
          break;
        case 'elif':
          if (top?.kind === 'if') this.#elif(top);
          break;
        case 'then':
          if (top?.kind === 'if') top.testing = false;
          break;
        case 'else':
          if (top?.kind === 'if') top.live = !(top.sure && top.taken);
          break;
        case 'while':
        case 'until':
        case 'for':
        case 'select':
          this.#frames.push({ kind: 'loop' });
          if (first.text === 'for' || first.text === 'select') return [];
          break;
        case 'case': {
          const value = second === undefined || second.unknown !== undefined ? undefined : second.text;
          const pattern = { kind: 'case', value, live: false, taken: false, pattern: true } as const;
          const frame: Frame = { ...pattern };
          this.#frames.push(frame);
          const open = rest.findIndex((word) => word.text === 'in');
          if (open > 0 && rest.length > open + 1)
            this.#pattern(frame, { words: rest.slice(open + 1), ended: this.#ended });
          return [];
        }
        case 'fi':
        case 'done':
        case 'esac':
          this.#frames.pop();
          break;
        case 'do':
        case '{':
        case '}':
        case '!':
          break;
        default:
          return rest;
      }
      rest = rest.slice(1);
    }
  }

  #elif(frame: Extract<Frame, { kind: 'if' }>): void {
    const over = frame.sure && frame.taken;
    frame.live = !over;
    frame.testing = !over;
  }

  /** Decides a branch by `[ … ]` alone: what follows on it by `&&` or `||` leaves it open. */
  #test(frame: Extract<Frame, { kind: 'if' }>, words: readonly Word[], before: string, ended: string): void {
    const alone = !/^(&&|\|\|?)$/.test(before) && !/^(&&|\|\|?)$/.test(ended);
    const answer = alone ? answerOf(words) : undefined;
    frame.sure = answer !== undefined;
    frame.taken ||= answer === true;
    frame.live = answer !== false;
  }

  #pattern(
    frame: Extract<Frame, { kind: 'case' }>,
    { words, ended }: Pick<ShellCommand, 'words' | 'ended'>,
  ): void {
    const [word] = words;
    const { value } = frame;
    if (word !== undefined && value !== undefined && !frame.taken && word.unknown === undefined)
      frame.live ||= matches(word.text, value);
    if (ended === '|') return;
    if (word === undefined || ended !== ')') return;
    frame.live = value === undefined || (!frame.taken && frame.live);
    frame.taken ||= frame.live && value !== undefined;
    frame.pattern = false;
  }
}

/** What `[ … ]` or `[[ … ]]` or `test` says, where everything in it is known. */
function answerOf(words: readonly Word[]): boolean | undefined {
  if (words.some((word) => word.unknown !== undefined)) return undefined;
  const texts = words.map((word) => word.text);
  const open = texts.shift();
  if (open !== '[' && open !== '[[' && open !== 'test') return undefined;
  if (open !== 'test') texts.pop();
  const negated = texts[0] === '!';
  const [a = '', operator = '', b] = negated ? texts.slice(1) : texts;
  const answer = b === undefined ? unary(a, operator) : binary(a, operator, b);
  return answer === undefined ? undefined : answer !== negated;
}

function unary(operator: string, value: string): boolean | undefined {
  if (operator === '-z') return value === '';
  return operator === '-n' ? value !== '' : undefined;
}

function binary(a: string, operator: string, b: string): boolean | undefined {
  switch (operator) {
    case '=':
    case '==':
    case '-eq':
      return a === b;
    case '!=':
    case '-ne':
      return a !== b;
    case '-gt':
      return Number(a) > Number(b);
    case '-lt':
      return Number(a) < Number(b);
    default:
      return undefined;
  }
}

function matches(pattern: string, value: string): boolean {
  if (pattern.length > 100 || value.length > 1000) return pattern === value;
  const escaped = pattern.replace(/\*+/g, '*').replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(value);
}
