// The programs that judge a mutant, linked from the build `dev` with one object exchanged.
//
// `dev` compiles several files of a directory together. Here each source of the mutated directories is compiled alone, with the options of `dev`
// and without warnings: a mutant then costs the compilation of one file and a link. The objects are in build/mutate and are compiled again if
// their source or any header has changed.

import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {hash} from './mutants.mjs';

// Library of CMake -> its directory in common/.
const kLibraries = {record: 'record', plan: 'plan', unchanged: 'plan/unchanged', apply: 'apply'};

const filesIn = (folder, ending) => readdirSync(folder).filter(name => name.endsWith(ending)).sort().map(name => join(folder, name));

export class Programs {
    constructor(root) {
        this.build = join(root, 'build/dev');
        this.folder = join(root, 'build/mutate');
        this.commands = JSON.parse(readFileSync(join(this.build, 'compile_commands.json'), 'utf8'));
        this.sources = {};
        for (const [library, folder] of Object.entries(kLibraries)) {
            this.sources[library] = filesIn(join(root, 'common', folder), '.cpp');
        }
        const headers = readdirSync(join(root, 'common'), {recursive: true}).filter(name => name.endsWith('.hpp')).sort();
        this.headers = hash(headers.map(name => readFileSync(join(root, 'common', name), 'utf8')).join('\n'));
        mkdirSync(join(this.folder, 'mutant'), {recursive: true});
    }

    /// Compiles `source`, which belongs to `library`. Returns whether it compiles.
    compile(library, source, object) {
        const {command} = this.commands.find(({command: one}) => one.includes(`/${library}.dir/`));
        const words = command.replaceAll('\\"', '"').split(' ').filter(word => word !== '-Werror');
        words.splice(words.indexOf('-o'), words.length, '-w', '-o', object, '-c', source);
        return spawnSync(words[0], words.slice(1), {cwd: this.build, stdio: 'ignore'}).status === 0;
    }

    objectOf(source) {
        return join(this.folder, `${basename(dirname(source))}-${basename(source, '.cpp')}.o`);
    }

    compileAll() {
        for (const [library, sources] of Object.entries(this.sources)) {
            for (const source of sources) {
                const object = this.objectOf(source);
                const state = hash(this.headers + readFileSync(source, 'utf8'));
                if (existsSync(object) && existsSync(`${object}.state`) && readFileSync(`${object}.state`, 'utf8') === state) {
                    continue;
                }
                if (!this.compile(library, source, `${object}.new`)) {
                    throw new Error(`${source} does not compile`);
                }
                renameSync(`${object}.new`, object);
                writeFileSync(`${object}.state`, state);
            }
        }
    }

    /// Compiles a mutant of `source`. Returns whether it compiles.
    exchange(source, text) {
        const library = Object.keys(this.sources).find(name => this.sources[name].includes(source));
        const copy = join(this.folder, 'mutant', basename(source));
        writeFileSync(copy, text);
        this.exchanged = {source, object: copy.replace(/cpp$/, 'o')};
        return this.compile(library, copy, this.exchanged.object);
    }

    /// Links a program of the build, with the mutant if there is one. Returns its path.
    link(program) {
        const line = execFileSync('ninja', ['-C', this.build, '-t', 'commands', program], {encoding: 'utf8', maxBuffer: 1 << 28}).trimEnd().split('\n').at(-1);
        const words = line.split(' && ').find(part => part.includes(` -o `)).trim().split(/\s+/);
        const isOurs = word => Object.keys(kLibraries).find(name => word === `common/lib${name}.a`);
        const objects = words.filter(isOurs).flatMap(word => this.sources[isOurs(word)])
            .map(source => (source === this.exchanged?.source ? this.exchanged.object : this.objectOf(source)));
        const path = join(this.folder, 'mutant', basename(program));
        const rest = words.filter(word => !isOurs(word));
        rest.splice(rest.indexOf('-o'), 2, ...new Set(objects), '-o', path);
        const linker = existsSync('/usr/bin/ld.lld') ? ['-fuse-ld=lld'] : [];  // three times as fast, where it is installed
        execFileSync(rest[0], [...linker, ...rest.slice(1)], {cwd: this.build, stdio: ['ignore', 'ignore', 'inherit']});
        return path;
    }
}
