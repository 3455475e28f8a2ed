// Serves one file as text, read again for each request: the metrics of a run, for Prometheus.
//
//   node serve-file.mjs FILE
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';

const [file] = process.argv.slice(2);
const server = createServer((request, response) => response.setHeader('Content-Type', 'text/plain; version=0.0.4').end(readFileSync(file)));
server.listen(0, '127.0.0.1', () => console.log(`ready http://127.0.0.1:${server.address().port}`));
