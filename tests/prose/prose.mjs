// Plain English: words to avoid, sentences that are too long or have no subject, and in documents dead links. textlint does the work; its
// rules get the texts that sources.mjs finds.
//
//   node tests/prose/prose.mjs                  the tree; one line for each finding, and status 1 if there is any
//   node tests/prose/prose.mjs --documents      the documents only; --others: the comments, names of tests and messages only
//   node tests/prose/prose.mjs --words FILE...  only the words, in these files
//   node tests/prose/prose.mjs --count [TREE]   how often each habit is there, without a judgment

import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {TextlintKernel} from '@textlint/kernel';
import {count} from './count.mjs';
import {documents, otherTexts} from './sources.mjs';

const require = createRequire(import.meta.url);
const moduleOf = name => {
    const loaded = require(name);
    return loaded.default ?? loaded;
};
const here = dirname(fileURLToPath(import.meta.url));
const kMaxWords = 30;

const plugins = [
    {pluginId: 'markdown', plugin: moduleOf('@textlint/textlint-plugin-markdown'), options: {extensions: ['.markdown']}},
    {pluginId: 'text', plugin: moduleOf('@textlint/textlint-plugin-text'), options: {extensions: ['.text']}},
];

/// The words to avoid as textlint-rule-terminology takes them; those with "in" only there.
const wordRule = where => ({
    ruleId: 'words',
    rule: moduleOf('textlint-rule-terminology'),
    options: {
        defaultTerms: false,
        terms: JSON.parse(readFileSync(join(here, 'terms.json'), 'utf8'))
            .filter(term => term.in === undefined || term.in === where)
            .map(({avoid, use}) => [`(?<![-\\w])(?:${avoid})(?![-\\w])`, use]),
    },
});

/// A sentence that begins with a relative word and is not a question has no subject that a reader can see at once.
const subjectRule = ({Syntax, RuleError, report, getSource}) => ({
    [Syntax.Str](node) {
        for (const match of getSource(node).matchAll(/(?:^|[.;:] )((?:Who|What|Whom|Which|Whose) [^.?;:]*)(?=[.;:]|$)/g)) {
            report(node, new RuleError(`a sentence begins with "${match[1].slice(0, 20)}"; give it a noun as its subject`, {index: match.index}));
        }
    },
});

/// Words of a sentence, or of a part that ends with a semicolon, across the lines of a paragraph; code is one word.
const lengthRule = ({Syntax, RuleError, report, getSource}) => ({
    [Syntax.Paragraph](node) {
        const text = getSource(node).replaceAll(/``?[^`]*``?|<https?:[^>]*>|\]\([^)]*\)/g, code => 'c'.repeat(code.length))
            .replaceAll(/\n[ >]*/g, gap => ' '.repeat(gap.length));
        let begin = 0;
        for (const sentence of text.split(/(?<=;)\s+|(?<=[.?!:][)*_]*)\s+(?=[("*_]*[A-Zc“\d])/)) {
            const words = sentence.split(/\s+/).filter(word => /\w/.test(word)).length;
            if (words > kMaxWords) {
                report(node, new RuleError(`a sentence has ${words} words; at most ${kMaxWords} can be read at once`, {index: text.indexOf(sentence, begin)}));
            }
            begin = text.indexOf(sentence, begin) + sentence.length;
        }
    },
});

const documentRules = [
    wordRule('documents'),
    {ruleId: 'subject', rule: subjectRule},
    {ruleId: 'length', rule: lengthRule},
    {ruleId: 'links', rule: moduleOf('textlint-rule-no-dead-link'), options: {checkRelative: true, ignore: ['http://**', 'https://**', '#**']}},
];

const otherRules = [
    wordRule('comments'),
    {ruleId: 'subject', rule: subjectRule},
    {ruleId: 'length', rule: lengthRule},
];

const kernel = new TextlintKernel();

async function findings({file, line, text, kind}, root, rules) {
    const {messages} = await kernel.lintText(text, {filePath: resolve(root, file), ext: `.${kind}`, plugins, rules});
    return messages.map(message => {
        const excerpt = text.slice(message.range[0], message.range[0] + 60).replaceAll('\n', ' ');
        const where = kind === 'text' ? line : line === 0 ? '' : message.loc.start.line;
        return `${file}:${where}: ${message.message} (${excerpt}...)`;
    });
}

async function check(texts, root, rules) {
    const all = [];
    for (const text of texts) {
        all.push(...await findings(text, root, rules));
    }
    return all;
}

const [mode, ...rest] = process.argv.slice(2);
if (mode === '--count') {
    const root = resolve(rest[0] ?? join(here, '../..'));
    console.log(count(documents(root), otherTexts(root)));
} else {
    const root = resolve(here, '../..');
    const found = mode === '--words'
        ? await check(rest.map(file => ({file, line: 1, text: readFileSync(file, 'utf8'), kind: 'text'})), '.', [wordRule('documents')])
        : mode === '--others' ? [] : await check(documents(root), root, documentRules);
    if (mode === undefined || mode === '--others') {
        found.push(...await check(otherTexts(root), root, otherRules));
    }
    found.forEach(line => console.log(line));
    process.exitCode = found.length === 0 ? 0 : 1;
}
