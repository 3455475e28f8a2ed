// The manifests of k8s/: checks by two schema checkers, and checks that neither of them makes.
//
//   node --test tests/k8s/manifests.test.mjs
//
// kubernetes-models checks types, enumerations and quantities but accepts unknown fields; kubernetes-types with tsc finds those. References
// between objects, the schedule, Pod Security and our own exit statuses are checked here.

import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import test from 'node:test';
import {fileURLToPath} from 'node:url';
import {compose, parse} from './compose.mjs';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const namespace = 'pw-scim';

const read = file => parse(readFileSync(join(root, file), 'utf8')).map(object => ({file, object}));
// The manifests that a user applies: files unchanged, and directories with -k. monitoring.bats tests k8s/monitoring.
const files = ['k8s/configmap.example.yaml', 'k8s/secret.example.yaml'];
const folders = ['k8s', 'k8s/review/plan', 'k8s/review/apply', 'k8s/restore', 'k8s/first-load/users', 'k8s/first-load/groups'];
const composed = folder => compose(join(root, folder)).map(object => ({file: folder, object}));
const objects = [...files.flatMap(read), ...folders.flatMap(composed)];
const organizations = ['acme', 'globex'].map(name => ({name, objects: compose(join(root, `k8s/two-organizations/${name}`))}));
const everything = [...objects, ...organizations.flatMap(({name, objects}) => objects.map(object => ({file: `k8s/two-organizations/${name}`, object})))];
const kustomizations = readdirSync(join(root, 'k8s'), {recursive: true}).map(name => join('k8s', String(name))).filter(name => name.endsWith('kustomization.yaml'));
const yamlFiles = readdirSync(join(root, 'k8s'), {recursive: true}).map(name => join('k8s', String(name))).filter(name => name.endsWith('.yaml'));

const jobOf = object => object.kind === 'CronJob' ? object.spec.jobTemplate.spec : object.kind === 'Job' ? object.spec : undefined;
const jobs = everything.filter(({object}) => jobOf(object)).map(({file, object}) => ({file, object, job: jobOf(object), pod: jobOf(object).template.spec}));
const one = (kind, list = objects) => list.map(item => item.object ?? item).find(object => object.kind === kind);
const cronJob = one('CronJob');

const modulesOf = {v1: 'core/v1', 'batch/v1': 'batch/v1', 'networking.k8s.io/v1': 'networking/v1'};

test('there are manifests to look at', () => {
    assert.equal(jobs.length, 1 + 5 + 2);
    // Each kustomization is one of them, a component or the base.
    const used = [...folders, ...organizations.map(({name}) => `k8s/two-organizations/${name}`), 'k8s/base', 'k8s/pod', 'k8s/captures'];
    assert.deepEqual(kustomizations.map(dirname).sort(), used.sort());
});

test('kustomize prints what is looked at here, and finds no deprecated field', context => {
    const version = execFileSync('kubectl', ['version', '--client', '-o', 'json'], {encoding: 'utf8'});
    if (!/"kustomizeVersion": "v[5-9]/.test(version)) return context.diagnostic('kubectl has no kustomize 5, so that compose.mjs is not compared with it');
    // kustomize adds its items of a list before or after those of the base; only the order of env has a meaning.
    const sorted = value => Array.isArray(value) ? value.map(sorted).sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
        : value && typeof value === 'object' ? Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])])) : value;
    for (const folder of [...folders, ...organizations.map(({name}) => `k8s/two-organizations/${name}`)]) {
        const {stdout, stderr, status} = spawnSync('kubectl', ['kustomize', join(root, folder)], {encoding: 'utf8'});
        assert.equal(status, 0, stderr);
        assert.equal(stderr, '', folder);
        assert.deepEqual(sorted(parse(stdout)), sorted(compose(join(root, folder))), folder);
    }
});

test('the pod is written once, and the image is named once', () => {
    const texts = yamlFiles.map(file => readFileSync(join(root, file), 'utf8'));
    for (const word of ['image: ', 'readOnlyRootFilesystem', 'CW_SCIM_BEARER_TOKEN_FILE']) {
        assert.deepEqual(yamlFiles.filter((_, index) => texts[index].includes(word)), ['k8s/pod/pod.yaml'], word);
    }
    assert.equal(texts.join('').match(/ image: /g).length, 1);
});

