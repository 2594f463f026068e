'use strict';
// What a user of dockerode does, against the daemon at DOCKER_HOST. Ends with 0 when all of it worked.
const assert = require('node:assert');
const { PassThrough } = require('node:stream');
const Docker = require('dockerode');

const docker = new Docker();

const text = (stream) => new Promise((resolve, reject) => {
  const chunks = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  stream.on('end', () => resolve(Buffer.concat(chunks).toString()));
  stream.on('error', reject);
});

async function theEngineSaysWhatItIs() {
  assert.strictEqual((await docker.ping()).toString(), 'OK');
  assert.ok((await docker.version()).ApiVersion >= '1.41');
  assert.strictEqual((await docker.info()).OSType, 'linux');
  assert.ok('LayersSize' in (await docker.df()));
}

async function aCommandRuns() {
  const out = new PassThrough();
  const err = new PassThrough();
  const said = text(out);
  const complained = text(err);
  const [result, container] = await docker.run(
    'busybox', ['sh', '-c', 'echo hello; echo oh >&2; exit 3'], [out, err], { Tty: false });
  out.end();
  err.end();
  assert.strictEqual(result.StatusCode, 3);
  assert.strictEqual(await said, 'hello\n');
  assert.strictEqual(await complained, 'oh\n');
  await container.remove();
}

async function aContainerLives() {
  const container = await docker.createContainer({
    name: 'node', Image: 'busybox', Cmd: ['sh', '-c', 'echo up; exec sleep 600'], Labels: { client: 'dockerode' },
    Env: ['A=b'], ExposedPorts: { '80/tcp': {} },
    HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '0' }] }, Binds: ['node-data:/data'], Memory: 64 << 20 },
  });
  await container.start();
  const listed = await docker.listContainers({ filters: { label: ['client=dockerode'] } });
  assert.deepStrictEqual(listed.map((c) => c.Names), [['/node']]);
  const seen = await container.inspect();
  assert.ok(seen.State.Running && seen.NetworkSettings.Ports['80/tcp'][0].HostPort > 0);

  const exec = await container.exec({ Cmd: ['sh', '-c', 'echo $A; cat; exit 4'], AttachStdin: true, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({ hijack: true, stdin: true });
  const out = new PassThrough();
  docker.modem.demuxStream(stream, out, out);
  stream.on('end', () => out.end());
  stream.end('typed\n');
  assert.strictEqual(await text(out), 'b\ntyped\n');
  assert.strictEqual((await exec.inspect()).ExitCode, 4);

  const log = await container.logs({ stdout: true, stderr: true });
  assert.strictEqual(log.subarray(8).toString(), 'up\n');
  const stats = await container.stats({ stream: false });
  assert.strictEqual(stats.memory_stats.limit, 64 << 20);
  assert.ok((await container.top()).Processes.length >= 1);
  await container.update({ Memory: 48 << 20, MemorySwap: 96 << 20 });
  await container.rename({ name: 'edon' });
  await container.pause();
  await container.unpause();
  const archive = await container.getArchive({ path: '/etc/passwd' });
  assert.ok((await text(archive)).includes('root:x:0:0'));
  await container.putArchive(await container.getArchive({ path: '/etc/passwd' }), { path: '/data' });
  const exit = container.wait();
  await container.stop({ t: 0 });
  assert.strictEqual((await exit).StatusCode, 137);
  const image = await container.commit({ repo: 'node-commit', tag: 'one' });
  assert.match(image.Id, /^sha256:/);
  await docker.getImage('node-commit:one').remove();
  await container.remove({ v: true });
  await assert.rejects(container.inspect(), (e) => e.statusCode === 404 && /No such container/.test(e.json.message));
  await docker.getVolume('node-data').remove();
}

async function anAttachedTerminal() {
  const container = await docker.createContainer({ Image: 'busybox', Cmd: ['cat'], Tty: true, OpenStdin: true });
  const stream = await container.attach({ stream: true, stdin: true, stdout: true, hijack: true });
  await container.start();
  await container.resize({ h: 40, w: 100 });
  stream.write('line\r');
  let read = '';
  await new Promise((resolve) => stream.on('data', (chunk) => {
    read += chunk;
    if (read.split('line').length > 2) resolve();
  }));
  stream.destroy();
  await container.remove({ force: true });
}

async function imagesComeAndGo() {
  const image = docker.getImage('busybox');
  const saved = await image.get();
  await image.tag({ repo: 'node-copy', tag: 'two' });
  await docker.getImage('node-copy:two').remove();
  const progress = await docker.loadImage(saved);
  const lines = await new Promise((resolve, reject) =>
    docker.modem.followProgress(progress, (e, l) => (e ? reject(e) : resolve(l))));
  assert.ok(lines.some((line) => /Loaded image/.test(line.stream)), JSON.stringify(lines));
  await assert.rejects(docker.getImage('nobody/nothing').inspect(), (e) => e.statusCode === 404);
}

async function networksVolumesAndEvents() {
  const events = await docker.getEvents({ filters: { label: ['told'] } });
  let told = '';
  events.on('data', (chunk) => { told += chunk; });
  const network = await docker.createNetwork({ Name: 'node-net', CheckDuplicate: true, Labels: { client: 'dockerode' } });
  const container = await docker.createContainer({
    Image: 'busybox', Cmd: ['sleep', '600'], Labels: { told: '1' }, HostConfig: { NetworkMode: 'node-net' } });
  await container.start();
  assert.deepStrictEqual(Object.keys((await network.inspect()).Containers), [container.id]);
  await docker.getNetwork('bridge').connect({ Container: container.id });
  await network.disconnect({ Container: container.id });
  await container.remove({ force: true });
  await network.remove();
  const volume = await docker.createVolume({ Name: 'node-vol' });
  assert.strictEqual((await docker.listVolumes({ filters: { name: ['node-vol'] } })).Volumes.length, 1);
  await docker.getVolume(volume.name).remove();
  while (!told.includes('"destroy"')) await new Promise((resolve) => events.once('data', resolve));
  events.destroy();
  assert.match(told, /"create"[^]*"start"[^]*"die"[^]*"destroy"/);
}

(async () => {
  for (const step of [theEngineSaysWhatItIs, aCommandRuns, aContainerLives, anAttachedTerminal, imagesComeAndGo,
    networksVolumesAndEvents]) {
    console.log(step.name);
    await step();
  }
  process.exit(0);
})().catch((e) => {
  console.error(e);
  process.exit(1);
});
