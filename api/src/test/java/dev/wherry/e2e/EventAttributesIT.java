package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What dockerd tells of everything that can be done, with its attributes and in its order. */
@EndToEnd
class EventAttributesIT {
  private static final int PORT = 5009;
  private static final String LABELLED = "LABEL a=b";

  private final DaemonUnderTest daemon;
  private final DockerCli docker;
  private final ToldEvents told;

  @TempDir private Path dir;

  EventAttributesIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
    this.told = new ToldEvents(docker);
  }

  @AfterEach
  void removeImages() {
    docker.removeAllContainers();
    docker.removeOtherImages();
  }

  private void ok(String line) {
    docker.ok(line.split(" "));
  }

  private Runnable cli(String line) {
    return () -> ok(line);
  }

  private Runnable request(String method, String path) {
    return () ->
        assertThat(RawHttp.send(daemon.socket(), method, path, "").status()).isLessThan(300);
  }

  private void importLabelled(String name) {
    docker.okWithInput(
        TestImages.temporary(TestImages.busyboxRoot()), "import", "-c", LABELLED, "-", name);
  }

  @Test
  void names_of_images_and_archives_of_them() {
    told.of(
        () -> importLabelled("cargo:1"),
        "image tag ID a=b name=cargo:1",
        "image import ID a=b name=ID");
    told.of(cli("tag cargo:1 crate"), "image tag ID a=b name=crate:latest");
    told.of(cli("rmi crate"), "image untag ID a=b name=ID");
    Path archive = dir.resolve("cargo.tar");
    told.of(cli("save -o " + archive + " cargo:1"), "image save ID a=b name=ID");
    told.of(cli("rmi cargo:1"), "image untag ID a=b name=ID", "image delete ID name=ID");
    told.of(cli("load -i " + archive), "image load ID a=b name=ID");
    told.of(cli("load -i " + archive), "image load ID a=b name=ID");
  }

  /** Since 23.0; before, the name was as it had been given. */
  @Test
  void a_name_without_a_tag_is_told_with_the_one_it_gets() {
    assumeFalse(daemon instanceof PeerDaemon, "of versions later than the peer's");
    told.of(
        () -> importLabelled("cargo"),
        "image tag ID a=b name=cargo:latest",
        "image import ID a=b name=ID");
    told.of(request("POST", "/images/cargo/tag?repo=crate"), "image tag ID a=b name=crate:latest");
    ok("create --name boat busybox");
    told.of(
        request("POST", "/commit?container=boat&repo=made"),
        "image tag ID name=made:latest",
        "container commit ID comment= image=busybox imageID=ID imageRef=made:latest name=boat");
  }

  @Test
  void images_of_registries() {
    try (RealRegistry registry = RealRegistry.beside(daemon, PORT, false)) {
      String repository = registry.name("team/cargo");
      String name = repository + ":1";
      importLabelled(name);
      told.of(cli("push " + name), "image push " + name + " a=b name=" + repository);
      String digest = docker.ok("inspect", "-f", "{{index .RepoDigests 0}}", name);
      ok("rmi " + name);
      told.of(cli("pull " + name), "image pull " + name + " a=b name=" + repository);
      told.of(cli("pull " + name), "image pull " + name + " a=b name=" + repository);
      told.of(cli("pull " + digest), "image pull " + repository + "@ID a=b name=" + repository);
      told.of(cli("rmi " + digest), "image untag ID a=b name=ID");
      told.of(cli("rmi -f " + name), "image untag ID a=b name=ID", "image delete ID name=ID");
    }
  }

  private static String boat(String action, String attributes) {
    return "container " + action + " ID " + attributes + " lab=el name=boat";
  }

  private static String mounted(String volume, String place) {
    return "volume mount "
        + volume
        + " container=ID destination="
        + place
        + " driver=local propagation= read/write=true";
  }

  private static String unmounted(String volume) {
    return "volume unmount " + volume + " container=ID driver=local";
  }

  private void runBoat() {
    ok("run -d --name boat --label lab=el -v hold:/v -v /own --tmpfs /t busybox sleep 600");
  }

  @Test
  void what_a_container_and_its_volumes_go_through() {
    String plain = "image=busybox";
    String on = "network connect ID container=ID name=bridge type=bridge";
    String off = "network disconnect ID container=ID name=bridge type=bridge";
    told.ofInAnyOrder(
        this::runBoat,
        "volume create hold driver=local",
        "volume create ID driver=local",
        boat("create", plain),
        on,
        mounted("hold", "/v"),
        mounted("ID", "/own"),
        boat("start", plain));
    told.of(cli("kill -s CONT boat"), kill(18));
    told.ofInAnyOrder(
        cli("restart -t 0 boat"),
        kill(15),
        kill(9),
        boat("die", "exitCode=137 image=busybox"),
        off,
        unmounted("hold"),
        unmounted("ID"),
        boat("stop", plain),
        on,
        mounted("hold", "/v"),
        mounted("ID", "/own"),
        boat("start", plain),
        boat("restart", plain));
    told.ofInAnyOrder(
        cli("kill boat"),
        kill(9),
        boat("die", "exitCode=137 image=busybox"),
        off,
        unmounted("hold"),
        unmounted("ID"));
    told.of(cli("rm -v boat"), "volume destroy ID driver=local", boat("destroy", plain));
    told.of(cli("volume rm hold"), "volume destroy hold driver=local");
  }

  private static String kill(int signal) {
    return "container kill ID image=busybox lab=el name=boat signal=" + signal;
  }

  @Test
  void what_is_asked_of_a_container_that_runs() {
    runBoat();
    String plain = "image=busybox";
    told.of(
        request("POST", "/containers/boat/resize?h=10&w=11"),
        "container resize ID height=10 image=busybox lab=el name=boat width=11");
    told.of(cli("update --cpu-shares 100 boat"), boat("update", plain));
    told.of(cli("top boat"), boat("top", plain));
    told.of(cli("export -o " + dir.resolve("out.tar") + " boat"), boat("export", plain));
    told.of(cli("pause boat"), boat("pause", plain));
    told.of(cli("unpause boat"), boat("unpause", plain));
    told.of(
        cli("rename boat ship"),
        "container rename ID image=busybox lab=el name=ship oldName=/boat");
    ok("rename ship boat");
    told.of(cli("diff boat"));
    told.of(cli("logs boat"));
    ok("rm -f -v boat");
    ok("volume rm hold");
  }

  @Test
  void copies_mount_the_volumes() {
    runBoat();
    String[] look = {
      mounted("hold", "/v"), mounted("ID", "/own"), unmounted("hold"), unmounted("ID")
    };
    told.ofInAnyOrder(request("HEAD", "/containers/boat/archive?path=/etc/passwd"), look);
    told.ofInAnyOrder(
        cli("cp boat:/etc/passwd " + dir.resolve("passwd")),
        look[0],
        look[1],
        boat("archive-path", "image=busybox"),
        look[2],
        look[3]);
    told.ofInAnyOrder(
        cli("cp " + dir.resolve("passwd") + " boat:/tmp/"),
        look[0],
        look[1],
        look[2],
        look[3],
        look[0],
        look[1],
        boat("extract-to-dir", "image=busybox"),
        look[2],
        look[3]);
    ok("rm -f -v boat");
    ok("volume rm hold");
  }

  @Test
  void commits() {
    ok("run -d --name boat --label lab=el busybox sleep 600");
    String commit = "container commit ID comment=%s image=busybox imageID=ID imageRef=%s%s";
    String end = " lab=el name=boat";
    told.of(
        cli("commit -m hello boat made"),
        boat("pause", "image=busybox"),
        "image tag ID lab=el name=made:latest",
        commit.formatted("hello", "made:latest", end),
        boat("unpause", "image=busybox"));
    told.of(
        cli("commit --pause=false boat made:2"),
        "image tag ID lab=el name=made:2",
        commit.formatted("", "made:2", end));
    told.of(cli("commit --pause=false boat"), commit.formatted("", "", end));
  }

  @Test
  void execs_and_who_leaves_them() {
    ok("run -dit --name boat --label lab=el busybox");
    String exec = " ID execID=ID image=busybox lab=el name=boat";
    told.of(
        cli("exec boat true"),
        "container exec_create: true " + exec,
        "container exec_start: true " + exec,
        "container exec_die ID execID=ID exitCode=0 image=busybox lab=el name=boat");
    told.of(
        () -> docker.run("exec", "boat", "sh", "-c", "exit 5"),
        "container exec_create: sh -c exit 5" + exec,
        "container exec_start: sh -c exit 5" + exec,
        "container exec_die ID execID=ID exitCode=5 image=busybox lab=el name=boat");
    told.of(
        () -> docker.run("exec", "boat", "nosuch"),
        "container exec_create: nosuch " + exec,
        "container exec_start: nosuch " + exec);
    told.of(
        () -> leave("/containers/boat/attach?stream=1&stdin=1&stdout=1&detachKeys=ctrl-x", "{}"),
        boat("attach", "image=busybox"),
        boat("detach", "image=busybox"));
    if (!(daemon instanceof PeerDaemon)) {
      // Of the peer's version such an exec ends then.
      String id = execOnTerminal();
      told.of(
          () -> leave("/exec/" + id + "/start", "{\"Tty\": true, \"Detach\": false}"),
          "container exec_start: sh " + exec,
          "container exec_detach" + exec);
    }
  }

  private String execOnTerminal() {
    RawHttp.Answer created =
        RawHttp.send(
            daemon.socket(),
            "POST",
            "/containers/boat/exec",
            "{\"Tty\": true, \"AttachStdin\": true, \"AttachStdout\": true,"
                + " \"DetachKeys\": \"ctrl-x\", \"Cmd\": [\"sh\"]}");
    return created.body().replaceAll("(?s).*\"Id\":\"([0-9a-f]{64})\".*", "$1");
  }

  /** The command line watches for the keys too and tells the daemon nothing of them. */
  private void leave(String path, String json) {
    try (RawHttp http = new RawHttp(daemon.socket())) {
      http.write(
          "POST %s HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
                  .formatted(path)
              + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                  .formatted(json.length(), json));
      assertThat(http.head().status()).isEqualTo(101);
      http.write("\u0018");
      http.readAll();
    }
  }

  @Test
  void networks() {
    told.of(cli("network create sea"), "network create ID name=sea type=bridge");
    String sea = " ID container=ID name=sea type=bridge";
    String bridge = " ID container=ID name=bridge type=bridge";
    told.of(
        cli("run -d --name boat --network sea busybox sleep 600"),
        "container create ID image=busybox name=boat",
        "network connect" + sea,
        "container start ID image=busybox name=boat");
    told.of(cli("network connect bridge boat"), "network connect" + bridge);
    if (!(daemon instanceof PeerDaemon)) {
      // dockerd tells it twice.
      told.of(cli("network disconnect sea boat"), "network disconnect" + sea);
    }
    ok("create --name rests --network sea busybox");
    told.of(cli("network connect bridge rests"));
    told.of(cli("network disconnect bridge rests"), "network disconnect" + bridge);
    ok("rm -f boat rests");
    told.of(cli("network rm sea"), "network destroy ID name=sea type=bridge");
  }

  @Test
  void the_hosts_network_and_none_are_networks_too_and_anothers_is_not() {
    for (String[] network : new String[][] {{"host", "host"}, {"none", "null"}}) {
      String which = " ID container=ID name=%s type=%s".formatted(network[0], network[1]);
      told.of(
          cli("run --name boat --network " + network[0] + " busybox true"),
          "container create ID image=busybox name=boat",
          "container attach ID image=busybox name=boat",
          "network connect" + which,
          "container start ID image=busybox name=boat",
          "container die ID exitCode=0 image=busybox name=boat",
          "network disconnect" + which);
      ok("rm boat");
    }
    ok("run -d --name ship busybox sleep 600");
    told.of(
        cli("run --name boat --network container:ship busybox true"),
        "container create ID image=busybox name=boat",
        "container attach ID image=busybox name=boat",
        "container start ID image=busybox name=boat",
        "container die ID exitCode=0 image=busybox name=boat");
  }

  @Test
  void a_start_that_fails_leaves_the_network_again() {
    told.of(
        () -> docker.run("run", "--name", "boat", "--network", "host", "busybox", "nosuch"),
        "container create ID image=busybox name=boat",
        "container attach ID image=busybox name=boat",
        "network connect ID container=ID name=host type=host",
        "network disconnect ID container=ID name=host type=host");
  }

  @Test
  void whatever_is_pruned() {
    ok("create --name boat busybox");
    ok("network create sea");
    importLabelled("cargo");
    ok("tag busybox cargo");
    told.of(
        cli("container prune -f"),
        "container destroy ID image=busybox name=boat",
        "container prune  reclaimed=0");
    told.of(
        cli("network prune -f"),
        "network destroy ID name=sea type=bridge",
        "network prune  reclaimed=0");
    RawHttp.send(daemon.socket(), "POST", "/volumes/create", "{}");
    String all = "volume prune  reclaimed=0";
    String[] each = {"volume destroy ID driver=local", all};
    // dockerd 20.10 tells of the whole only.
    told.of(cli("volume prune -f"), daemon instanceof PeerDaemon ? new String[] {all} : each);
    told.of(cli("image prune -f --filter label=none"), "image prune  reclaimed=0");
    told.of(cli("builder prune -f"), "builder prune  reclaimed=0");
  }
}
