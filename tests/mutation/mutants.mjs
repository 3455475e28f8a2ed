// The mutants of a C++ source: each is the source with one small change that a test ought to notice.
//
// The source is read as tokens, not parsed. Some changes therefore do not compile, and the caller drops these. Left out are texts, comments,
// declarations, what is written to the log, and conditions that are evaluated by the compiler. Also left out are changes that cannot change a
// result: find and rfind that are compared with npos, and the order of the arguments of min and max.
//
// A mutant is {kind, begin, end, text}: `text` replaces the bytes [begin, end). `line` is the number of its line; `before` and `after` are this
// line in the source and in the mutant. They are the same when lines above are added, and so is `id`.

import {createHash} from 'node:crypto';
import {split, tokensOf} from './tokens.mjs';

// The replacements of operators. Binary operators have a space on both sides, as clang-format writes them; template brackets and pointers do not.
const kBinary = {
    '<': '<=', '>': '>=', '<=': '<', '>=': '>', '==': '!=', '!=': '==', '&&': '||', '||': '&&',
    '+': '-', '-': '+', '*': '+', '/': '*', '%': '*', '+=': '-=', '-=': '+=', '|=': '&=', '&=': '|=',
};
const kUnary = {'++': '--', '--': '++'};

// A word that is replaced by its counterpart.
const kWords = Object.fromEntries([
    ['true', 'false'], ['min', 'max'], ['begin', 'end'], ['front', 'back'], ['any_of', 'all_of'], ['find', 'rfind'], ['find_if', 'find_if_not'],
    ['starts_with', 'ends_with'], ['lower_bound', 'upper_bound'], ['find_first_of', 'find_first_not_of'], ['break', 'continue'],
].flatMap(([one, other]) => [[one, other], [other, one]]));
kWords.none_of = 'any_of';

const kNoStatement = new Set([
    'return', 'if', 'for', 'while', 'do', 'switch', 'case', 'default', 'using', 'const', 'auto', 'static', 'constexpr', 'struct', 'class', 'enum',
    'namespace', 'template', 'else', 'public', 'private', 'logging', 'throw', 'inline', 'typename', 'static_assert', 'explicit', 'operator',
]);

