// Counts the habits that make sentences hard to read, in documents and in other texts: comments, names of tests, messages.

const habits = [
    ['sentences that begin with who, what, whoever, whatever', /(?:^|[.;:] )(?:Who|What|Whom|Which|Whose|Whoever|Whatever) [^.?;:]*(?=[.;:]|$)/gm],
    ['whoever, whatever, whom', /\b(?:whoever|whatever|whom)\b/gi],
    ['nobody, somebody, anybody, everybody', /\b(?:no|some|any|every)body\b/gi],
    ['"is no", "are no", "is none" (not: "there is no", "is no longer")', /(?<!there )\b(?:is|are|be) (?:no(?! longer\b)|none)\b/gi],
    ['shall, dear, mend, beside, behind, by now, for good, blanks, whole', /\b(?:shall|dear|mend(?:ed|s)?|beside|behind|by now|for good|blanks?|whole)\b/gi],
    ['rail, guard, trip, stranger, of ours, not ours', /\b(?:rails?|guards?|trips?|strangers?|of ours|not ours)\b/gi],
    ['says, said, wants, believes (of a service or a file)', /\b(?:says|is said|wants|believes?d?)\b/gi],
    ['under way, at hand, goes on, held against, spoken for', /\b(?:under way|at hand|goes on|held against|spoken for)\b/gi],
];

const sentences = text => text.replace(/\s+/g, ' ').split(/(?<=[.?!:]) (?=[A-Z*`])/);
const prose = text => text.replace(/^ {4}.*$/gm, '').replace(/^\|.*$/gm, '');
const occurrences = (texts, pattern) => texts.reduce((sum, {text}) => sum + [...text.matchAll(pattern)].length, 0);

export function count(documents, others) {
    const lengths = documents.flatMap(({text}) => prose(text).split(/\n\s*\n/).flatMap(sentences)).map(sentence => sentence.split(' ').length);
    const rows = habits.map(([name, pattern]) => [name, occurrences(documents, pattern), occurrences(others, pattern)]);
    rows.push(['sentences of more than 30 words', lengths.filter(length => length > 30).length, '-']);
    rows.push(['sentences of more than 25 words', lengths.filter(length => length > 25).length, '-']);
    rows.push(['sentences', lengths.length, '-']);
    return ['habit | documents | comments, test names, messages', ...rows.map(row => row.join(' | '))].join('\n');
}
