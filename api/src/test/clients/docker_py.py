"""What a user of docker-py does, against the daemon at DOCKER_HOST. Ends with 0 when all of it worked."""

import io
import os
import tarfile
import threading

import docker

client = docker.from_env(timeout=60)
LABELS = {"client": "docker-py"}


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def tar_of(name, data):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def the_engine_says_what_it_is():
    check(client.ping(), "ping")
    check(client.version()["ApiVersion"] >= "1.41", "version")
    check(client.info()["OSType"] == "linux", "info")
    check("LayersSize" in client.df(), "df")


def a_command_runs_and_its_output_comes_back():
    out = client.containers.run("busybox", ["echo", "hello"], remove=True)
    check(out == b"hello\n", out)
    try:
        client.containers.run("busybox", ["sh", "-c", "echo oh >&2; exit 3"], remove=True)
        raise AssertionError("no error")
    except docker.errors.ContainerError as e:
        check(e.exit_status == 3 and e.stderr == b"oh\n", e)


def a_container_lives():
    c = client.containers.run(
        "busybox",
        ["sh", "-c", "trap 'exit 0' TERM; echo up; while :; do sleep 0.1; done"],
        detach=True,
        name="py",
        labels=LABELS,
        environment={"A": "b"},
        ports={"80/tcp": None},
        mem_limit="64m",
        nano_cpus=500000000,
        volumes={"py-data": {"bind": "/data", "mode": "rw"}},
        tmpfs={"/scratch": "size=1m"},
        extra_hosts={"other": "192.0.2.1"},
        healthcheck={"test": ["CMD", "true"], "interval": 200 * 1000000},
        ulimits=[docker.types.Ulimit(name="nofile", soft=100, hard=200)],
        restart_policy={"Name": "on-failure", "MaximumRetryCount": 2},
        sysctls={"net.core.somaxconn": "99"},
    )
    check(c.status in ("created", "running"), c.status)
    c.reload()
    check(c.status == "running" and c.ports["80/tcp"][0]["HostPort"], c.attrs)
    check(c.labels == LABELS, c.labels)
    check([x.id for x in client.containers.list(filters={"label": "client=docker-py"})] == [c.id], "list")

    code, out = c.exec_run(["sh", "-c", "echo $A; ulimit -n; cat /proc/sys/net/core/somaxconn; exit 4"])
    check(code == 4 and out == b"b\n100\n99\n", (code, out))
    code, (out, err) = c.exec_run(["sh", "-c", "echo o; echo e >&2"], demux=True)
    check((out, err) == (b"o\n", b"e\n"), (out, err))
    _, stream = c.exec_run(["seq", "1", "3"], stream=True)
    check(b"".join(stream) == b"1\n2\n3\n", "exec stream")
    _, sock = c.exec_run("cat", stdin=True, socket=True)
    sock._sock.sendall(b"typed\n")
    check(b"typed" in sock.read(14), "exec socket")
    sock.close()

    check(c.put_archive("/data", tar_of("in", b"payload")), "put_archive")
    chunks, stat = c.get_archive("/data/in")
    check(stat["name"] == "in" and stat["size"] == 7, stat)
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as tar:
        check(tar.extractfile("in").read() == b"payload", "get_archive")
    check({"Path": "/tmp/new", "Kind": 1} in (c.exec_run("touch /tmp/new") and c.diff()), c.diff())

    check(c.logs() == b"up\n", c.logs())
    check(next(c.logs(stream=True, follow=True)) == b"up\n", "followed log")
    check(c.stats(stream=False)["memory_stats"]["limit"] == 64 << 20, "stats")
    check(next(c.stats(decode=True))["name"] == "/py", "stats stream")
    check("Titles" in c.top(), "top")
    c.update(mem_limit="48m", memswap_limit="96m")
    c.rename("pie")
    c.pause()
    c.reload()
    check(c.status == "paused", c.status)
    c.unpause()
    c.restart(timeout=5)
    while c.logs() != b"up\nup\n":
        pass
    c.stop(timeout=20)
    check(c.wait()["StatusCode"] == 0, "wait")
    image = c.commit("py-commit", tag="one", changes='CMD ["echo", "committed"]')
    check(client.containers.run(image.tags[0], remove=True) == b"committed\n", "commit")
    client.images.remove("py-commit:one")
    with tarfile.open(fileobj=io.BytesIO(b"".join(c.export()))) as tar:
        check("bin/busybox" in tar.getnames(), "export")
    c.remove(v=True)
    try:
        client.containers.get("pie")
        raise AssertionError("still there")
    except docker.errors.NotFound:
        pass
    client.volumes.get("py-data").remove()
    # The client made /data a volume of the image too, and its "remove" leaves volumes.
    pruned = client.volumes.prune()["VolumesDeleted"]
    check(len(pruned) == 1, pruned)


