// The child gets the address and opens a connection of its own.
const { spawn } = require('node:child_process');
const { Client } = require('pg');

if (process.argv[2] === 'audit') {
  const client = new Client();
  client
    .connect()
    .then(() => client.query("select 'audit'"))
    .then(() => client.end());
} else {
  (async () => {
    const client = new Client();
    await client.connect();

    const report = client.query('select pg_sleep(1.5)');
    const child = spawn(process.execPath, [__filename, 'audit'], { stdio: ['ignore', 'inherit', 'inherit'] });
    await report;

    const { rows } = await client.query("select 'the balance is 100' as answer");
    console.log('asked for the balance, got:', rows[0].answer);
    await client.end();
    await new Promise((resolve) => child.on('close', resolve));
  })();
}
