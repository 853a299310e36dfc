// The child gets the address and opens a connection of its own.
const { spawn } = require('node:child_process');
const mysql = require('mysql2/promise');

const connect = () =>
  mysql.createConnection({ host: '127.0.0.1', port: process.env.MYSQL_PORT, user: 'example' });

(async () => {
  const client = await connect();
  if (process.argv[2] === 'audit') {
    await client.query("select 'audit'");
    await client.end();
    return;
  }
  const report = client.query('select sleep(1.5)');
  const child = spawn(process.execPath, [__filename, 'audit'], { stdio: ['ignore', 'inherit', 'inherit'] });
  await report;

  const [rows] = await client.query("select 'the balance is 100' as answer");
  console.log('asked for the balance, got:', rows[0].answer);
  await client.end();
  await new Promise((resolve) => child.on('close', resolve));
})();
