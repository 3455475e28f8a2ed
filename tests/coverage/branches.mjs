// Branches that no test takes, from the JSON of `llvm-cov export` on standard input. scripts/coverage.sh describes the result.
//
//   llvm-cov export ... | node tests/coverage/branches.mjs
//
// A branch is one outcome of one condition: `a && b` has four. Code that is compiled several times (templates, inline functions of a header)
// has taken a branch if one of its copies has.

import {readFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const kRequired = {plan: 100, 'plan/unchanged': 100, record: 100};
const kRequiredElsewhere = 90;

/// Blocks of uncovered.txt: file and outcome, the line, and the reason. It is the reason of all conditions of the line.
function listed() {
    const blocks = readFileSync(join(root, 'tests/coverage/uncovered.txt'), 'utf8').split(/\n\s*\n/).filter(block => /^[^#\s]/.test(block));
    return new Map(blocks.map(block => [block.trim().split('\n').slice(0, 2).map(line => line.trim()).join('\n'), block]));
}

function branchesOf(file, functions, source) {
    const counts = new Map();
    for (const {branches, filenames} of functions) {
        for (const [line, column, lastLine, lastColumn, taken, notTaken, fileId] of branches) {
            if (filenames[fileId] !== file) {
                continue;
            }
            const key = [line, column, lastLine, lastColumn].join();
            const known = counts.get(key) ?? {line, column, lastLine, lastColumn, never: [0, 0]};
            known.never = [known.never[0] + taken, known.never[1] + notTaken];
            counts.set(key, known);
        }
    }
    return [...counts.values()].sort((a, b) => a.line - b.line || a.column - b.column).flatMap(({line, column, lastLine, lastColumn, never}) => {
        const text = line === lastLine ? source[line - 1].slice(column - 1, lastColumn - 1) : `${source[line - 1].slice(column - 1)} ...`;
        return ['true', 'false'].map((outcome, side) => ({file, line, text, outcome, isTaken: never[side] > 0,
            key: `${file}: never ${outcome}\n${source[line - 1].trim()}`}));
    });
}

const {data: [{functions}]} = JSON.parse(readFileSync(0, 'utf8'));
const byFile = new Map();
for (const one of functions) {
    one.filenames = one.filenames.map(name => name.replace(/^.*?(?=(common|tools)\/)/, ''));
    for (const name of one.filenames.filter(file => /^(common|tools)\//.test(file))) {
        byFile.set(name, [...byFile.get(name) ?? [], one]);
    }
}

const reasons = listed();
const folders = new Map();
const used = new Set();
for (const [file, itsFunctions] of [...byFile].sort()) {
    const source = readFileSync(join(root, file), 'utf8').split('\n');
    const folder = dirname(file).replace(/^common\//, '');
    const row = folders.get(folder) ?? {all: 0, taken: 0, listed: 0};
    folders.set(folder, row);
    for (const branch of branchesOf(file, itsFunctions, source)) {
        ++row.all;
        row.taken += branch.isTaken ? 1 : 0;
        if (!branch.isTaken && reasons.has(branch.key)) {
            ++row.listed;
            used.add(branch.key);
        } else if (!branch.isTaken) {
            console.log(`${branch.file}:${branch.line}: never ${branch.outcome}: ${branch.text.trim()}`);
        }
    }
}

console.log(`\n${'directory'.padEnd(16)} branches    taken   listed  percent required`);
let status = 0;
for (const [folder, {all, taken, listed: known}] of [...folders].sort()) {
    const percent = all === 0 ? 100 : 100 * (taken + known) / all;
    const required = kRequired[folder] ?? kRequiredElsewhere;
    status = percent < required ? 1 : status;
    console.log(`${folder.padEnd(16)} ${[all, taken, known, percent.toFixed(1), required].map(value => String(value).padStart(8)).join(' ')}`);
}
for (const key of reasons.keys()) {
    if (!used.has(key)) {
        console.log(`tests/coverage/uncovered.txt: taken by now, or changed: ${key.replaceAll('\n', ' | ')}`);
        status = 1;
    }
}
process.exitCode = status;
