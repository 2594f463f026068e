package dev.wherry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Archives that a dockerd 26 saved ({@code src/test/archives}) are here the images that they were
 * there, and go back as them.
 */
@EndToEnd
class RecordedArchivesIT {
  private static final Path ARCHIVES =
      Path.of(System.getProperty("basedir", "."), "src/test/archives");
  private static final Path OVERLAY = ARCHIVES.resolve("dockerd-26-overlay2.tar");
  private static final Path CONTAINERD = ARCHIVES.resolve("dockerd-26-containerd.tar");

  /** As {@code docker images --no-trunc} of that dockerd showed them. */
  private static final String ONE =
      "sha256:7650b9737f794944a72de8be1d4bdf2048e49d6c8a56d022f305de3b6f546319";

  private static final String TWO =
      "sha256:e07eda6be99c39c97d2814c6a210413a05d86f0819d800b46c78f5fb5bfea225";

  private final DaemonUnderTest daemon;
  private final DockerCli docker;

  @TempDir private Path dir;

  RecordedArchivesIT(DaemonUnderTest daemon) {
    this.daemon = daemon;
    this.docker = daemon.docker();
  }

  @AfterEach
  void removeImages() {
    docker.removeAllContainers();
    docker.removeOtherImages();
  }

  private String inspect(String image, String format) {
    return docker.ok("image", "inspect", "-f", format, image);
  }

  /** A file of an image in which there is nothing that could be run. */
  private String file(String image, String path) throws IOException {
    docker.ok("create", "--name", "opened", image, "/x");
    Path copied = dir.resolve("copied");
    docker.ok("cp", "opened:" + path, copied.toString());
    docker.ok("rm", "opened");
    return Files.readString(copied).strip();
  }

  private static JsonNode member(Path archive, String name) throws IOException {
    String text = DockerCli.host("tar", "-xOf", archive.toString(), name).text();
    return new ObjectMapper().readTree(text);
  }

  private static List<String> digests(Path archive) throws IOException {
    return member(archive, "index.json").path("manifests").findValuesAsText("digest");
  }

  @Test
  void several_images_of_its_own_store_come_with_all_names_or_none() throws IOException {
    assertThat(docker.ok("load", "-i", OVERLAY.toString()).lines())
        .contains(
            "Loaded image: recorded:one",
            "Loaded image: recorded:latest",
            "Loaded image: registry.example:5000/team/recorded:1",
            "Loaded image ID: " + TWO);
    assertThat(inspect(ONE, "{{json .RepoTags}} {{json .RepoDigests}}"))
        .isEqualTo(
            "[\"recorded:latest\",\"recorded:one\",\"registry.example:5000/team/recorded:1\"] []");
    assertThat(inspect("recorded:one", "{{.Id}} {{.DockerVersion}} {{.Config.Labels}} {{.Size}}"))
        .isEqualTo(ONE + " 26.1.5+dfsg1 map[made:recorded] 11");
    assertThat(inspect(TWO, "{{json .RepoTags}}")).isEqualTo("[]");
    assertThat(file("recorded", "/common") + " " + file("recorded", "/hello"))
        .isEqualTo("common one");
    assertThat(file(TWO, "/hello")).isEqualTo("two");
    assertThat(docker.ok("history", "--no-trunc", "--format", "{{.CreatedBy}} {{.Size}}", TWO))
        .contains("#(nop)  CMD [\"/hello\"] 0B", "#(nop)  LABEL made=recorded 0B", " 4B", " 7B");
  }

  @Test
  void what_goes_back_has_the_same_manifests() throws IOException {
    docker.ok("load", "-i", OVERLAY.toString());
    Path back = dir.resolve("back.tar");
    docker.ok("save", "-o", back.toString(), "recorded:one", "recorded", TWO);
    assertThat(digests(back)).containsAll(digests(OVERLAY));
    docker.ok("rmi", "-f", ONE, TWO);
    docker.ok("load", "-i", back.toString());
    assertThat(inspect("recorded:one", "{{.Id}}")).isEqualTo(ONE);
    assertThat(inspect(TWO, "{{.Id}}")).isEqualTo(TWO);
  }

  @Test
  void of_an_index_in_containerds_store_this_platforms_image_comes() throws IOException {
    String own = docker.ok("version", "-f", "{{.Server.Arch}}");
    assertThat(docker.ok("load", "-i", CONTAINERD.toString()).lines())
        .containsExactlyInAnyOrder("Loaded image: many:1", "Loaded image: many:latest");
    assertThat(file("many", "/common") + " " + file("many:1", "/hello")).isEqualTo("common " + own);
    // An index for two platforms, with an attestation for each.
    String index = digests(CONTAINERD).getFirst();
    JsonNode manifest =
        member(CONTAINERD, "blobs/sha256/" + index.substring(7))
            .path("manifests")
            .valueStream()
            .filter(each -> each.at("/platform/architecture").asText().equals(own))
            .findFirst()
            .orElseThrow();
    String config =
        member(CONTAINERD, "blobs/sha256/" + manifest.path("digest").asText().substring(7))
            .at("/config/digest")
            .asText();
    assertThat(inspect("many", "{{.Id}} {{.Architecture}} {{.Comment}}"))
        .isEqualTo(config + " " + own + " buildkit.dockerfile.v0");
  }

  @Test
  void from_api_1_50_on_an_images_configuration_has_no_members_of_containers() throws IOException {
    assumeFalse(daemon instanceof PeerDaemon, "dockerd has it since version 28");
    docker.ok("load", "-q", "-i", CONTAINERD.toString());
    JsonNode old = config("1.49");
    assertThat(old.path("Hostname").asText("none")).isEmpty();
    assertThat(old.path("AttachStdin").isBoolean()).isTrue();
    JsonNode now = config("1.50");
    assertThat(now.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(
            "User",
            "Env",
            "Entrypoint",
            "Cmd",
            "Volumes",
            "WorkingDir",
            "Labels",
            "OnBuild",
            "ArgsEscaped");
    assertThat(now.path("Volumes").isNull()).isTrue();
    assertThat(now.path("Cmd")).isEqualTo(old.path("Cmd"));
  }

  private JsonNode config(String version) throws IOException {
    String path = "/v" + version + "/images/many:1/json";
    return new ObjectMapper().readTree(RawHttp.get(daemon.socket(), path).body()).path("Config");
  }
}