test('an ExternalSecret makes the Secret that the pods mount', () => {
    const [{object}] = read('k8s/external-secret.example.yaml');
    const [{object: secret}] = read('k8s/secret.example.yaml');
    assert.deepEqual([object.apiVersion, object.kind, object.metadata.namespace], ['external-secrets.io/v1', 'ExternalSecret', namespace]);
    assert.equal(object.spec.target.name, secret.metadata.name);
    assert.deepEqual(object.spec.data.map(({secretKey}) => secretKey).sort(), Object.keys(secret.stringData).sort());
    assert.ok(object.spec.data.every(({remoteRef}) => remoteRef.key) && object.spec.secretStoreRef.name && object.spec.secretStoreRef.kind);
});

test('kubernetes-models finds no error', () => {
    for (const {file, object} of everything) {
        const {[object.kind]: Model} = require(`kubernetes-models/${object.apiVersion}/${object.kind}`);
        assert.doesNotThrow(() => new Model(object).validate(), `${file}: ${object.kind}`);
    }
});

test('tsc with kubernetes-types finds no unknown field', () => {
    const folder = mkdtempSync(join(here, '../node_modules/.types-'));
    try {
        const lines = everything.map(({file, object}, index) => `import type {${object.kind} as K${index}} from 'kubernetes-types/${modulesOf[object.apiVersion]}';
// ${file}
export const o${index}: K${index} = ${JSON.stringify(object, null, 1)};\n`);
        writeFileSync(join(folder, 'manifests.ts'), lines.join('\n'));
        execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '--noEmit', '--strict', '--skipLibCheck', '--module', 'esnext',
            '--moduleResolution', 'node', '--typeRoots', folder, join(folder, 'manifests.ts')], {encoding: 'utf8'});
    } catch (error) {
        assert.fail(error.stdout || error.message);
    } finally {
        rmSync(folder, {recursive: true});
    }
});

test('the first two files contain the namespace, so that the documented order of kubectl apply works', () => {
    const first = read('k8s/configmap.example.yaml').map(({object}) => object);
    assert.deepEqual(first.map(({kind}) => kind), ['Namespace', 'ConfigMap']);
    assert.deepEqual(first[0], read('k8s/namespace.yaml')[0].object);
    assert.equal(first[0].metadata.labels['pod-security.kubernetes.io/enforce'], 'restricted');
    assert.equal(first[0].metadata.labels['pod-security.kubernetes.io/warn'], 'restricted');
});

test('everything is in one namespace, and the CronJob has the name that the README creates jobs from', () => {
    for (const {file, object} of objects) {
        assert.equal(object.kind === 'Namespace' ? object.metadata.name : object.metadata.namespace, namespace, `${file}: ${object.kind}`);
    }
    assert.equal(cronJob.metadata.name, 'pw-activate-scim-sync');
});

test('the schedule is every 15 minutes, two runs never overlap, and each run has a time limit', () => {
    const {spec} = cronJob;
    assert.equal(spec.schedule, '*/15 * * * *');
    assert.doesNotThrow(() => new Intl.DateTimeFormat('en', {timeZone: spec.timeZone}));
    assert.equal(spec.concurrencyPolicy, 'Forbid');
    assert.ok(spec.startingDeadlineSeconds >= 60);
    assert.equal(new Set(organizations.map(({objects}) => one('CronJob', objects).spec.schedule)).size, 2);
    for (const {file, job} of jobs) {
        assert.ok(job.activeDeadlineSeconds > 0 && job.ttlSecondsAfterFinished > 0 && (job.backoffLimitPerIndex ?? job.backoffLimit) >= 1, file);
    }
});

test('podFailurePolicy retries at once only the statuses that the table of exit statuses allows', () => {
    const table = readFileSync(join(root, 'README.md'), 'utf8').split('## Exit status')[1].split('##')[0];
    const again = new Map();
    for (const row of table.split('\n').filter(line => /^\| \d/.test(line))) {
        const [statuses, , retry] = row.split('|').slice(1).map(cell => cell.trim());
        const answers = retry.split(';').map(answer => answer.trim());
        statuses.split(', ').forEach((status, index) => again.set(status, answers[Math.min(index, answers.length - 1)]));
    }
    const hopeless = [...again].filter(([, retry]) => retry.startsWith('no')).map(([status]) => Number(status)).sort((a, b) => a - b);
    assert.deepEqual(hopeless, [2, 3, 4, 64, 65, 69, 70, 77, 78]);
    const atOnce = [...again].filter(([, retry]) => retry.startsWith('yes')).map(([status]) => status);
    assert.deepEqual(atOnce, ['75', '74', '128+n']);
    for (const {file, job, pod} of jobs) {
        assert.equal(pod.restartPolicy, 'Never', `${file}: podFailurePolicy needs it`);
        const [disruption, statuses] = job.podFailurePolicy.rules;
        assert.deepEqual(disruption, {action: 'Ignore', onPodConditions: [{type: 'DisruptionTarget', status: 'True'}]}, file);
        const action = job.completionMode === 'Indexed' ? 'FailIndex' : 'FailJob';
        assert.deepEqual(statuses, {action, onExitCodes: {containerName: pod.containers[0].name, operator: 'In', values: hopeless}}, file);
    }
});

