// The output of `kubectl kustomize FOLDER`, for the part of kustomize that k8s/ uses. Debian's kubectl has a kustomize of 2019, without
// components. Where kubectl has a newer one, manifests.test.mjs compares both.
//
// Known fields: resources, components, configMapGenerator (envs), secretGenerator (files), namespace, patches, images and replacements.
// Any other field is an error.

import assert from 'node:assert/strict';
import {readFileSync, statSync} from 'node:fs';
import {basename, join} from 'node:path';
import {parseAllDocuments} from 'yaml';

// YAML 1.1, as kubectl reads it: 0440 is octal there.
export const parse = text => parseAllDocuments(text, {version: '1.1'}).map(document => {
    assert.deepEqual(document.errors, []);
    return document.toJS();
});
const read = file => readFileSync(file, 'utf8');

// Lists that a strategic merge patch merges by the key of their items; other lists are replaced.
const mergeKeys = {containers: 'name', env: 'name', volumes: 'name', volumeMounts: 'mountPath'};

function merge(base, patch, field) {
    if (Array.isArray(patch) && Array.isArray(base) && mergeKeys[field]) {
        const key = mergeKeys[field];
        const merged = base.map(item => merge(item, patch.find(other => other[key] === item[key]) ?? {}));
        return [...patch.filter(item => !base.some(other => other[key] === item[key])), ...merged];
    }
    if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
    const result = {...(typeof base === 'object' && !Array.isArray(base) ? base : {})};
    for (const [name, value] of Object.entries(patch)) {
        if (value === null) delete result[name];
        else result[name] = merge(result[name], value, name);
    }
    return result;
}

// JSON Patch, only the operation add to the end of a list.
function addTo(object, operations) {
    const copy = structuredClone(object);
    for (const {op, path, value} of operations) {
        const steps = path.split('/').slice(1);
        assert.ok(op === 'add' && steps.pop() === '-', path);
        steps.reduce((at, step) => at[step], copy).push(value);
    }
    return copy;
}

const matches = (object, {kind, name}) => (!kind || object.kind === kind) && (!name || object.metadata.name === name);

function patched(objects, folder, {path, patch, target}) {
    const [change] = parse(path ? read(join(folder, path)) : patch);
    const wanted = target ?? {kind: change.kind, name: change.metadata.name};
    assert.ok(objects.some(object => matches(object, wanted)) || target, `${folder}: nothing to patch`);
    return objects.map(object => !matches(object, wanted) ? object
        : Array.isArray(change) ? addTo(object, change) : {...merge(object, change), metadata: merge(object.metadata, {...change.metadata, name: object.metadata.name})});
}

const at = (object, path) => path.split('.').reduce((value, step) => value?.[step], object);

function replaced(objects, {source, targets}) {
    const value = at(objects.find(object => matches(object, source)), source.fieldPath);
    assert.ok(value !== undefined, source.fieldPath);
    for (const {select, fieldPaths, options} of targets) {
        assert.deepEqual(options, {create: true});
        for (const object of objects.filter(object => matches(object, select))) {
            for (const path of fieldPaths) {
                const steps = path.split('.');
                const last = steps.pop();
                steps.reduce((where, step) => where[step] ??= {}, object)[last] = structuredClone(value);
            }
        }
    }
    return objects;
}

function generated(folder, {configMapGenerator = [], secretGenerator = [], generatorOptions}) {
    if (configMapGenerator.length + secretGenerator.length > 0) assert.equal(generatorOptions?.disableNameSuffixHash, true, folder);
    const lines = text => text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
    return [
        ...configMapGenerator.map(({name, envs}) => ({apiVersion: 'v1', kind: 'ConfigMap', metadata: {name},
            data: Object.fromEntries(envs.flatMap(file => lines(read(join(folder, file))).map(line => line.split(/=(.*)/s).slice(0, 2))))})),
        ...secretGenerator.map(({name, files}) => ({apiVersion: 'v1', kind: 'Secret', metadata: {name}, type: 'Opaque',
            data: Object.fromEntries(files.map(entry => entry.split('=')).map(([key, file]) => [key, readFileSync(join(folder, file ?? key)).toString('base64')]))})),
    ];
}

// The objects of a kustomization, or of a component on top of others.
function accumulate(folder, objects = []) {
    const [kustomization] = parse(read(join(folder, 'kustomization.yaml')));
    const known = ['apiVersion', 'kind', 'resources', 'components', 'configMapGenerator', 'secretGenerator', 'generatorOptions', 'namespace', 'patches', 'images', 'replacements'];
    assert.deepEqual(Object.keys(kustomization).filter(field => !known.includes(field)), [], folder);
    for (const resource of kustomization.resources ?? []) {
        const path = join(folder, resource);
        objects = [...objects, ...(statSync(path).isDirectory() ? accumulate(path) : parse(read(path)))];
    }
    for (const component of kustomization.components ?? []) objects = accumulate(join(folder, component), objects);
    objects = [...objects, ...generated(folder, kustomization)];
    for (const patch of kustomization.patches ?? []) objects = patched(objects, folder, patch);
    if (kustomization.namespace) {
        for (const object of objects) if (object.kind !== 'Namespace') object.metadata.namespace = kustomization.namespace;
    }
    assert.equal(kustomization.images, undefined, `${basename(folder)}: images`);
    for (const replacement of kustomization.replacements ?? []) objects = replaced(objects, replacement);
    return objects;
}

export const compose = folder => accumulate(folder).filter(({metadata}) => metadata.annotations?.['config.kubernetes.io/local-config'] !== 'true');
