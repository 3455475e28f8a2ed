// Reads metrics in the Prometheus text format and prints them as JSON; fails if they are invalid.

import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';

const parser = createRequire(import.meta.url)('parse-prometheus-text-format');
console.log(JSON.stringify((parser.default ?? parser)(readFileSync(0, 'utf8'))));