const kEmptyValue = /^(|0|true|false|nullptr|std::nullopt|\{.*)$/;

const isWord = token => token?.kind === 'word';

function* operators(source, tokens) {
    for (const [at, token] of tokens.entries()) {
        const [previous, next] = [tokens[at - 1], tokens[at + 1]];
        const isSpaced = /\s/.test(source[token.begin - 1]) && /\s/.test(source[token.end]);
        const joinsTexts = '+-'.includes(token.text) && [previous, next].some(side => side?.kind === 'text');
        if (token.kind !== 'sign' || previous?.text === 'template' || previous?.text === 'operator' || joinsTexts) {
            continue;
        }
        if (isSpaced && token.text in kBinary) {
            yield {kind: 'operator', begin: token.begin, end: token.end, text: kBinary[token.text]};
        } else if (token.text in kUnary) {
            yield {kind: 'operator', begin: token.begin, end: token.end, text: kUnary[token.text]};
        } else if (token.text === '!') {
            yield {kind: 'dropped negation', begin: token.begin, end: token.end, text: ''};
        }
    }
}

/// Whether a search, whose bracket opens at `at`, is only compared with npos: it does not matter then where it begins.
function isPresence(tokens, at) {
    const after = tokens[at]?.text === '(' ? tokens.slice(tokens[at].partner + 1, tokens[at].partner + 7).map(({text}) => text) : [];
    return ['==', '!='].includes(after[0]) && after.includes('npos');
}

function* words(source, tokens) {
    for (const [at, token] of tokens.entries()) {
        const next = tokens[at + 1]?.text;
        const isCalled = next === '(' || next === '<' || ['true', 'false', 'break', 'continue'].includes(token.text);
        const isSame = ['find', 'rfind'].includes(token.text) && isPresence(tokens, at + 1);
        if (isWord(token) && isCalled && !isSame && Object.hasOwn(kWords, token.text)) {
            yield {kind: 'counterpart', begin: token.begin, end: token.end, text: kWords[token.text]};
        } else if (token.kind === 'number' && /^\d+$/.test(token.text) && next !== '>') {
            yield {kind: 'constant', begin: token.begin, end: token.end, text: token.text === '1' ? '0' : String(Number(token.text) + 1)};
        }
    }
}

function* conditions(source, tokens) {
    for (const [at, token] of tokens.entries()) {
        if (!['if', 'while'].includes(token.text) || tokens[at + 1]?.text !== '(') {
            continue;
        }
        const [first, last] = split(tokens, at + 2, tokens[at + 1].partner, ';').at(-1);
        const texts = tokens.slice(first, last).map(({text}) => text);
        const isNegatedElsewhere = !texts.some(text => ['&&', '||'].includes(text)) &&
            (texts[0] === '!' || texts.some(text => ['==', '!='].includes(text)));
        if (last > first && !texts.includes('=') && !isNegatedElsewhere) {
            const [begin, end] = [tokens[first].begin, tokens[last - 1].end];
            yield {kind: 'negated condition', begin, end, text: `!(${source.slice(begin, end)})`};
        }
    }
}

function endOfStatement(tokens, at) {
    while (tokens[at].text !== ';') {
        at = tokens[at].partner > at ? tokens[at].partner + 1 : at + 1;
    }
    return at;
}

/// Whether the bracket at `end` closes the block of an `if` that other statements follow.
function isEarly(tokens, end) {
    const before = tokens[end].text === '}' ? tokens[tokens[end].partner - 1] : undefined;
    const isIf = before?.text === ')' && tokens[before.partner - 1]?.text === 'if';
    return isIf && !['}', 'else'].includes(tokens[end + 1]?.text);
}

/// Calls, assignments, jumps out of a loop, and returns that other statements follow.
function* statements(source, tokens) {
    for (const [at, token] of tokens.entries()) {
        if (!isWord(token) || ![';', '{', '}', ')'].includes(tokens[at - 1]?.text)) {
            continue;
        }
        let last = at;
        while (last < tokens.length && ![';', '{', '}'].includes(tokens[last].text)) {
            last = tokens[last].text in {'(': 0, '[': 0} ? tokens[last].partner + 1 : last + 1;
        }
        const body = tokens.slice(at, last);
        const isDeclaration = body.some((one, index) => isWord(one) && (isWord(body[index + 1]) || body[index + 1]?.text === '&'));
        const isCall = !kNoStatement.has(token.text) && !isDeclaration && body.length > 1 && tokens[last]?.text === ';';
        const isJump = ['break', 'continue'].includes(token.text);
        if (isCall || isJump) {
            yield {kind: 'dropped statement', begin: token.begin, end: body.at(-1).end, text: ''};
        }
        if (token.text !== 'return') {
            continue;
        }
        const end = endOfStatement(tokens, at);
        if (isEarly(tokens, end + 1)) {
            yield {kind: 'dropped return', begin: token.begin, end: tokens[end].begin, text: ''};
        }
        const value = tokens.slice(at + 1, end).map(({text}) => text).join('');
        if (!kEmptyValue.test(value)) {
            yield {kind: 'empty return', begin: tokens[at + 1].begin, end: tokens[end].begin, text: '{}'};
        }
    }
}

function* swappedArguments(source, tokens) {
    for (const [at, token] of tokens.entries()) {
        if (token.text !== '(' || !isWord(tokens[at - 1]) || kNoStatement.has(tokens[at - 1].text) || ['min', 'max'].includes(tokens[at - 1].text)) {
            continue;
        }
        const parts = split(tokens, at + 1, tokens[at].partner, ',');
        for (const [index, [first, middle]] of parts.slice(0, -1).entries()) {
            const [second, last] = parts[index + 1];
            const areTexts = [[first, middle], [second, last]].map(([from, to]) => to === from + 1 && tokens[from].kind === 'text');
            const isValue = tokens.slice(first, last).every((one, place, all) =>
                !['const', '{', ';', 'begin', 'end'].includes(one.text) && !(isWord(one) && (isWord(all[place + 1]) || all[place + 1]?.text === '&')));
            if (isValue && areTexts[0] === areTexts[1] && middle > first && last > second) {
                const [one, other] = [[first, middle], [second, last]].map(([from, to]) => source.slice(tokens[from].begin, tokens[to - 1].end));
                if (one !== other) {
                    yield {kind: 'swapped arguments', begin: tokens[first].begin, end: tokens[last - 1].end, text: `${other}, ${one}`};
                }
            }
        }
    }
}

export const apply = (source, mutant) => source.slice(0, mutant.begin) + mutant.text + source.slice(mutant.end);

const lineAt = (source, offset) => source.slice(source.lastIndexOf('\n', offset - 1) + 1).split('\n', 1)[0].trim();

export const hash = text => createHash('sha256').update(text).digest('hex');

export function mutantsOf(file, source) {
    const tokens = tokensOf(source);
    const found = [operators, words, conditions, statements, swappedArguments].flatMap(kind => [...kind(source, tokens)]);
    const seen = new Map();
    return found.sort((one, other) => one.begin - other.begin || one.end - other.end).map(mutant => {
        const before = lineAt(source, mutant.begin);
        const after = lineAt(apply(source, mutant), mutant.begin);
        const key = [file, mutant.kind, before, after].join('\n');
        seen.set(key, (seen.get(key) ?? 0) + 1);
        return {...mutant, file, before, after, line: source.slice(0, mutant.begin).split('\n').length, id: hash(`${key}\n${seen.get(key)}`).slice(0, 10)};
    });
}
