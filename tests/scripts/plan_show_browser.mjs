// plan_show_browser.mjs DIRECTORY: opens page.html, hostile.html and large.html of DIRECTORY in headless Chromium, over its debugging pipe.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {existsSync, writeFileSync} from 'node:fs';

const directory = process.argv[2];
const browser = spawn('chromium', ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--no-proxy-server',
    '--disable-background-networking', '--remote-debugging-pipe', `--user-data-dir=${directory}/profile`], {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']});
process.on('exit', () => browser.kill('SIGKILL'));
const pending = new Map();
let events = [];
let received = '';
let last = 0;
browser.stdio[4].on('data', data => {
    const messages = (received + data).split('\0');
    received = messages.pop();
    for (const message of messages.map(text => JSON.parse(text))) {
        if (message.id) pending.get(message.id)(message);
        else events.push(message);
    }
});
const send = (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
    pending.set(++last, ({result, error}) => error ? reject(new Error(`${method}: ${error.message}`)) : resolve(result));
    browser.stdio[3].write(JSON.stringify({id: last, method, params, sessionId}) + '\0');
});

const {targetId} = await send('Target.createTarget', {url: 'about:blank'});
const {sessionId} = await send('Target.attachToTarget', {targetId, flatten: true});
const page = (method, params) => send(method, params, sessionId);
for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await page(`${domain}.enable`);

const run = async expression => {
    const {result, exceptionDetails} = await page('Runtime.evaluate', {expression, returnByValue: true, awaitPromise: true});
    assert.equal(exceptionDetails, undefined, JSON.stringify(exceptionDetails));
    return result.value;
};
const open = async name => {
    events = [];
    await page('Page.navigate', {url: `file://${directory}/${name}`});
    while (!events.some(({method}) => method === 'Page.loadEventFired')) await new Promise(resolve => setTimeout(resolve, 20));
    // No other file, no dialog, and nothing that the policy has stopped.
    const urls = events.filter(({method}) => method === 'Network.requestWillBeSent').map(({params}) => params.request.url);
    assert.deepEqual(urls, [`file://${directory}/${name}`]);
    const faults = events.filter(({method}) => ['Log.entryAdded', 'Page.javascriptDialogOpening', 'Runtime.exceptionThrown'].includes(method));
    assert.deepEqual(faults, []);
};
const visible = 'document.querySelectorAll("tr[class]:not([hidden])").length';
const type = text => run(`search.value = ${JSON.stringify(text)}; search.dispatchEvent(new Event("input")); new Promise(done => setTimeout(done, 300))`);

await open('page.html');
assert.equal(await run('getComputedStyle(document.querySelector(".p td")).color'), 'rgb(26, 127, 55)'); // the style is permitted
assert.equal(await run('filter.hidden'), false);
assert.equal(await run(visible), 5);
await type('ADA');
assert.equal(await run(visible), 2); // herself, and the group that she joins
await type('');
await run('document.querySelector("button.h").click()');
assert.equal(await run(visible), 1);
assert.equal(await run('filter.querySelector("output").textContent'), '1 of 5 changes');
await run('document.querySelector("button.h").click()');
assert.equal(await run(visible), 5);

const background = 'getComputedStyle(document.body).backgroundColor';
const light = await run(background);
await page('Emulation.setEmulatedMedia', {features: [{name: 'prefers-color-scheme', value: 'dark'}]});
assert.notEqual(await run(background), light);
await page('Emulation.setEmulatedMedia', {media: 'print', features: []});
assert.equal(await run('getComputedStyle(filter).display'), 'none');
await page('Emulation.setEmulatedMedia', {media: '', features: []});
assert.ok((await page('Page.printToPDF')).data.length > 10_000);

await open('hostile.html');
assert.equal(await run('document.scripts.length'), 1);
assert.equal(await run('document.querySelectorAll("a, img, iframe, form, link").length'), 0);
assert.ok((await run('document.body.innerText')).includes('<script>alert(1)</script>'));

const began = Date.now();
await open('large.html');
const loaded = Date.now() - began;
assert.equal(await run(visible), 10_000);
const took = await run('search.value = "user-777"; const began = performance.now(); apply(); document.body.offsetHeight; performance.now() - began');
assert.equal(await run(visible), 11);
console.log(`10,000 changes: loaded in ${loaded} ms, searched in ${Math.round(took)} ms`);
assert.ok(took < 3000);

await page('Emulation.setScriptExecutionDisabled', {value: true});
await open('page.html');
const {root} = await page('DOM.getDocument', {depth: -1});
const count = async selector => (await page('DOM.querySelectorAll', {nodeId: root.nodeId, selector})).nodeIds.length;
assert.equal(await count('tr[class]:not([hidden])'), 5);
assert.equal(await count('#filter[hidden]'), 1);
await page('Emulation.setScriptExecutionDisabled', {value: false});

if (existsSync(`${directory}/shown.html`)) {
    await page('Emulation.setDeviceMetricsOverride', {width: 1000, height: 700, deviceScaleFactor: 1, mobile: false});
    await open('shown.html');
    writeFileSync(`${directory}/shown.png`, Buffer.from((await page('Page.captureScreenshot', {format: 'png'})).data, 'base64'));
}
const exited = new Promise(resolve => browser.on('exit', resolve));
await send('Browser.close').catch(() => {});
await exited;
