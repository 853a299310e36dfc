/**
 * Takes secrets out of argument vectors and command lines before anybody keeps or prints them. A command line
 * is public on most systems, a report is kept and sent around: the difference is worth a table of patterns.
 * Every pattern has a bounded run and is used on text that was cut first, so no input is slow.
 */

import { cutText } from './escape';

export const REDACTED = '[redacted]';

/** Longer arguments are cut to this many UTF-16 units before anything looks at them. */
const LOOKED_AT = 2048;
const SHOWN = 1000;
const ARGUMENTS = 100;
const NESTING = 3;

interface Shape {
  readonly name: string;
  readonly pattern: RegExp;
  /** `$1` is what stays. */
  readonly replacement: string;
}

/** Secrets that are known by their own look, wherever they stand. */
export const SHAPES: readonly Shape[] = [
  {
    name: 'password in a URL',
    pattern: /(:\/\/[^\s:@/]{0,256}:)[^\s@]{1,1024}@/g,
    replacement: `$1${REDACTED}@`,
  },
  { name: 'token as user of a URL', pattern: /(:\/\/)[^\s:@/]{20,1024}@/g, replacement: `$1${REDACTED}@` },
  {
    name: 'Authorization header',
    pattern: /(\b(?:proxy-)?authorization["']?\s{0,4}[:=]\s{0,4}["']?)[^"'\r\n]{1,2048}/gi,
    replacement: `$1${REDACTED}`,
  },
  {
    name: 'Cookie header',
    pattern: /(\b(?:set-)?cookie["']?\s{0,4}:\s{0,4}["']?)[^"'\r\n]{1,2048}/gi,
    replacement: `$1${REDACTED}`,
  },
  { name: 'bearer token', pattern: /(\bbearer\s{1,4})[\w.~+/=-]{8,2048}/gi, replacement: `$1${REDACTED}` },
  {
    name: 'JSON web token',
    pattern: /\beyJ[\w-]{5,2048}\.[\w-]{5,2048}(?:\.[\w-]{0,2048})?/g,
    replacement: REDACTED,
  },
  { name: 'AWS access key id', pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g, replacement: REDACTED },
  { name: 'GitHub token', pattern: /\b(?:gh[pousr]_|github_pat_)\w{16,255}/g, replacement: REDACTED },
  {
    name: 'GitLab token',
    pattern: /\bgl(?:pat|ptt|rt|dt|ft|soat|oas|cbt)-[\w.-]{16,255}/g,
    replacement: REDACTED,
  },
  { name: 'Slack token', pattern: /\bx(?:ox[abceoprs]|app)-[\w-]{8,255}/g, replacement: REDACTED },
  {
    name: 'Slack webhook',
    pattern: /(\bhooks\.slack\.com\/(?:services|workflows)\/)[\w/-]{8,255}/g,
    replacement: `$1${REDACTED}`,
  },
  { name: 'OpenAI or Anthropic key', pattern: /\bsk-[\w-]{16,255}/g, replacement: REDACTED },
  { name: 'Stripe key', pattern: /\b[rs]k_(?:live|test)_\w{10,255}/g, replacement: REDACTED },
  { name: 'npm token', pattern: /\bnpm_\w{30,255}/g, replacement: REDACTED },
  { name: 'PyPI token', pattern: /\bpypi-[\w-]{30,1024}/g, replacement: REDACTED },
  { name: 'Google key', pattern: /\b(?:AIza[\w-]{30,255}|ya29\.[\w-]{16,1024})/g, replacement: REDACTED },
  { name: 'Hugging Face token', pattern: /\bhf_\w{20,255}/g, replacement: REDACTED },
  {
    name: 'private key',
    pattern: /-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----[\s\S]{0,4096}/g,
    replacement: REDACTED,
  },
  {
    name: 'value of a secret field (query string, JSON, header)',
    pattern:
      /((?:password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key|credentials?|signature)["']?\s{0,4}[:=]\s{0,4}["']?)[^\s"'&,;}]{1,2048}/gi,
    replacement: `$1${REDACTED}`,
  },
];

/** A variable or a flag whose name holds one of these words has a secret value. */
const SECRET_IN_NAME = /passw|passphrase|pwd|secret|token|credential|apikey|accesskey|privatekey/;
const SECRET_WORD = new Set([
  'pass',
  'key',
  'auth',
  'authorization',
  'bearer',
  'cookie',
  'pat',
  'pin',
  'otp',
  'jwt',
]);
/** `--key-file x` names a file, not a key. */
const HARMLESS_END = new Set(
  'file path dir directory length size count type format name stdin prompt url uri host'.split(' '),
);

/** Options of one program that hold a secret although their names do not say so. */
interface Option {
  readonly program: RegExp;
  readonly flag: string;
  /** The secret follows in the same word: `-pSECRET`. */
  readonly attached?: true;
  /** The secret is the next word: `-p SECRET`. */
  readonly next?: true;
}

export const OPTIONS: readonly Option[] = [
  {
    program: /^(?:mysql|mariadb|mysqldump|mysqladmin|mysqlimport|mysqlshow|mariadb-[a-z]{1,16})$/,
    flag: '-p',
    attached: true,
  },
  { program: /^sshpass$/, flag: '-p', attached: true, next: true },
  { program: /^curl$/, flag: '-u', attached: true, next: true },
  { program: /^curl$/, flag: '--user', next: true },
  { program: /^curl$/, flag: '-U', attached: true, next: true },
  { program: /^curl$/, flag: '--proxy-user', next: true },
  { program: /^curl$/, flag: '-b', attached: true, next: true },
  { program: /^(?:redis-cli|valkey-cli)$/, flag: '-a', next: true },
  { program: /^(?:docker|podman|mongo|mongosh|mongodump|mongorestore|az)$/, flag: '-p', next: true },
  { program: /^(?:sqlcmd|bcp|isql)$/, flag: '-P', attached: true, next: true },
  { program: /^ldap[a-z]{1,16}$/, flag: '-w', next: true },
  { program: /^(?:7z|7za|7zr|rar|unrar)$/, flag: '-p', attached: true },
  { program: /^(?:zip|unzip)$/, flag: '-P', attached: true, next: true },
  { program: /^smbclient$/, flag: '-U', attached: true, next: true },
  { program: /^openssl$/, flag: '-k', next: true },
  { program: /^openssl$/, flag: '-K', next: true },
  { program: /^openssl$/, flag: '-passin', next: true },
  { program: /^openssl$/, flag: '-passout', next: true },
  { program: /^htpasswd$/, flag: '-b', next: true },
];

function secretName(name: string, extra: readonly string[]): boolean {
  const words = name
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
  const bare = words.join('-');
  if (extra.some((pattern) => wildcard(pattern.toLowerCase().replace(/^-+/, '').replaceAll('_', '-'), bare)))
    return true;
  if (words.length === 0 || words[0] === 'no' || HARMLESS_END.has(words[words.length - 1] as string))
    return false;
  return SECRET_IN_NAME.test(words.join('')) || words.some((word) => SECRET_WORD.has(word));
}

/** `*` stands for any characters. At most `pattern.length * text.length` steps. */
function wildcard(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let next = 0;
  while (at < text.length) {
    if (next < pattern.length && pattern[next] === '*') {
      star = next++;
      resume = at;
    } else if (next < pattern.length && pattern[next] === text[at]) {
      next++;
      at++;
    } else if (star >= 0) {
      next = star + 1;
      at = ++resume;
    } else return false;
  }
  while (pattern[next] === '*') next++;
  return next === pattern.length;
}

function shapes(text: string): string {
  let out = text;
  for (const { pattern, replacement } of SHAPES) out = out.replace(pattern, replacement);
  return out;
}

/** Redacts the words of one command, in order. `-p` means something else to each program. */
class Words {
  private programs: Option[] = [];
  private secretNext = false;

  constructor(
    private readonly extra: readonly string[],
    private readonly depth: number,
  ) {}

  word(raw: string): string {
    const word = raw.length > LOOKED_AT ? raw.slice(0, LOOKED_AT) : raw;
    return cutText(this.redact(word), SHOWN);
  }

  private redact(word: string): string {
    const afterFlag = this.secretNext;
    this.secretNext = false;
    if (afterFlag && !/^--?[A-Za-z]/.test(word)) return REDACTED;
    if (!word.startsWith('-') && this.extra.some((pattern) => wildcard(pattern, word))) return REDACTED;

    for (const option of this.programs) {
      if (word === option.flag) {
        this.secretNext = option.next === true;
        return word;
      }
      if (option.attached && word.startsWith(option.flag) && !word.startsWith('--'))
        return option.flag + REDACTED;
      if (option.next && word.startsWith(`${option.flag}=`)) return `${option.flag}=${REDACTED}`;
    }
    const base = word.slice(word.lastIndexOf('/') + 1);
    const known = OPTIONS.filter((option) => option.program.test(base.slice(0, 64)));
    if (known.length > 0) this.programs = known;

    const assigned = /^(-{0,2}[A-Za-z_][\w.-]{0,200}|\/[A-Za-z]{1,40})([=:])/.exec(word);
    if (
      assigned &&
      (assigned[2] === '=' || word.startsWith('/')) &&
      secretName(assigned[1] as string, this.extra)
    ) {
      return word.length > assigned[0].length ? assigned[0] + REDACTED : word;
    }
    if (/^--?[A-Za-z][\w.-]{0,200}$/.test(word) && secretName(word, this.extra)) {
      this.secretNext = true;
      return word;
    }
    return /\s/.test(word) && this.depth < NESTING
      ? commandLine(word, this.extra, this.depth + 1)
      : shapes(word);
  }

  /** A `;`, `|` or `&`: another command begins. */
  reset(): void {
    this.programs = [];
    this.secretNext = false;
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

function commandLine(line: string, extra: readonly string[], depth: number): string {
  const words = new Words(extra, depth);
  let out = '';
  // shapes first: a header or a URL may hold spaces, quotes and `&`, at which a shell would cut
  for (const piece of pieces(shapes(line))) {
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
 * An argument vector without its secrets. `extra` are the user's own patterns: names of flags or variables, or
 * whole words, in which `*` stands for any characters (`--pin`, `CORP_*`).
 * Flags stay readable: `--password=[redacted]`, `-p[redacted]`, `postgres://app:[redacted]@db/`.
 */
export function redactArgs(args: readonly string[], extra: readonly string[] = []): string[] {
  const words = new Words(extra, 0);
  const out = args.slice(0, ARGUMENTS).map((word) => words.word(String(word)));
  if (args.length > ARGUMENTS) out.push(`… and ${args.length - ARGUMENTS} more`);
  return out;
}

/** A shell's command line without its secrets, otherwise unchanged. */
export function redactCommandLine(line: string, extra: readonly string[] = []): string {
  return cutText(commandLine(line.length > LOOKED_AT ? line.slice(0, LOOKED_AT) : line, extra, 0), SHOWN);
}

/** Text that is not a command, such as a line of source: only what is a secret by its own look. */
export function redactText(text: string): string {
  let out = cutText(text, LOOKED_AT);
  for (const { name, pattern, replacement } of SHAPES) {
    if (!/header|field/.test(name)) out = out.replace(pattern, replacement);
  }
  return out;
}
