// "Why open a second connection? The child can use ours." It is handed over by its number, as fork tutorials do.
const { spawn } = require('node:child_process');
const { Client } = require('pg');

(async () => {
  const client = new Client();
  client.on('error', ({ message }) => console.log('then:', message));
  await client.connect();

  const report = client.query('select pg_sleep(1.5)'); // something that takes a while
  const connection = client.connection.stream._handle.fd;
  spawn(process.execPath, [`${__dirname}/audit.js`], { stdio: ['ignore', 'inherit', 'inherit', connection] });
  const balance = client.query("select 'the balance is 100' as answer");
  await report;
  const { rows } = await balance;
  console.log('asked for the balance, got:', rows[0].answer);
  process.exit();
})();
