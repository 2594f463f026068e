package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What images take up, and how it is given back. */
@EndToEnd
class DiskUsageIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long COMMON = 1_000_000;

  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  DiskUsageIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @AfterEach
  void removeImages() {
    docker.removeAllContainers();
    docker.removeOtherImages();
  }

  /** An image of a layer that all of them have, and one of its own. */
  private String load(String name, int ownBytes) {
    ArchiveBuilder built =
        new ArchiveBuilder()
            .layer(tar -> tar.file("common", 0644, new byte[(int) COMMON]))
            .layer(tar -> tar.file("own", 0644, new byte[ownBytes]));
    docker.ok("load", "-q", "-i", built.dockerArchive(name).toString());
    return built.id();
  }

  private JsonNode post(String path) throws IOException {
    RawHttp.Answer answer = RawHttp.send(daemon.socket(), "POST", path, "");
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return JSON.readTree(answer.body());
  }

  private JsonNode usage() throws IOException {
    return JSON.readTree(RawHttp.get(daemon.socket(), "/v1.43/system/df").body());
  }

  private static Map<String, JsonNode> byName(JsonNode images) {
    Map<String, JsonNode> named = new TreeMap<>();
    images.forEach(image -> named.put(image.at("/RepoTags/0").asText(), image));
    return named;
  }

  @Test
  void layers_that_images_share_are_counted_once() throws IOException {
    DockerCli.needs(23);
    long before = usage().path("LayersSize").longValue();
    load("share:one", 1000);
    load("share:two", 2000);
    docker.ok("create", "--name", "user", "share:two", "x");
    JsonNode usage = usage();
    assertThat(usage.path("LayersSize").longValue()).isEqualTo(before + COMMON + 3000);
    Map<String, JsonNode> images = byName(usage.path("Images"));
    assertThat(sizes(images.get("share:one"))).containsExactly(COMMON + 1000L, COMMON, 0L);
    assertThat(sizes(images.get("share:two"))).containsExactly(COMMON + 2000L, COMMON, 1L);
    assertThat(sizes(images.get("busybox:latest"))).contains(0L, 0L);

    assertThat(docker.ok("system", "df", "-v"))
        .containsPattern("share +one .* 1MB +1MB +1kB +0")
        .containsPattern("share +two .* 1MB +1MB +2kB +1");
    assertThat(docker.ok("system", "df", "--format", "{{.Type}} {{.TotalCount}} {{.Active}}"))
        .contains("Images 3 1", "Containers 1 0", "Local Volumes 0 0", "Build Cache 0 0");
  }

  private static List<Long> sizes(JsonNode image) {
    return List.of(
        image.path("Size").longValue(),
        image.path("SharedSize").longValue(),
        image.path("Containers").longValue());
  }

  @Test
  void what_is_not_asked_for_and_names_that_an_image_has_none_of_are_null() throws IOException {
    load("named:1", 1000);
    JsonNode usage =
        JSON.readTree(RawHttp.get(daemon.socket(), "/v1.44/system/df?type=image").body());
    for (String other : List.of("Containers", "Volumes", "BuildCache")) {
      assertThat(usage.path(other).isNull()).as(other).isTrue();
    }
    assertThat(byName(usage.path("Images")).get("named:1").path("RepoDigests").isNull()).isTrue();
    JsonNode volumes =
        JSON.readTree(RawHttp.get(daemon.socket(), "/v1.44/system/df?type=volume").body());
    assertThat(volumes.path("LayersSize").isIntegralNumber()).isTrue();
    assertThat(volumes.path("Images").isNull()).isTrue();
  }

  @Test
  void the_tree_of_images_shows_platforms_sizes_and_users() throws IOException {
    assumeFalse(daemon instanceof PeerDaemon, "dockerd has it since version 27");
    String id = load("tree:1", 1000);
    String user = docker.ok("create", "--name", "user", "tree:1", "x");
    JsonNode manifest =
        byName(JSON.readTree(RawHttp.get(daemon.socket(), "/v1.50/images/json?manifests=1").body()))
            .get("tree:1")
            .at("/Manifests/0");
    assertThat(manifest.at("/Kind").asText()).isEqualTo("image");
    assertThat(manifest.at("/Available").booleanValue()).isTrue();
    assertThat(manifest.at("/ImageData/Containers/0").asText()).isEqualTo(user);
    assertThat(manifest.at("/ImageData/Platform/os").asText()).isEqualTo("linux");
    assertThat(manifest.at("/ImageData/Size/Unpacked").longValue()).isEqualTo(COMMON + 1000);
    assertThat(manifest.at("/Size/Total").longValue())
        .isEqualTo(manifest.at("/Size/Content").longValue() + COMMON + 1000);
    String digest = manifest.at("/Descriptor/digest").asText();
    Path saved = Files.createTempFile("wherry-e2e", ".tar");
    docker.ok("save", "-o", saved.toString(), "tree:1");
    assertThat(DockerCli.host("tar", "tf", saved.toString()).text())
        .as("the manifest that is saved")
        .contains("blobs/sha256/" + digest.substring(7));
    Files.delete(saved);
    JsonNode inspected =
        JSON.readTree(RawHttp.get(daemon.socket(), "/v1.50/images/tree:1/json?manifests=1").body());
    assertThat(inspected.at("/Manifests/0")).isEqualTo(manifest);
    assertThat(inspected.at("/Id").asText()).isEqualTo(id);
    assertThat(RawHttp.get(daemon.socket(), "/v1.50/images/json").body())
        .doesNotContain("Manifests");
    for (Map.Entry<String, Long> told : Map.of("1.50", -1L, "1.51", 1L).entrySet()) {
      RawHttp.Answer list = RawHttp.get(daemon.socket(), "/v" + told.getKey() + "/images/json");
      assertThat(byName(JSON.readTree(list.body())).get("tree:1").path("Containers").longValue())
          .as(told.getKey())
          .isEqualTo(told.getValue());
    }
    assertThat(docker.ok("images", "--tree")).contains("tree:1", "linux/amd64");
  }

  @Test
  void files_of_containers_and_volumes_are_counted() {
    docker.ok(
        "run",
        "--name",
        "writer",
        "-v",
        "held:/data",
        TestImages.BUSYBOX,
        "sh",
        "-c",
        "head -c 5000 /dev/zero > /own; head -c 7000 /dev/zero > /data/x");
    assertThat(docker.ok("system", "df", "-v"))
        .containsPattern("5kB .* writer")
        .containsPattern("held +1 +7kB");
    docker.ok("rm", "writer");
    docker.ok("volume", "rm", "held");
  }

  @Test
  void a_prune_takes_what_has_no_name_and_no_user_and_says_what_it_freed() throws IOException {
    String old = load("pruned:1", 3000);
    String young = load("pruned:1", 4000);
    JsonNode answer = post("/images/prune");
    assertThat(answer.path("SpaceReclaimed").longValue()).isEqualTo(3000);
    assertThat(answer.path("ImagesDeleted").findValuesAsText("Deleted")).hasSize(2).contains(old);
    assertThat(docker.ok("images", "-q", "--no-trunc", "pruned")).isEqualTo(young);
    JsonNode again = post("/images/prune");
    assertThat(again.path("ImagesDeleted").isNull()).isTrue();
    assertThat(again.path("SpaceReclaimed").longValue()).isZero();
  }

  @Test
  void a_prune_of_all_leaves_what_is_used_or_does_not_match() {
    load("all:free", 1000);
    load("all:used", 2000);
    docker.ok("create", "--name", "user", "all:used", "x");
    // Busybox, which other tests count on, has no such label.
    String wanted = "label=made=by hand";
    assertThat(
            docker.ok(
                "image",
                "prune",
                "-af",
                "--filter",
                "label!=made=by hand",
                "--filter",
                "until=24h"))
        .contains("Total reclaimed space: 0B");
    assertThat(
            docker.ok("image", "prune", "-af", "--filter", wanted, "--filter", "until=2025-01-01"))
        .contains("Total reclaimed space: 0B");
    assertThat(docker.ok("image", "prune", "-af", "--filter", wanted))
        .contains("untagged: all:free", "Total reclaimed space: 1kB");
    assertThat(docker.ok("images", "-q", "all:used")).isNotEmpty();
    docker.ok("rm", "user");
    assertThat(docker.ok("image", "prune", "-af", "--filter", wanted))
        .contains("untagged: all:used", "Total reclaimed space: 1.002MB");
  }

  @Test
  void a_filter_that_prune_does_not_have_is_refused() {
    assertThat(docker.refused("image", "prune", "-f", "--filter", "nosuch=x")).contains("nosuch");
  }

  @Test
  void a_prune_of_the_system_takes_what_is_stopped_unused_and_unnamed() {
    String old = load("system:1", 3000);
    load("system:1", 4000);
    docker.run("run", "--name", "ended", TestImages.BUSYBOX, "sh", "-c", "echo x > /own");
    docker.ok("run", "-d", "--name", "alive", TestImages.BUSYBOX, "sleep", "600");
    docker.ok("network", "create", "idle");
    String said = docker.ok("system", "prune", "-f");
    assertThat(said)
        .contains("Deleted Containers:", "Deleted Networks:\nidle", "Deleted Images:", old)
        .contains("Total reclaimed space: 3.002kB");
    assertThat(docker.ok("ps", "-a", "--format", "{{.Names}}")).isEqualTo("alive");
    assertThat(docker.ok("images", "-q", "system:1")).isNotEmpty();
    assertThat(docker.ok("builder", "prune", "-f")).contains("Total").contains("0B");
    assertThat(prunesTold()).contains("container", "image", "network");
  }

  private List<String> prunesTold() {
    return Arrays.asList(
        docker
            .ok(
                "events",
                "--since",
                "1m",
                "--until",
                "-1s",
                "--filter",
                "event=prune",
                "--format",
                "{{.Type}}")
            .split("\n"));
  }
}