// Kubernetes: FailIndex needs backoffLimitPerIndex, and that needs an Indexed job whose pods are never restarted. The schema
// checkers do not know these rules. With backoffLimit next to it, failures of one share would end the others.
test('a share that fails does not end the others', () => {
    const indexed = jobs.filter(({job}) => job.completionMode === 'Indexed');
    assert.equal(indexed.length, 1);
    for (const {file, job, pod} of indexed) {
        assert.ok(Number.isInteger(job.backoffLimitPerIndex) && pod.restartPolicy === 'Never', file);
        assert.equal(job.backoffLimit, undefined, file);
        assert.equal(job.maxFailedIndexes, undefined, file);
        assert.ok(job.podFailurePolicy.rules.every(({action}) => action !== 'FailJob'), file);
    }
    for (const {file, job} of jobs.filter(({job}) => job.completionMode !== 'Indexed')) {
        assert.equal(job.backoffLimitPerIndex, undefined, file);
    }
});

test('every pod meets the restricted profile of Pod Security', () => {
    for (const {file, pod} of jobs) {
        assert.equal(pod.securityContext.runAsNonRoot, true, file);
        assert.ok(pod.securityContext.runAsUser > 0 && pod.securityContext.runAsGroup > 0, file);
        assert.equal(pod.securityContext.seccompProfile.type, 'RuntimeDefault', file);
        assert.ok(!pod.hostNetwork && !pod.hostPID && !pod.hostIPC, file);
        for (const {securityContext} of [...pod.containers, ...(pod.initContainers ?? [])]) {
            assert.deepEqual(securityContext, {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: ['ALL']}}, file);
        }
        for (const volume of pod.volumes) {
            const [kind] = Object.keys(volume).filter(key => key !== 'name');
            assert.ok(['configMap', 'secret', 'emptyDir', 'projected', 'downwardAPI', 'persistentVolumeClaim'].includes(kind), `${file}: ${kind}`);
        }
    }
});

test('no pod gets a token of Kubernetes, and each ends later than its grace period', () => {
    for (const {file, pod} of jobs) {
        assert.equal(pod.automountServiceAccountToken, false, file);
        assert.equal(pod.enableServiceLinks, false, file);
        assert.ok(pod.terminationGracePeriodSeconds >= 20 + 10, file);
        assert.equal(pod.containers[0].terminationMessagePolicy, 'FallbackToLogsOnError', file);
        assert.ok(!/:latest$|^[^:]*$/.test(pod.containers[0].image), file);
    }
});

const bytes = quantity => Number.parseInt(quantity, 10) * ({Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30}[quantity.replace(/^\d+/, '')] ?? NaN);
const cores = quantity => String(quantity).endsWith('m') ? Number.parseInt(quantity, 10) / 1000 : Number(quantity);

test('requests are below limits, and the work directory in memory leaves enough for the tools', () => {
    for (const {file, pod} of jobs) {
        const {requests, limits} = pod.containers[0].resources;
        assert.ok(bytes(requests.memory) <= bytes(limits.memory) && cores(requests.cpu) <= cores(limits.cpu), file);
        const work = pod.volumes.find(({name}) => name === 'work').emptyDir;
        assert.equal(work.medium, 'Memory', file);
        assert.ok(bytes(work.sizeLimit) <= bytes(limits.memory) / 2, file);
    }
});

