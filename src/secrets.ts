/** What secrets look like, and where programs take them: data for `redact.ts`. Every pattern has a bounded run. */

export const REDACTED = '[redacted]';

export interface Shape {
  readonly name: string;
  readonly pattern: RegExp;
  /** `$1` is what stays. */
  readonly replacement: string;
  /** It would take the rest of a sentence with it. */
  readonly inText?: false;
  /** In source the same looks like code: there the literals are judged. */
  readonly inSource?: false;
}

/** Secrets that are known by their own look, wherever they stand. */
export const SHAPES: readonly Shape[] = [
  {
    name: 'password in a URL',
    // up to the last @ of the authority, as WHATWG's parser has it; else a password with a slash, which some write
    pattern: /(:\/\/[^\s:@/]{0,256}:)(?:[^\s/?#]{1,1024}|[^\s@]{1,1024})@/g,
    replacement: `$1${REDACTED}@`,
  },
  { name: 'token as user of a URL', pattern: /(:\/\/)[^\s:@/]{20,1024}@/g, replacement: `$1${REDACTED}@` },
  {
    name: 'Authorization header',
    pattern: /((?:proxy-)?authorization["']?\s{0,4}[:=]\s{0,4}["']?)[^"'\r\n]{1,2048}/gi,
    replacement: `$1${REDACTED}`,
    inText: false,
    inSource: false,
  },
  {
    name: 'Cookie header',
    pattern: /((?:set-)?cookie["']?\s{0,4}:\s{0,4}["']?)[^"'\r\n]{1,2048}/gi,
    replacement: `$1${REDACTED}`,
    inText: false,
    inSource: false,
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
  {
    name: 'token of Hugging Face, DigitalOcean, Shopify, Docker or Databricks',
    pattern: /\b(?:hf_|do[opr]_v1_|shp(?:at|ca|pa|ss)_|dckr_pat_|dapi(?=[0-9a-f]{16}))[\w-]{16,255}/g,
    replacement: REDACTED,
  },
  {
    name: 'SendGrid key or HashiCorp Vault token',
    pattern: /\b(?:SG\.[\w-]{16,64}\.|hv[bsr]\.)[\w-]{16,255}/g,
    replacement: REDACTED,
  },
  { name: 'Telegram token', pattern: /\b\d{6,12}:AA[\w-]{30,40}/g, replacement: REDACTED },
  {
    name: 'private key',
    pattern: /-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----[\s\S]{0,4096}/g,
    replacement: REDACTED,
  },
  {
    name: 'value of a secret field in JSON, with quotes in it',
    pattern:
      /((?:password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key)"\s{0,4}:\s{0,4}")(?:[^"\\]|\\.){1,1024}/gi,
    replacement: `$1${REDACTED}`,
    inSource: false,
  },
  { name: 'signature in a URL', pattern: /([?&]sig=)[^&\s"']{1,1024}/gi, replacement: `$1${REDACTED}` },
  {
    name: 'input of a command that reads a password',
    pattern:
      /(\b(?:echo|printf)\s{1,4})[^|]{1,1024}(\|[^|]{0,256}(?:--(?:password|token|with-token)-stdin|\bsudo\s[^|]{0,64}-S\b))/g,
    replacement: `$1${REDACTED} $2`,
  },
  {
    name: 'value of a secret field (query string, JSON, header)',
    pattern:
      /((?:password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key|account[-_]?key|credentials?|signature)["']?\]?\s{0,4}[:=]\s{0,4}["'`]?)(?!\[redacted\])[^\s"'`&,;}]{1,2048}/gi,
    replacement: `$1${REDACTED}`,
    inSource: false,
  },
];

/** A variable or a flag whose name holds one of these words has a secret value. */
export const SECRET_IN_NAME =
  /passw|passphrase|pwd|secret|token|credential|sessionid|(?<!by|com)pass\d*$|(?:api|access|private|master|encryption|license|signing|auth)key/;
/** An environment variable, by its spelling, with one of these in its name; a path in it may be secret, too. */
export const SECRET_VARIABLE = /^(?=[A-Z][A-Z0-9_]{0,200}$).*(?:PASS|SECRET|TOKEN|KEY|CREDENTIAL)/;
export const SECRET_WORD = new Set([
  'pass',
  'key',
  'auth',
  'authorization',
  'bearer',
  'cookie',
  'pat',
  'pin',
  'pw',
  'otp',
  'jwt',
]);
/** `--key-file x` names a file, not a key. */
export const HARMLESS_END = new Set(
  'file path dir directory length size count type format name stdin prompt url uri host'.split(' '),
);

/** Options of one program that hold a secret although their names do not say so. */
export interface Option {
  readonly program: RegExp;
  readonly flag: string;
  /** The secret follows in the same word: `-pSECRET`. */
  readonly attached?: true;
  /** The secret is the next word: `-p SECRET`. */
  readonly next?: true;
  /** Letters of options without a value that may stand before the flag's in one word: `-sSu SECRET`. */
  readonly before?: string;
}

const CURL = '#0123469BGIJLNORSVafgijklnpqsv';

export const OPTIONS: readonly Option[] = [
  {
    program: /^(?:mysql|mariadb|mysqldump|mysqladmin|mysqlimport|mysqlshow|mariadb-[a-z]{1,16})$/,
    flag: '-p',
    attached: true,
  },
  { program: /^sshpass$/, flag: '-p', attached: true, next: true },
  { program: /^curl$/, flag: '-u', attached: true, next: true, before: CURL },
  { program: /^curl$/, flag: '--user', next: true },
  { program: /^curl$/, flag: '-U', attached: true, next: true, before: CURL },
  { program: /^curl$/, flag: '--proxy-user', next: true },
  { program: /^curl$/, flag: '-b', attached: true, next: true, before: CURL },
  { program: /^(?:redis-cli|valkey-cli)$/, flag: '-a', next: true },
  { program: /^(?:docker|podman|az)$/, flag: '-p', next: true },
  { program: /^mongo(?:sh|dump|restore|export|import)?$/, flag: '-p', attached: true, next: true },
  { program: /^(?:https?|xhs?)$/, flag: '-a', next: true },
  { program: /^(?:ipmitool|mosquitto_[a-z]{1,8})$/, flag: '-P', next: true },
  { program: /^snmp[a-z]{1,16}$/, flag: '-A', next: true },
  { program: /^snmp[a-z]{1,16}$/, flag: '-X', next: true },
  { program: /^(?:x|w|sdl-)freerdp3?$/, flag: '/p:', attached: true },
  { program: /^(?:sqlcmd|bcp|isql)$/, flag: '-P', attached: true, next: true },
  { program: /^ldap[a-z]{1,16}$/, flag: '-w', next: true },
  { program: /^(?:7z|7za|7zr|rar|unrar)$/, flag: '-p', attached: true },
  { program: /^(?:zip|unzip)$/, flag: '-P', attached: true, next: true },
  { program: /^smbclient$/, flag: '-U', attached: true, next: true },
  { program: /^openssl$/, flag: '-k', next: true },
  { program: /^openssl$/, flag: '-K', next: true },
  { program: /^openssl$/, flag: '-passin', next: true },
  { program: /^openssl$/, flag: '-passout', next: true },
  { program: /^lftp$/, flag: '-u', attached: true, next: true },
  { program: /^vault$/, flag: 'login', next: true },
];
