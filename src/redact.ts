/**
 * Takes secrets out of argument vectors and command lines before anybody keeps or prints them. A command line
 * is public on most systems, a report is kept and sent around: the difference is worth a table of patterns
 * (`secrets.ts`). They are used on text that was cut first, so no input is slow.
 */

import { cutText, TEXT_LIMIT } from './escape';
import {
  HARMLESS_END,
  OPTIONS,
  type Option,
  REDACTED,
  SECRET_IN_NAME,
  SECRET_VARIABLE,
  SECRET_WORD,
  SHAPES,
  type Shape,
} from './secrets';
import { matches } from './wildcard';

/** Longer arguments are cut to this many UTF-16 units before anything looks at them. */
const LOOKED_AT = 2048;
const SHOWN = 1000;
const ARGUMENTS = 100;
const NESTING = 3;
/** The same for other text: twice what is shown of it, because half a secret is not known as one. */
const TEXT_LOOKED_AT = 2 * TEXT_LIMIT;

/** The user's own patterns, in this thread. */
let own: readonly string[] = [];

/**
 * From now on these are not shown either: names of flags or variables, or whole words, in which `*` stands for any
 * characters (`--pin`, `CORP_*`).
 */
export function redactAlso(patterns: readonly string[]): void {
  own = patterns;
}

const isOwn = (word: string): boolean => own.some((pattern) => matches(pattern, word));