test('every volume, Secret, ConfigMap, key and claim in a pod exists', () => {
    const check = (file, pod, all) => {
        const named = (kind, name) => {
            const found = all.find(object => object.kind === kind && object.metadata.name === name);
            assert.ok(found, `${file}: ${kind} ${name}`);
            return found;
        };
        const [container] = pod.containers;
        const volumes = new Map(pod.volumes.map(volume => [volume.name, volume]));
        assert.deepEqual([...new Set(container.volumeMounts.map(({name}) => name))].sort(), [...volumes.keys()].sort(), file);
        for (const {configMapRef} of container.envFrom) named('ConfigMap', configMapRef.name);
        const secret = named('Secret', volumes.get('secrets').secret.secretName);
        // By subPath. Otherwise a run in progress would get a new credential in its last stage.
        const mounts = container.volumeMounts.filter(({name}) => name === 'secrets');
        assert.ok(mounts.every(({mountPath, subPath, readOnly}) => readOnly && mountPath.endsWith(`/${subPath}`)), file);
        assert.deepEqual(mounts.map(({subPath}) => subPath).sort(), Object.keys(secret.stringData ?? secret.data).sort(), file);
        assert.deepEqual(container.env.filter(({name}) => name.endsWith('_FILE')).map(({value}) => value).sort(), mounts.map(({mountPath}) => mountPath).sort(), file);
        assert.equal(volumes.get('secrets').secret.defaultMode, 0o440, file);
        const claim = volumes.get('captures')?.persistentVolumeClaim;
        if (claim) named('PersistentVolumeClaim', claim.claimName);
    };
    for (const {file, pod} of jobs) {
        const organization = organizations.find(({name}) => file.endsWith(name));
        check(file, pod, organization ? organization.objects : objects.map(({object}) => object));
    }
});

test('every variable is known to the programs', () => {
    const known = new Set([...readFileSync(join(root, 'env.example'), 'utf8').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name));
    known.add('TMPDIR').add('JOB_COMPLETION_INDEX');
    for (const {file, object} of everything.filter(({object}) => object.kind === 'ConfigMap')) {
        for (const name of Object.keys(object.data)) assert.ok(known.has(name), `${file}: ${name}`);
    }
    for (const {file, pod} of jobs) {
        for (const {name} of pod.containers[0].env) assert.ok(known.has(name), `${file}: ${name}`);
    }
});

test('every job runs the pod of the CronJob, except for arguments, variables and the capture volume', () => {
    const plain = pod => {
        const copy = structuredClone(pod);
        delete copy.containers[0].command;
        delete copy.containers[0].args;
        copy.containers[0].env = copy.containers[0].env.slice(-3); // kustomize puts the variables of a patch first
        copy.containers[0].volumeMounts = copy.containers[0].volumeMounts.filter(({name}) => name !== 'captures');
        copy.volumes = copy.volumes.filter(({name}) => name !== 'captures');
        return copy;
    };
    const wanted = plain(cronJob.spec.jobTemplate.spec.template.spec);
    for (const {file, pod} of jobs.filter(({file}) => folders.includes(file))) assert.deepEqual(plain(pod), wanted, file);
});

