import fc from 'fast-check';
import { redactAlso, redactArgs, redactCommandLine, redactSource, redactText } from '../src/redact';
import { REDACTED } from '../src/secrets';

const R = REDACTED;

afterEach(() => redactAlso([]));

describe('redactArgs', () => {
  it.each<[string[], string[]]>([
    [['--password=hunter2'], [`--password=${R}`]],
    ...['SSHPASS', 'DBPASS', 'PASS1', 'KEY2', 'STRIPEKEY', 'TOKEN_NAME', '--dbpass', '--masterkey'].map(
      (name): [string[], string[]] => [[`${name}=hunter2`], [`${name}=${R}`]],
    ),
    [
      ['keytool', '-storepass', 'hunter2', '--bypass', 'x'],
      ['keytool', '-storepass', R, '--bypass', 'x'],
    ],
    [
      ['--token', 'abc', '--verbose'],
      ['--token', R, '--verbose'],
    ],
    [
      ['--password', '--verbose'],
      ['--password', '--verbose'],
    ],
    [
      ['mysql', '-uroot', '-phunter2', 'db'],
      ['mysql', '-uroot', `-p${R}`, 'db'],
    ],
    [
      ['/usr/bin/mysqldump', '-phunter2'],
      ['/usr/bin/mysqldump', `-p${R}`],
    ],
    [
      ['mkdir', '-p', 'a/b'],
      ['mkdir', '-p', 'a/b'],
    ],
    [
      ['sshpass', '-p', 'hunter2', 'ssh', 'host'],
      ['sshpass', '-p', R, 'ssh', 'host'],
    ],
    [
      ['psql', 'postgres://app:p@ssw0rd@db/x', 'https://me:with/slash@h/x'],
      ['psql', `postgres://app:${R}@db/x`, `https://me:${R}@h/x`],
    ],
    [
      ['curl', '-u', 'me:pw', 'https://a.example/'],
      ['curl', '-u', R, 'https://a.example/'],
    ],
    [
      ['psql', 'postgres://app:pw@db:5432/x'],
      ['psql', `postgres://app:${R}@db:5432/x`],
    ],
    [
      ['curl', '-H', 'Authorization: Bearer abc.def'],
      ['curl', '-H', `Authorization: ${R}`],
    ],
    [
      ['curl', '-H', 'X-Api-Key: 12345'],
      ['curl', '-H', `X-Api-Key: ${R}`],
    ],
    [
      ['curl', 'https://a.example/?token=abc&x=1'],
      ['curl', `https://a.example/?token=${R}&x=1`],
    ],
    [
      ['curl', '-d', '{"password":"pw","a":1}'],
      ['curl', '-d', `{"password":"${R}","a":1}`],
    ],
    [
      ['env', 'DB_PASSWORD=pw', 'API_KEY=1', 'HOME=/root'],
      ['env', `DB_PASSWORD=${R}`, `API_KEY=${R}`, 'HOME=/root'],
    ],
    [['PGPASSWORD=pw'], [`PGPASSWORD=${R}`]],
    [['AKIAIOSFODNN7EXAMPLE'], [R]],
    [
      ['x', `ghp_${'a'.repeat(36)}`],
      ['x', R],
    ],
    [
      ['x', 'xoxb-1234567890-abcdef'],
      ['x', R],
    ],
    // as short as a secret with a look of its own can be
    [
      ['x', 'xoxb-12345678'],
      ['x', R],
    ],
    [
      ['/usr/bin/mariadb-dump', '-pX'],
      ['/usr/bin/mariadb-dump', `-p${R}`],
    ],
    [
      ['x', `sk-proj-${'a'.repeat(40)}`],
      ['x', R],
    ],
    [
      ['x', `npm_${'a'.repeat(36)}`],
      ['x', R],
    ],
    [
      ['x', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_1'],
      ['x', R],
    ],
    [
      ['--api-key=1', '--keep-names', '--keyboard', 'us', '--token-file', 'f'],
      [`--api-key=${R}`, '--keep-names', '--keyboard', 'us', '--token-file', 'f'],
    ],
    [
      ['sh', '-c', 'mysql -pX | cat; mkdir -p y'],
      ['sh', '-c', `mysql -p${R} | cat; mkdir -p y`],
    ],
    [
      ['curl', '-sSu', 'me:pw', '-HAuthorization: Basic cHc='],
      ['curl', '-sSu', R, `-HAuthorization: ${R}`],
    ],
    [
      ['curl', '-su', '-sO', 'http://a/'],
      ['curl', '-su', '-sO', 'http://a/'],
    ],
    [
      ['mongodump', '-phunter2', '-p', 'hunter2'],
      ['mongodump', `-p${R}`, '-p', R],
    ],
    [
      ['npm', 'config', 'set', '//r/:_authToken', 'abc'],
      ['npm', 'config', 'set', '//r/:_authToken', R],
    ],
    [
      ['http', '-a', 'me:pw', 'a.example'],
      ['http', '-a', R, 'a.example'],
    ],
    [
      ['app', '{"password":"a\\"b","x":1}', 'https://a/?sv=1&sig=abc&x=1'],
      ['app', `{"password":"${R}","x":1}`, `https://a/?sv=1&sig=${R}&x=1`],
    ],
    [
      [
        'app',
        `SG.${'a'.repeat(22)}.${'b'.repeat(40)}`,
        `dop_v1_${'0'.repeat(64)}`,
        `123456789:AA${'x'.repeat(33)}`,
      ],
      ['app', R, R, R],
    ],
    [
      ['python3', '-c', "os.environ['TOKEN']='x'", 'AccountKey=x;EndpointSuffix=y', '--session-id', 'x'],
      ['python3', '-c', `os.environ['TOKEN']='${R}'`, `AccountKey=${R}`, '--session-id', R],
    ],
    [
      ['vault', 'login', 'x', 'lftp', '-u', 'me,x'],
      ['vault', 'login', R, 'lftp', '-u', R],
    ],
    [['-p'], ['-p']],
    [
      ['node', 'server.js', '--port', '8080'],
      ['node', 'server.js', '--port', '8080'],
    ],
  ])('%j', (args, expected) => {
    expect(redactArgs(args)).toEqual(expected);
  });

  it('knows the patterns of the user', () => {
    redactAlso(['--badge', 'corp_*', 'corp-*']);
    expect(redactArgs(['--pin=1', '--badge', '2', 'CORP_X=3', 'corp-12-34', 'x'])).toEqual([
      `--pin=${R}`,
      '--badge',
      R,
      `CORP_X=${R}`,
      R,
      'x',
    ]);
    expect(redactText("file /run/corp-1.lock of child `corp-2`, 'corp-3'")).toBe(
      `file /run/${R} of child \`${R}\`, '${R}'`,
    );
    expect(redactSource("spawn('app', ['--badge', '7', 'corp-4'], { env: { CORP_Y: 'x' } })")).toBe(
      `spawn('app', ['--badge', '${R}', '${R}'], { env: { CORP_Y: '${R}' } })`,
    );
  });

  it('cuts long arguments and long vectors first', () => {
    const out = redactArgs(['a'.repeat(5_000_000), ...Array.from({ length: 5000 }, () => 'b')]);
    expect(out[0]).toHaveLength(1000);
    expect(out).toHaveLength(101);
    expect(out[100]).toBe('… and 4901 more');
  });

  it('never throws, keeps the number of arguments, and lets no secret through', () => {
    const secret = fc.stringMatching(/^[a-z0-9]{12,20}$/).map((text) => `zq${text}`);
    const flag = fc.constantFrom('--password', '--api-key', '--clientSecret', '--auth-token', '-token');
    fc.assert(
      fc.property(fc.array(fc.string()), flag, secret, fc.boolean(), (noise, name, value, joined) => {
        const args = [...noise, 'x', ...(joined ? [`${name}=${value}`] : [name, value])];
        const out = redactArgs(args);
        expect(out).toHaveLength(args.length);
        expect(out.join(' ')).not.toContain(value);
      }),
    );
  });
});

describe('redactCommandLine', () => {
  it.each([
    ['PGPASSWORD=pw psql -h db', `PGPASSWORD=${R} psql -h db`],
    ['mysql -p"hunter2 x" db && mkdir -p y', `mysql -p${R} db && mkdir -p y`],
    [`curl -H 'Authorization: Bearer abc' http://x/`, `curl -H 'Authorization: ${R}' http://x/`],
    ['sudo sshpass -p pw ssh host; ls -p x', `sudo sshpass -p ${R} ssh host; ls -p x`],
    ['echo "a  b"   >  out; wc -l < in', 'echo "a  b"   >  out; wc -l < in'],
    [`bash -c "mysql -pX -e 'select 1'"`, `bash -c "mysql -p${R} -e 'select 1'"`],
    ['curl "http://a/?x=1&token=abc&y=2"', `curl "http://a/?x=1&token=${R}&y=2"`],
    ['deploy --token abc\n', `deploy --token ${R}\n`],
    ['export TOKEN=\\\nabc', `export TOKEN=${R}`],
    ["echo 'pw' | docker login --password-stdin", `echo ${R} | docker login --password-stdin`],
    ['echo done | sudo tee x', 'echo done | sudo tee x'],
    ['git push https://me:pw@host/x.git', `git push https://me:${R}@host/x.git`],
  ])('%j', (line, expected) => {
    expect(redactCommandLine(line)).toBe(expected);
  });

  it('leaves ordinary lines alone', () => {
    for (const line of [
      'ls -la | grep "foo bar"',
      `sleep 30 & echo 'it''s'`,
      'npm run build -- --watch',
      'tail -f a.log 2>&1',
    ]) {
      expect(redactCommandLine(line)).toBe(line);
    }
  });

  it('is quick on hostile text', () => {
    const lines = [
      '://:',
      '-eyJa',
      '"',
      "\\'",
      'authorization: ',
      'token=',
      '://a',
      'sk-',
      '(',
      '--password ',
      '-----BEGIN PRIVATE KEY-----',
    ];
    for (const line of lines)
      for (const tail of ['', '@', '.', '"']) {
        redactCommandLine(line.repeat(100_000) + tail);
        redactText(line.repeat(100_000) + tail);
        redactSource(line.repeat(8192 / line.length) + tail);
      }
    fc.assert(
      fc.property(fc.string(), (line) => {
        redactCommandLine(line);
        redactText(line);
        redactSource(line);
      }),
    );
  });
});

describe('redactSource', () => {
  it.each([
    [
      "connect('postgres://app:pw@db/x', { token: readToken() })",
      `connect('postgres://app:${R}@db/x', { token: readToken() })`,
    ],
    [
      "run('', x, ['--token', 'abc']); exec(`curl -u me:pw \\",
      `run('', x, ['--token', '${R}']); exec(\`curl -u ${R} \\`,
    ],
    ["spawn('mysql', ['-uroot', '-phunter2'])", `spawn('mysql', ['-uroot', '-p${R}'])`],
    ["spawn('deploy', ['--token', 'abc', '-v']);", `spawn('deploy', ['--token', '${R}', '-v']);`],
    ['exec("mysql -phunter2 < dump")', `exec("mysql -p${R} < dump")`],
    ["fork('./a.js', { env: { DB_PASSWORD: 'pw' } })", `fork('./a.js', { env: { DB_PASSWORD: '${R}' } })`],
    [`const key = "abc", name = 'x';`, `const key = "${R}", name = 'x';`],
    [`spawn('curl', ['-H', 'Authorization: Bearer x'])`, `spawn('curl', ['-H', 'Authorization: ${R}'])`],
    ["spawn(process.execPath, ['it\\'s', `a b`])", "spawn(process.execPath, ['it\\'s', `a b`])"],
    [
      "if (token === undefined) throw new Error('no token');",
      "if (token === undefined) throw new Error('no token');",
    ],
  ])('%j', (line, expected) => {
    expect(redactSource(line)).toBe(expected);
  });
});
