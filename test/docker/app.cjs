// What runs in the containers of these tests: an HTTP server whose behaviour its environment decides.
const http = require('node:http');

const { MODE = 'serve', PORT = '3000', HOST = '0.0.0.0', VERSION = 'none' } = process.env;
const answer = (response, status, body, headers = {}) => {
  response.writeHead(status, { 'content-type': 'text/plain', ...headers });
  response.end(body);
};

if (MODE !== 'ignore-term') process.on('SIGTERM', () => process.exit(0));
else process.on('SIGTERM', () => console.log('ignored'));

console.log(`begins as ${VERSION}`);
for (const name of (process.env.PRINT ?? '').split(',').filter(Boolean))
  console.log(`${name} is ${process.env[name]}`);
if (MODE === 'crash') {
  console.error('cannot connect to the database');
  process.exit(3);
}
if (MODE === 'memory') {
  const kept = [];
  setInterval(() => kept.push(Buffer.alloc(16 * 1024 * 1024, 1)), 10);
}
if (MODE === 'flood') {
  const line = `${'x'.repeat(1000)}\n`;
  const pour = () => {
    while (process.stdout.write(line.repeat(64)));
    process.stdout.once('drain', pour);
  };
  setTimeout(pour, 500);
}

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://app');
  if (url.pathname === '/env') return answer(response, 200, JSON.stringify(process.env));
  if (url.pathname === '/headers')
    return answer(response, 200, JSON.stringify(request.headers), {
      'set-cookie': [`own=1`, `${url.searchParams.get('cookie') ?? 'other'}=stolen; Path=/`],
    });
  if (url.pathname === '/slow')
    return void setTimeout(() => answer(response, 200, VERSION), Number(url.searchParams.get('ms')));
  if (url.pathname === '/end') process.exit(Number(url.searchParams.get('code')));
  answer(response, MODE === 'error' ? 500 : 200, VERSION);
});
server.on('upgrade', (_, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  socket.on('data', (data) => socket.write(data));
  socket.on('end', () => socket.end());
  socket.on('error', () => undefined);
});
server.keepAliveTimeout = 60_000;
if (MODE !== 'silent') setTimeout(() => server.listen(Number(PORT), HOST), Number(process.env.WAIT_MS ?? 0));
else setInterval(() => undefined, 1000);