test('the jobs of a review plan into the file that is then applied, and only the second writes', () => {
    const [plan] = composed('k8s/review/plan').filter(({object}) => object.kind === 'Job').map(({object}) => object.spec.template.spec.containers[0]);
    const [apply] = composed('k8s/review/apply').filter(({object}) => object.kind === 'Job').map(({object}) => object.spec.template.spec.containers[0]);
    assert.deepEqual(plan.command.slice(0, 2), ['/bin/bash', '-c']);
    assert.match(plan.command[2], /^exec pw-activate-scim-sync --dry-run --plan="\/captures\/\$plan"$/m);
    assert.match(plan.command[2], /^plan=plan-\$HOSTNAME\.jsonl$/m);
    assert.match(plan.command[2], /suspend\\":false/);
    assert.deepEqual(apply.args, ['--apply-plan=/captures/PLAN_FILE']);
    const value = (container, name) => container.env.find(variable => variable.name === name)?.value;
    assert.equal(value(apply, 'DRY_RUN'), 'false');
    assert.equal(value(apply, 'SYNC_APPROVE'), '');
});

test('the job of a restore names a capture in the volume, shows its plan before it writes, and stops the schedule by its name', () => {
    const text = readFileSync(join(root, 'k8s/restore/kustomization.yaml'), 'utf8');
    const {object} = composed('k8s/restore').find(({object}) => object.kind === 'Job');
    const [container] = object.spec.template.spec.containers;
    assert.equal(container.command, undefined);
    assert.equal(container.args.length, 1);
    assert.match(container.args[0], /^--restore=\/captures\/\d{8}T\d{6}Z-[0-9a-f]{8}$/);
    assert.ok(container.volumeMounts.some(({name, mountPath}) => name === 'captures' && mountPath === '/captures'));
    const value = name => container.env.find(variable => variable.name === name)?.value;
    assert.equal(value('DRY_RUN'), 'true');
    assert.equal(value('SYNC_APPROVE'), '');
    assert.equal(value('CAPTURE_DIR'), '/captures');
    // Pods share no lock: the comment must name the schedule to stop, and its patches must be valid for a CronJob.
    const patches = [...text.matchAll(/-n (\S+) patch cronjob (\S+) -p '(.*)'/g)];
    assert.deepEqual(patches.map(([, , , patch]) => JSON.parse(patch)), [{spec: {suspend: true}}, {spec: {suspend: false}}]);
    for (const [, where, name] of patches) assert.deepEqual([where, name], [namespace, cronJob.metadata.name]);
    for (const [, name] of text.matchAll(/(?:job\/|delete job )(\S+)/g)) assert.equal(name, object.metadata.name);
});

test('the pods of a first load divide the users among exactly as many as there are', () => {
    const [{object: {spec}}] = composed('k8s/first-load/users');
    const env = spec.template.spec.containers[0].env;
    const at = name => env.findIndex(variable => variable.name === name);
    assert.equal(spec.completionMode, 'Indexed');
    assert.equal(spec.completions, spec.parallelism);
    assert.equal(env[at('SYNC_SHARD')].value, `$(JOB_COMPLETION_INDEX)/${spec.completions}`);
    // A reference to a variable is replaced only if the variable is defined above it; the one that Kubernetes adds comes last.
    assert.ok(at('JOB_COMPLETION_INDEX') >= 0 && at('JOB_COMPLETION_INDEX') < at('SYNC_SHARD'));
    assert.equal(env[at('JOB_COMPLETION_INDEX')].valueFrom.fieldRef.fieldPath, "metadata.annotations['batch.kubernetes.io/job-completion-index']");
    assert.equal(env[at('DRY_RUN')].value, 'false');
    const [{object: groups}] = composed('k8s/first-load/groups');
    assert.equal(groups.spec.template.spec.containers[0].env.find(({name}) => name === 'SYNC_SHARD'), undefined);
});

test('the network policy selects our pods, and allows them DNS and 443 only', () => {
    const {spec} = one('NetworkPolicy');
    for (const {file, job} of jobs) {
        for (const [name, value] of Object.entries(spec.podSelector.matchLabels)) assert.equal(job.template.metadata.labels[name], value, file);
    }
    assert.deepEqual([...spec.policyTypes].sort(), ['Egress', 'Ingress']);
    assert.equal(spec.ingress, undefined);
    const dns = spec.egress.find(({ports}) => ports.some(({port}) => port === 53));
    assert.ok(dns.to.length > 0 && dns.to.every(({podSelector, ipBlock}) => podSelector || ipBlock.cidr.endsWith('/32')));
    assert.deepEqual(spec.egress.flatMap(({ports}) => ports.map(({protocol, port}) => `${protocol}/${port}`)).sort(), ['TCP/443', 'TCP/53', 'UDP/53']);
});

test('two organizations share the base and nothing else', () => {
    for (const {name, objects: own} of organizations) {
        for (const object of own) {
            const where = object.kind === 'Namespace' ? object.metadata.name : object.metadata.namespace;
            assert.equal(where, `pw-scim-${name}`, object.kind);
        }
        assert.deepEqual(own.map(({kind}) => kind).sort(), ['ConfigMap', 'CronJob', 'Namespace', 'NetworkPolicy', 'Secret']);
        assert.equal(one('ConfigMap', own).data.ACTIVATE_ORG_NAME, name);
        assert.equal(one('Namespace', own).metadata.labels['pod-security.kubernetes.io/enforce'], 'restricted');
    }
    assert.deepEqual(compose(join(root, 'k8s')).map(({kind}) => kind).sort(), ['CronJob', 'NetworkPolicy']);
});

test('the Dockerfile linter has no finding', () => {
    const {validate} = require('dockerfile-utils');
    const problems = validate(readFileSync(join(root, 'Dockerfile'), 'utf8'));
    assert.deepEqual(problems.map(({range, message}) => `${range.start.line + 1}: ${message}`), []);
});

test('a manifest or directory that a comment names is there', () => {
    for (const file of yamlFiles) {
        for (const [, path] of readFileSync(join(root, file), 'utf8').matchAll(/(?<!tests\/)(k8s\/[a-z./-]*[a-z])/g)) {
            assert.ok(existsSync(join(root, path)) || path === 'k8s/configmap.yaml', `${file}: ${path}`);
        }
    }
});
