// The texts of the tree: documents, and other texts, which are comments, names of tests and messages.
//
// A text is {file, line, text, kind}: `line` is the line of the file where `text` begins, `kind` is markdown or text.

import {execFileSync} from 'node:child_process';
import {readFileSync, readdirSync} from 'node:fs';
import {join} from 'node:path';

const kSkipped = /(^|\/)(node_modules|build|golden|corpus|\.git)(\/|$)/;

export const filesOf = root =>
    readdirSync(root, {recursive: true, withFileTypes: true})
        .filter(entry => entry.isFile())
        .map(entry => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
        .filter(file => !kSkipped.test(file))
        .sort();

/// Consecutive lines that match `pattern`, joined: one text for each paragraph of comments. Group 1 of `pattern` is the text. A comment after
/// code begins a text, which comments in the same column continue. Indented lines are commands or drawings.
function paragraphs(file, lines, pattern, isSetting) {
    const found = [];
    let open = null;
    let column = 0;
    lines.forEach((line, index) => {
        const match = pattern.exec(line);
        const text = match && !isSetting?.test(line) && !/^ {2}/.test(match[1]) ? match[1].trim() : '';
        const begin = match ? match[0].length - match[0].trimStart().length + match.index : 0;
        if (text === '') {
            open = null;
        } else if (open === null || begin !== column || line.slice(0, begin).trim() !== '') {
            found.push(open = {file, line: index + 1, text, kind: 'text'});
            column = begin;
        } else {
            open.text += ` ${text}`;
        }
    });
    return found;
}

/// The names of tests in bats, Catch2 and node. In C++ a name may be several literals, on lines of their own.
function testNames(file, lines) {
    return lines.flatMap((line, index) => {
        const match = /^\s*(?:@test|TEST_CASE\(|SECTION\(|test\()\s*(["'])(.*?[^\\])\1/.exec(line);
        const parts = match ? [match[2]] : [];
        if (/^\s*(?:TEST_CASE|SECTION)\((?:".*")?$/.test(line)) {
            for (const next of lines.slice(index + 1)) {
                const literal = /^\s*"(.*)"/.exec(next);
                if (literal === null) {
                    break;
                }
                parts.push(literal[1]);
            }
        }
        return parts.length > 0 ? [{file, line: index + 1, text: parts.join(''), kind: 'text'}] : [];
    });
}

const pageText = (root, file) =>
    execFileSync('mandoc', ['-T', 'markdown', join(root, file)], {encoding: 'utf8'}).replaceAll('&nbsp;', ' ');

const kPage = /^(tools|scripts)\/[a-z-]+\.[157]$/;
const kSettings = /^(env\.example|k8s\/.*\.(yaml|env|example))$/;

export function documents(root) {
    return filesOf(root).flatMap(file => {
        if (file.endsWith('.md')) {
            return [{file, line: 1, text: readFileSync(join(root, file), 'utf8'), kind: 'markdown'}];
        }
        if (kPage.test(file)) {
            return [{file, line: 0, text: pageText(root, file), kind: 'markdown'}];
        }
        if (kSettings.test(file)) {
            const lines = readFileSync(join(root, file), 'utf8').split('\n');
            return paragraphs(file, lines, /^\s*# ?(.*)/, /^#[A-Z0-9_]+=/);
        }
        return [];
    });
}

const kSlashes = /\.(cpp|hpp|c|mjs)$/;
const kHashes = /(\.(bash|bats|sh|jq|awk|cmake)|CMakeLists\.txt|Dockerfile|^scripts\/[a-z-]+|^\.ci\/run)$/;
const kOurs = /^(common|tools|scripts|tests|\.ci)\/|^(CMakeLists\.txt|Dockerfile)$/;

/// Comments and names of tests, and the list of messages.
export function otherTexts(root) {
    return filesOf(root).filter(file => kOurs.test(file) && !file.startsWith('tests/prose/')).flatMap(file => {
        const comment = kSlashes.test(file) ? /(?:^|\s)\/\/[/<!]*\s?(.*)/ : kHashes.test(file) ? /(?:^|\s)#(?!!)\s(.*)/ : null;
        if (comment === null && file !== 'tests/scripts/messages.txt') {
            return [];
        }
        const lines = readFileSync(join(root, file), 'utf8').split('\n');
        return comment === null ? lines.flatMap((line, index) => line.startsWith('    ') ? [{file, line: index + 1, text: line.trim(), kind: 'text'}] : [])
            : [...paragraphs(file, lines, comment), ...testNames(file, lines)];
    });
}
