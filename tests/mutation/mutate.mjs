// Chooses mutants, judges each, and prints the survivors and a table. scripts/mutate.sh has the options.

import {appendFileSync, existsSync, readFileSync, readdirSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {Judge, folderOf} from './judge.mjs';
import {apply, hash, mutantsOf} from './mutants.mjs';
import {Programs} from './programs.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const kTests = ['tests/unit/record', 'tests/unit/plan', 'tests/unit/apply', 'tests/unit/activate', 'tests/unit/scim', 'tests/laws', 'tests/golden', 'tests/support'];

const options = {mutants: 300, seed: '1', only: '', list: false, percent: 95};
const words = process.argv.slice(2);
while (words.length > 0) {
    const name = words.shift().slice(2);
    options[name] = name === 'list' ? true : words.shift();
}

/// The mutants of a file in the order in which they are chosen: one of each line, then a second one of each line, and so on.
function candidates(file) {
    const source = readFileSync(join(root, file), 'utf8');
    const used = new Map();
    const sorted = mutantsOf(file, source).map(mutant => ({...mutant, source, order: hash(options.seed + mutant.id)}))
        .sort((one, other) => (one.order < other.order ? -1 : 1));
    for (const mutant of sorted) {
        mutant.round = used.get(mutant.line) ?? 0;
        used.set(mutant.line, mutant.round + 1);
    }
    return {file, lines: source.split('\n').length, taken: 0, mutants: sorted.sort((one, other) => one.round - other.round)};
}

/// The next mutant: the files take turns, each in proportion to its lines. `taken` counts those that compile.
function next(files) {
    const open = files.filter(({mutants}) => mutants.length > 0);
    const share = ({taken, lines}) => (taken + 1) / lines;
    const file = open.reduce((best, one) => (best === undefined || share(one) < share(best) ? one : best), undefined);
    return file === undefined ? undefined : {file, mutant: file.mutants.shift()};
}

/// Blocks of tests/mutation/equivalents.txt: file and kind, the line, the line of the mutant, and the reason.
function equivalents() {
    const blocks = readFileSync(join(root, 'tests/mutation/equivalents.txt'), 'utf8').split(/\n\s*\n/).filter(block => !block.startsWith('#'));
    return new Set(blocks.map(block => block.trim().split('\n').slice(0, 3).map(line => line.replace(/^\s*[-+] ?/, '').trim()).join('\n')));
}

const keyOf = mutant => [`${mutant.file}: ${mutant.kind}`, mutant.before, mutant.after].join('\n').trim();
const show = mutant => `${mutant.file}:${mutant.line}: ${mutant.kind}\n    - ${mutant.before}\n    + ${mutant.after}`;

const files = readdirSync(join(root, 'common'), {recursive: true})
    .filter(name => /^(plan|record|apply)\/.*\.cpp$/.test(name)).sort().map(name => candidates(`common/${name}`));
const [onlyFile, onlyLine] = options.only.split(':');
const isWanted = mutant => options.only === '' ||
    (mutant.id === options.only || mutant.file === onlyFile) && (onlyLine === undefined || mutant.line === Number(onlyLine));
for (const file of files) {
    file.mutants = file.mutants.filter(isWanted);
}
const number = options.only === '' ? Number(options.mutants) : Infinity;

if (options.list) {
    for (let count = 0, one; count < number && (one = next(files)) !== undefined; ++count) {
        ++one.file.taken;
        console.log(show(one.mutant));
    }
    process.exit(0);
}

const programs = new Programs(root);
programs.compileAll();
const judge = new Judge(root, programs);
const testsHash = hash(kTests.flatMap(folder => readdirSync(join(root, folder), {recursive: true, withFileTypes: true})
    .filter(entry => entry.isFile()).map(entry => join(entry.parentPath ?? entry.path, entry.name)).sort()).map(file => readFileSync(file)).join('\n'));
const journal = join(programs.folder, 'judged.jsonl');
const judged = new Map(!existsSync(journal) ? [] : readFileSync(journal, 'utf8').split('\n').filter(Boolean).map(JSON.parse).map(entry => [entry.id, entry]));

// Killed once is killed; a survivor is judged again after a change of the tests.
function verdictOf(mutant) {
    const source = hash(mutant.source);
    const known = judged.get(mutant.id);
    if (known?.source === source && (known.verdict !== 'survived' || known.tests === testsHash)) {
        return known;
    }
    const begin = Date.now();
    const isCompiled = programs.exchange(join(root, mutant.file), apply(mutant.source, mutant));
    const verdict = isCompiled ? judge.judge(folderOf(mutant.file)) : {verdict: 'not compiled'};
    const entry = {id: mutant.id, file: mutant.file, line: mutant.line, kind: mutant.kind, before: mutant.before, after: mutant.after, ...verdict,
        seconds: (Date.now() - begin) / 1000, source, tests: testsHash};
    appendFileSync(journal, `${JSON.stringify(entry)}\n`);
    return entry;
}

const untouched = judge.judge('record');  // runs everything
if (untouched.verdict !== 'survived') {
    console.error(`mutate.sh: without a mutant, a test fails or does not end: ${untouched.layer} ${untouched.test}`);
    process.exit(70);
}

const known = equivalents();
const results = [];
for (let one; results.length < number && (one = next(files)) !== undefined;) {
    const {verdict, layer, test, seconds} = verdictOf(one.mutant);
    if (verdict === 'not compiled') {
        continue;
    }
    ++one.file.taken;
    const isEquivalent = verdict === 'survived' && known.has(keyOf(one.mutant));
    results.push({...one.mutant, verdict: isEquivalent ? 'equivalent' : verdict, layer});
    console.error(`${results.length} ${one.mutant.id} ${isEquivalent ? 'equivalent' : verdict} ${layer} ${test} ${seconds} s`);
    if (verdict === 'survived' && !isEquivalent) {
        console.log(show(one.mutant));
    }
}

const kColumns = ['mutants', 'killed', 'unit', 'unit above', 'golden', 'laws', 'timeout', 'equivalent', 'survived'];
const countOf = {
    mutants: () => true,
    killed: ({verdict}) => verdict === 'killed' || verdict === 'timeout',
    timeout: ({verdict}) => verdict === 'timeout',
    equivalent: ({verdict}) => verdict === 'equivalent',
    survived: ({verdict}) => verdict === 'survived',
};
const row = (name, some) => name.padEnd(16) + kColumns.map(column =>
    String(some.filter(countOf[column] ?? (({layer}) => layer === column)).length).padStart(column.length + 2)).join('');
console.log(`\n${'directory'.padEnd(16)}${kColumns.map(column => `  ${column}`).join('')}`);
for (const folder of new Set(files.map(({file}) => folderOf(file)))) {
    console.log(row(folder, results.filter(({file}) => folderOf(file) === folder)));
}
console.log(row('all', results));
const killed = results.filter(countOf.killed).length;
const percent = 100 * killed / (results.length - results.filter(countOf.equivalent).length);
console.log(`${percent.toFixed(1)} % of the mutants that are not equivalent are killed; at least ${options.percent} % are required`);
process.exit(percent >= options.percent ? 0 : 1);