def attached_streams_work():
    c = client.containers.create("busybox", "cat", stdin_open=True, tty=True, name="cat")
    sock = c.attach_socket(params={"stdin": 1, "stdout": 1, "stream": 1})
    c.start()
    c.resize(40, 100)
    sock._sock.sendall(b"line\r")
    read = b""
    while read.count(b"line") < 2:
        read += sock._sock.recv(100)
    sock.close()
    c.kill()
    check(c.wait(condition="not-running")["StatusCode"] == 137, "killed")
    c.remove()


def images_come_and_go():
    image = client.images.get("busybox")
    data = b"".join(image.save(named=True))
    image.tag("py-copy", "two")
    check("py-copy:two" in client.images.get("py-copy:two").tags, "tag")
    client.images.remove("py-copy:two")
    check("busybox:latest" in client.images.load(data)[0].tags, "load")
    check(len(image.history()) >= 1, "history")
    try:
        client.images.get("nobody/nothing")
        raise AssertionError("no error")
    except docker.errors.ImageNotFound:
        pass


def networks_and_volumes():
    network = client.networks.create(
        "py-net",
        driver="bridge",
        labels=LABELS,
        ipam=docker.types.IPAMConfig(
            pool_configs=[docker.types.IPAMPool(subnet="172.31.77.0/24", gateway="172.31.77.1")]
        ),
    )
    c = client.containers.run("busybox", "sleep 600", detach=True, name="joined")
    network.connect(c, aliases=["alias"], ipv4_address="172.31.77.9")
    network.reload()
    check([x.id for x in network.containers] == [c.id], network.attrs)
    c.reload()
    check(c.attrs["NetworkSettings"]["Networks"]["py-net"]["IPAddress"] == "172.31.77.9", c.attrs)
    network.disconnect(c)
    c.remove(force=True)
    check([n.name for n in client.networks.list(filters={"label": "client"})] == ["py-net"], "list")
    network.remove()
    volume = client.volumes.create("py-vol", labels=LABELS)
    check(volume.attrs["Driver"] == "local", volume.attrs)
    check([v.name for v in client.volumes.list(filters={"label": "client"})] == ["py-vol"], "list")
    volume.remove()
    check(client.containers.prune()["SpaceReclaimed"] >= 0, "prune")


def events_are_told():
    seen = []
    events = client.events(decode=True, filters={"type": "container", "label": "told"})
    reader = threading.Thread(target=lambda: [seen.append(e["Action"]) for e in events])
    reader.start()
    client.containers.run("busybox", "true", labels=["told"], remove=True)
    while "destroy" not in seen and reader.is_alive():
        reader.join(0.05)
    events.close()
    check([a for a in seen if a in ("create", "start", "die", "destroy")] == ["create", "start", "die", "destroy"], seen)


for step in (
    the_engine_says_what_it_is,
    a_command_runs_and_its_output_comes_back,
    a_container_lives,
    attached_streams_work,
    images_come_and_go,
    networks_and_volumes,
    events_are_told,
):
    print(step.__name__, flush=True)
    step()
# A reader of the event stream may still wait for its next line.
os._exit(0)
