// Tokens of a C++ source, without comments and lines of the preprocessor: {text, begin, end, kind, partner}. `kind` is word, number, text or
// sign. `partner` of a bracket is the index of the bracket that closes or opens it.

const kPattern = new RegExp(
    [
        String.raw`(?<skipped>\s+|//[^\n]*|/\*[\s\S]*?\*/|^[ \t]*#(?:\\\n|[^\n])*)`,
        String.raw`(?<text>(?:u8|[uUL])?R"(?<fence>[^(]*)\([\s\S]*?\)\k<fence>"|(?:u8|[uUL])?"(?:\\.|[^"\\])*"|(?:u8|[uUL])?'(?:\\.|[^'\\])*')`,
        String.raw`(?<number>\d(?:'?[\w.])*)`,
        String.raw`(?<word>[A-Za-z_]\w*)`,
        String.raw`(?<sign><=>|->\*?|::|\+\+|--|&&|\|\||[-+*/%&|^=!<>]=|[^\w\s])`,
    ].join('|'),
    'gmy',
);

const kOpening = new Set(['(', '{', '[']);
const kClosing = new Set([')', '}', ']']);

export function tokensOf(source) {
    const tokens = [];
    for (const match of source.matchAll(kPattern)) {
        const kind = ['text', 'number', 'word', 'sign'].find(name => match.groups[name] !== undefined);
        if (kind !== undefined) {
            tokens.push({text: match[0], begin: match.index, end: match.index + match[0].length, kind});
        }
    }
    const open = [];
    for (const [at, token] of tokens.entries()) {
        if (kOpening.has(token.text)) {
            open.push(at);
        } else if (kClosing.has(token.text)) {
            token.partner = open.pop();
            tokens[token.partner].partner = at;
        }
    }
    return tokens;
}

/// The parts of tokens [begin, end) between signs `separator` that are outside of brackets, as [begin, end) pairs.
export function split(tokens, begin, end, separator) {
    const parts = [];
    let start = begin;
    for (let at = begin; at < end; ++at) {
        if (kOpening.has(tokens[at].text)) {
            at = tokens[at].partner;
        } else if (tokens[at].text === separator) {
            parts.push([start, at]);
            start = at + 1;
        }
    }
    return [...parts, [start, end]];
}
