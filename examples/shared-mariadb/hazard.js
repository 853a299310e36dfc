// The connection is handed to a child by its number, as fork tutorials do.
const { spawn } = require('node:child_process');
const mysql = require('mysql2/promise');

(async () => {
  const client = await mysql.createConnection({
    host: '127.0.0.1',
    port: process.env.MYSQL_PORT,
    user: 'example',
  });

  const report = client.query('select sleep(1.5)'); // something that takes a while
  const connection = client.connection.stream._handle.fd;
  spawn(process.execPath, [`${__dirname}/audit.js`], { stdio: ['ignore', 'inherit', 'inherit', connection] });
  const balance = client.query("select 'the balance is 100' as answer");
  await report;
  const [rows] = await balance;
  console.log('asked for the balance, got:', rows[0].answer);
  process.exit();
})();