const TOKEN = /[^\s"'`,;()]+/g;
const PIECE = /[^/:]+/g;

/** Without the user's words, which may be pieces of a path or an address, and without the values of such names. */
function withoutOwn(text: string): string {
  if (own.length === 0) return text;
  const plain = (word: string): string | undefined => {
    if (!word.startsWith('-') && isOwn(word)) return REDACTED;
    const at = word.indexOf('=');
    return at > 0 && isOwn(word.slice(0, at)) ? word.slice(0, at + 1) + REDACTED : undefined;
  };
  return text.replace(
    TOKEN,
    (token) => plain(token) ?? token.replace(PIECE, (piece) => plain(piece) ?? piece),
  );
}

function secretName(name: string): boolean {
  const words = name
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  const bare = words.join('-');
  if (own.some((pattern) => matches(pattern.toLowerCase().replace(/^-+/, '').replaceAll('_', '-'), bare)))
    return true;
  if (SECRET_VARIABLE.test(name)) return true;
  if (words.length === 0 || words[0] === 'no' || HARMLESS_END.has(words[words.length - 1] as string))
    return false;
  return (
    SECRET_IN_NAME.test(words.join('')) || words.some((word) => SECRET_WORD.has(word.replace(/\d+$/, '')))
  );
}

/** Every shape has one of these characters, or at least `SHORTEST`: most words are no secret at one glance. */
const SIGNS = /[\s:=|]/;
const SHORTEST = 13;

function shapes(text: string, known: readonly Shape[] = SHAPES): string {
  if (text.length < SHORTEST && !SIGNS.test(text)) return text;
  let out = text;
  for (const { pattern, replacement } of known) out = out.replace(pattern, replacement);
  return out;
}

/** The option's flag as the word has it: `-sSu` is curl's `-u` with others before it. */
function flagIn(word: string, { flag, before }: Option): string {
  if (before === undefined || word[0] !== '-') return flag;
  let at = 1;
  while (at < word.length && before.includes(word[at] as string)) at++;
  return word[at] === flag[1] ? word.slice(0, at + 1) : flag;
}

/** Most commands take no secret: one search tells. */
const ANY_PROGRAM = new RegExp(OPTIONS.map(({ program }) => program.source).join('|'));

/** Redacts the words of one command, in order. `-p` means something else to each program. */
class Words {
  private programs: Option[] = [];
  private secretNext = false;
  private set = false;

  constructor(private readonly depth: number) {}

  word(raw: string): string {
    const word = raw.length > LOOKED_AT ? raw.slice(0, LOOKED_AT) : raw;
    return cutText(this.redact(word), SHOWN);
  }

  private redact(word: string): string {
    const afterFlag = this.secretNext;
    this.secretNext = false;
    if (afterFlag && !/^--?[A-Za-z]/.test(word)) return REDACTED;
    if (!word.startsWith('-') && isOwn(word)) return REDACTED;

    for (const option of this.programs) {
      const flag = flagIn(word, option);
      if (word === flag) {
        this.secretNext = option.next === true;
        return word;
      }
      if (option.attached && word.startsWith(flag) && !word.startsWith('--')) return flag + REDACTED;
      if (option.next && word.startsWith(`${option.flag}=`)) return `${option.flag}=${REDACTED}`;
    }
    const base = word.slice(word.lastIndexOf('/') + 1);
    if (ANY_PROGRAM.test(base.slice(0, 64)))
      this.programs = OPTIONS.filter((option) => option.program.test(base.slice(0, 64)));

    const assigned = /^(-{0,2}[A-Za-z_][\w.-]{0,200}|\/[A-Za-z]{1,40})([=:])/.exec(word);
    if (assigned && (assigned[2] === '=' || word.startsWith('/')) && secretName(assigned[1] as string)) {
      return word.length > assigned[0].length ? assigned[0] + REDACTED : word;
    }
    const set = this.set;
    this.set = word === 'set';
    // `--token x`, and `config set token x`
    const named = set ? /^[\w./:@-]{1,200}$/ : /^--?[A-Za-z][\w.-]{0,200}$/;
    if (named.test(word) && secretName(word)) {
      this.secretNext = true;
      return word;
    }
    return /\s/.test(word) && this.depth < NESTING
      ? commandLine(word, this.depth + 1)
      : withoutOwn(shapes(word));
  }

  /** A `;`, `|` or `&`: another command begins. */
  reset(): void {
    this.programs = [];
    this.secretNext = false;
    this.set = false;
  }
}

function unquote(word: string): string {
  return word.replace(/^(["'])([\s\S]*)\1$/, '$2');
}

/** Spaces, shell operators, and words (with their quotes), each in one piece. Linear: each character once. */
function pieces(line: string): string[] {
  const out: string[] = [];
  let at = 0;
  while (at < line.length) {
    const start = at;
    const first = line[at] as string;
    if (/\s/.test(first)) while (at < line.length && /\s/.test(line[at] as string)) at++;
    else if (';|&()<>'.includes(first)) at++;
    else
      for (; at < line.length && !/[\s;|&()<>]/.test(line[at] as string); at++) {
        const quote = line[at];
        if (quote === '\\') at++;
        else if (quote === '"' || quote === "'") {
          for (at++; at < line.length && line[at] !== quote; at++)
            if (quote === '"' && line[at] === '\\') at++;
        }
      }
    out.push(line.slice(start, at));
  }
  return out;
}

function commandLine(line: string, depth: number): string {
  const words = new Words(depth);
  let out = '';
  // shapes first: a header or a URL may hold spaces, quotes and `&`, at which a shell would cut
  for (const piece of pieces(shapes(line.replace(/\\\n/g, '')))) {
    if (/^\s/.test(piece)) out += piece;
    else if (/^[;|&()<>]/.test(piece)) {
      if (piece !== '<' && piece !== '>') words.reset();
      out += piece;
    } else {
      const plain = unquote(piece);
      const redacted = words.word(plain);
      const quote = plain === piece ? '' : piece[0];
      out += redacted === plain ? piece : `${quote}${redacted}${quote}`;
    }
  }
  return out;
}

/**
 * An argument vector without its secrets.
 * Flags stay readable: `--password=[redacted]`, `-p[redacted]`, `postgres://app:[redacted]@db/`.
 */
export function redactArgs(args: readonly string[]): string[] {
  const words = new Words(0);
  const out = args.slice(0, ARGUMENTS).map((word) => words.word(String(word)));
  if (args.length > ARGUMENTS) out.push(`… and ${args.length - ARGUMENTS} more`);
  return out;
}

/** A shell's command line without its secrets, otherwise unchanged. */
export function redactCommandLine(line: string): string {
  return cutText(commandLine(line.length > LOOKED_AT ? line.slice(0, LOOKED_AT) : line, 0), SHOWN);
}

const IN_TEXT = SHAPES.filter(({ inText }) => inText !== false);
/** Most text has none: one search tells. */
const ANY_IN_TEXT = new RegExp(IN_TEXT.map(({ pattern }) => pattern.source).join('|'), 'i');
/** A sentence, path or name: what is a secret by its own look, and the user's words. */
export function redactText(text: string): string {
  const cut = cutText(text, TEXT_LOOKED_AT);
  return withoutOwn(ANY_IN_TEXT.test(cut) ? shapes(cut, IN_TEXT) : cut);
}

const IN_SOURCE = SHAPES.filter(({ inSource }) => inSource !== false);
/** One that does not end on this line, too. */
const LITERAL = /(["'`])((?:(?!\1)[^\\]|\\[\s\S]?)*)(\1|$)/g;
const FIELD = /([\w$-]{1,100})["']?\s{0,4}[:=]{1,3}\s{0,4}$/;

/** A line of source, from its start or another place outside of literals: what is a secret by its own look, and what its literals would be as arguments. */
export function redactSource(line: string): string {
  const out = shapes(line, IN_SOURCE);
  const words = new Words(0);
  return out.replace(LITERAL, (literal, quote: string, inner: string, end: string, at: number) => {
    const field = FIELD.exec(out.slice(Math.max(0, at - 120), at))?.[1];
    if (field !== undefined && secretName(field)) return quote + REDACTED + end;
    const redacted = words.word(inner);
    return redacted === inner ? literal : quote + redacted + end;
  });
}
