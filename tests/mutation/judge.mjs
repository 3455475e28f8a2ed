// Runs the tests on a mutant, likely killers first, until one fails.

import {spawnSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {dirname, join} from 'node:path';

// Directory of a mutant -> directories above it in the picture of ARCHITECTURE.md that have unit tests.
const kAbove = {
    'plan/unchanged': ['plan', 'apply'],
    plan: ['plan/unchanged', 'apply'],
    record: ['plan', 'plan/unchanged', 'apply', 'scim', 'activate'],
    apply: [],
};
const kCasesAtOnce = 25;
const kSlow = '[#plan_property_test]';
const kSeconds = {processor: 40, clock: 200};  // a test that needs more does not end

export class Judge {
    constructor(root, programs) {
        this.root = root;
        this.programs = programs;
        this.cases = readdirSync(join(root, 'tests/golden/scim-diff')).sort().map(name => `tests/golden/scim-diff/${name}`);
    }

    /// Runs a command. Returns null if it succeeds, and otherwise {timeout, output}.
    run(command, environment) {
        const limited = ['-c', `ulimit -t ${kSeconds.processor} -v 4000000; exec timeout ${kSeconds.clock} "$@"`, 'bash', ...command];
        const {status, signal, stdout} = spawnSync('bash', limited,
            {cwd: this.root, encoding: 'utf8', env: {...process.env, ...environment}, stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28});
        return status === 0 ? null : {timeout: signal === 'SIGXCPU' || [124, 137, 152].includes(status), output: stdout ?? ''};
    }

    unit(folders) {
        const tests = folders.flatMap(folder => readdirSync(join(this.root, 'tests/unit', folder)).filter(name => name.endsWith('.cpp')));
        const run = tags => this.run([join(this.programs.folder, 'mutant/unit_tests'), '--abort', '-#', '-r', 'compact', tags]);
        const tags = tests.map(name => `[#${name.slice(0, -4)}]`);
        const [slow, quick] = [tags.filter(tag => tag === kSlow), tags.filter(tag => tag !== kSlow)];
        return (quick.length > 0 ? run(quick.join()) : null) ?? (slow.length > 0 ? run(slow.join()) : null);
    }

    golden() {
        this.programs.link('scim-diff');
        for (let at = 0; at < this.cases.length; at += kCasesAtOnce) {
            const failure = this.run(['tests/golden/run.sh', ...this.cases.slice(at, at + kCasesAtOnce)], {BIN: join(this.programs.folder, 'mutant')});
            if (failure !== null) {
                const killer = /^--- (\S+)\/\w+\s/m.exec(failure.output)?.[1];
                this.cases.sort((one, other) => (other === killer) - (one === killer));  // it may kill the next one
                return {...failure, place: killer};
            }
        }
        return null;
    }

    // The law with 10,000 users needs most of the time of all laws, and is the same law as with fewer.
    laws() {
        const program = this.programs.link('law_tests');
        return this.run([program, '--abort', '-r', 'compact', '~*in organizations of 10,000 users'], {LAW_CASES: process.env.LAW_CASES ?? '20'});
    }

    /// Judges the mutant that is exchanged. Returns {verdict, layer, test}: `verdict` is killed, timeout or survived.
    judge(folder) {
        this.programs.link('unit_tests');
        const layers = {unit: () => this.unit([folder]), 'unit above': () => this.unit(kAbove[folder])};
        if (folder !== 'apply') {
            layers.golden = () => this.golden();
        }
        layers.laws = () => this.laws();
        for (const [layer, test] of Object.entries(layers)) {
            const failure = test();
            if (failure !== null) {
                const test = failure.place ?? /(\S+_test\.cpp:\d+): failed/.exec(failure.output)?.[1] ?? '';
                return {verdict: failure.timeout ? 'timeout' : 'killed', layer, test};
            }
        }
        return {verdict: 'survived', layer: '', test: ''};
    }
}

/// plan/unchanged for common/plan/unchanged/filter.cpp.
export const folderOf = file => dirname(file).replace(/^common\//, '');
