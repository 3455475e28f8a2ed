// Prints the Pod that the CronJob of k8s/ would create, for podman kube play, with the sandbox next to it on 127.0.0.1.
//
//   node pod.mjs IMAGE SANDBOX_IMAGE PORT FOLDER NAME=VALUE... > pod.yaml
//
// The template stays unchanged except for features that podman 4.3 lacks: a Secret as a volume with parts of it by subPath, and the kind of
// an emptyDir. FOLDER has secrets/ with the files of the Secret, and captures/. NAME=VALUE is the data of the ConfigMap.

import {fileURLToPath} from 'node:url';
import {compose} from '../k8s/compose.mjs';

const [image, sandbox, port, folder, ...settings] = process.argv.slice(2);
const {spec: {jobTemplate: {spec: {template}}}} = compose(fileURLToPath(new URL('../../k8s', import.meta.url))).find(({kind}) => kind === 'CronJob');
const [sync] = template.spec.containers;
const name = sync.envFrom[0].configMapRef.name;

const configMap = {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name}, data: Object.fromEntries(settings.map(text => text.split(/=(.*)/s).slice(0, 2)))};
Object.assign(sync, {image, imagePullPolicy: 'Never'});
const onHost = (volume, path, type) => ({name: volume, hostPath: {path: `${folder}/${path}`, type}});
const files = sync.volumeMounts.filter(({subPath}) => subPath);
template.spec.volumes = [{name: 'work', emptyDir: {}}, onHost('captures', 'captures', 'Directory'),
    ...files.map(({subPath}) => onHost(subPath, `secrets/${subPath}`, 'File'))];
sync.volumeMounts = [{name: 'work', mountPath: '/work'}, {name: 'captures', mountPath: '/captures'},
    ...files.map(({subPath, mountPath, readOnly}) => ({name: subPath, mountPath, readOnly}))];
template.spec.containers.push({name: 'sandbox', image: sandbox, imagePullPolicy: 'Never', args: ['--port', port, '--fixture', '/fixture.json']});
const pod = {apiVersion: 'v1', kind: 'Pod', metadata: {name: 'pw-scim-test', labels: template.metadata.labels}, spec: template.spec};
console.log([configMap, pod].map(object => JSON.stringify(object)).join('\n---\n'));
