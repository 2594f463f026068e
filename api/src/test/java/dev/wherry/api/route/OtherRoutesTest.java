package dev.wherry.api.route;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.api.fake.FakeNetworks;
import dev.wherry.api.fake.FakeVolumes;
import dev.wherry.api.fake.Fixtures;
import dev.wherry.api.fake.RunningApi;
import dev.wherry.api.http.Json;
import dev.wherry.e2e.RawHttp;
import dev.wherry.engine.event.EngineEvent;
import java.io.IOException;
import java.net.URLEncoder;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images, networks, volumes, the engine itself, and what it does not have. */
class OtherRoutesTest {
  private final RunningApi api = RunningApi.start();

  @AfterEach
  void stop() throws IOException {
    api.close();
  }

  private JsonNode json(String path) {
    RawHttp.Answer answer = api.get(path);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return Json.tree(answer.body());
  }

  @Test
  void the_ping_a_command_begins_with_is_a_hint_and_one_that_only_looks_is_not() {
    api.get("/_ping");
    assertThat(api.engine.containers.calls).isEmpty();
    RawHttp.send(api.socket(), "HEAD", "/_ping", "");
    await().until(() -> api.engine.containers.calls.equals(List.of("anticipate")));
  }

  @Test
  void images_are_listed_as_each_version_knows_them() {
    api.engine.images.images.add(Fixtures.image("sha256:loose", "", List.of()));
    JsonNode old = json("/v1.41/images/json");
    assertThat(old.at("/0/RepoDigests").isNull()).isTrue();
    assertThat(old.at("/0/VirtualSize").longValue()).isEqualTo(1000);
    assertThat(old.at("/1/RepoTags/0").textValue()).isEqualTo("<none>:<none>");
    JsonNode fresh = json("/images/json");
    assertThat(fresh.at("/0/RepoDigests").toString()).isEqualTo("[]");
    assertThat(fresh.at("/0").has("VirtualSize")).isFalse();
    assertThat(fresh.at("/1/RepoTags").toString()).isEqualTo("[]");
    assertThat(fresh.at("/0/Containers").intValue()).isEqualTo(0);
    assertThat(json("/v1.50/images/json").at("/0/Containers").intValue()).isEqualTo(-1);
    assertThat(fresh.at("/0/SharedSize").intValue()).isEqualTo(-1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"reference\":[\"busy*\"]}|1",
        "{\"reference\":[\"busybox:l*\"]}|1",
        "{\"reference\":[\"usybox\"]}|0",
        "{\"dangling\":[\"true\"]}|1",
        "{\"dangling\":[\"false\"]}|1",
        "{\"before\":[\"busybox\"]}|0",
        "{\"label\":[\"x\"]}|0",
      })
  void images_are_filtered(String filters, int count) {
    api.engine.images.images.add(Fixtures.image("sha256:loose", "", List.of()));
    String query = URLEncoder.encode(filters, UTF_8);
    assertThat(json("/images/json?filters=" + query)).hasSize(count);
  }

  @Test
  void an_image_that_is_only_another_ones_parent_is_listed_with_all_alone() {
    api.engine.images.images.add(Fixtures.image("sha256:base", "", List.of()));
    api.engine.images.images.add(Fixtures.image("sha256:top", "sha256:base", List.of("top:1")));
    assertThat(json("/images/json")).hasSize(2);
    assertThat(json("/images/json?all=1")).hasSize(3);
  }

  @Test
  void an_image_name_may_have_slashes() {
    api.engine.images.images.add(Fixtures.image("sha256:x", "", List.of("reg.example:5000/a/b:c")));
    assertThat(json("/v1.41/images/reg.example:5000/a/b:c/json").path("Id").textValue())
        .isEqualTo("sha256:x");
    assertThat(json("/images/reg.example:5000/a/b:c/history").at("/0/Tags/0").textValue())
        .isEqualTo("reg.example:5000/a/b:c");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"os\":\"linux\",\"architecture\":\"amd64\"} | 200 | reg.example",
        "{\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\"} | 404 | wanted linux/arm64/v8",
        "{\"os\":\"linux\"} | 400 | both OS and Architecture must be provided",
        "null | 400 | both OS and Architecture must be provided",
        "linux/amd64 | 400 | failed to parse platform: ",
        "7 | 400 | failed to parse platform: "
      })
  void an_image_can_be_asked_for_by_platform(String platform, int status, String text) {
    api.engine.images.images.add(Fixtures.image("sha256:x", "", List.of("reg.example/a:1")));
    String query = "?platform=" + URLEncoder.encode(platform, UTF_8);
    for (String what : List.of("json", "history")) {
      String path = "/images/reg.example/a:1/" + what + query;
      RawHttp.Answer answer = api.get("/v1.48" + path);
      assertThat(answer.status()).as(answer.body()).isEqualTo(status);
      assertThat(answer.body()).contains(text);
      assertThat(api.get("/v1.47" + path).status()).as("unknown before 1.48").isEqualTo(200);
    }
  }

  @Test
  void a_root_file_system_is_imported_from_where_it_lies() {
    String source = URLEncoder.encode("http://there/root.tar", UTF_8);
    assertThat(api.post("/images/create?repo=made&fromSrc=" + source, "").body().lines())
        .containsExactly(
            "{\"status\":\"Downloading from http://there/root.tar\"}",
            "{\"status\":\"sha256:" + "22".repeat(32) + "\"}");
    assertThat(api.engine.images.calls)
        .contains("import from http://there/root.tar Imported from http://there/root.tar");
  }

  @Test
  void an_archive_is_loaded_with_its_progress_as_lines() {
    try (RawHttp http = api.connect()) {
      RawHttp.Answer answer = http.send("POST", "/images/load?quiet=0", "hello:latest");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body().lines())
          .containsExactly(
              "{\"status\":\"Loading layer\",\"progressDetail\":{\"current\":5,\"total\":10},"
                  + "\"progress\":\"["
                  + "=".repeat(25)
                  + ">"
                  + " ".repeat(25)
                  + "]       5B/10B\",\"id\":\"abc\"}",
              "{\"stream\":\"Loaded image: hello:latest\\n\"}",
              "{\"stream\":\"Loaded image ID: sha256:" + "11".repeat(32) + "\\n\"}");
      assertThat(http.send("POST", "/images/load", "garbage").body())
          .isEqualTo(
              "{\"errorDetail\":{\"message\":\"unexpected EOF\"},\"error\":\"unexpected EOF\"}\n");
    }
  }

  @Test
  void a_pull_takes_the_credentials_of_its_header_and_tells_how_it_goes() {
    String auth =
        Base64.getUrlEncoder()
            .encodeToString("{\"username\":\"ann\",\"password\":\"x\"}".getBytes(UTF_8));
    RawHttp.Answer answer;
    try (RawHttp http = api.connect()) {
      http.write(
          "POST /images/create?fromImage=busybox&tag=1 HTTP/1.1\r\nHost: d\r\n"
              + "Content-Length: 0\r\nX-Registry-Auth: "
              + auth
              + "\r\n\r\n");
      answer = http.answer("POST");
    }
    assertThat(answer.body().lines())
        .startsWith("{\"status\":\"Pulling fs layer\",\"progressDetail\":{},\"id\":\"abc\"}")
        .endsWith("{\"status\":\"Digest: sha256:1\"}");
    assertThat(api.engine.images.calls).contains("pull busybox:1 ann");
    assertThat(api.post("/images/create?fromImage=UPPER", "").body()).contains("must be lowercase");
  }

  @Test
  void a_push_tells_how_it_goes_and_ends_with_the_digest_for_programs() {
    assertThat(api.post("/images/busybox/push?tag=1", "").body().lines())
        .startsWith(
            "{\"status\":\"The push refers to repository [busybox:1]\"}",
            "{\"status\":\"Preparing\",\"progressDetail\":{},\"id\":\"abc\"}")
        .last()
        .asString()
        .startsWith("{\"progressDetail\":{},\"aux\":{\"Tag\":\"1\",\"Digest\":\"sha256:")
        .endsWith("\"Size\":5}}");
    assertThat(api.engine.images.calls).contains("push busybox:1 ");
    assertThat(api.post("/images/reg:1/a/b/push", "").body())
        .contains("\"error\":\"tag does not exist: reg:1/a/b\"");
    assertThat(api.post("/images/a@sha256:" + "1".repeat(64) + "/push", "").status())
        .isEqualTo(400);
  }

  @Test
  void a_search_shows_what_its_filters_leave() {
    assertThat(json("/images/search?term=x").size()).isEqualTo(2);
    assertThat(json("/images/search?term=x&filters={\"stars\":[\"10\"]}").toString())
        .isEqualTo(
            "[{\"star_count\":12,\"is_official\":true,\"name\":\"x\",\"is_automated\":false,"
                + "\"description\":\"the one\"}]");
    assertThat(json("/images/search?term=x&filters={\"is-official\":[\"false\"]}").size())
        .isEqualTo(1);
  }

  @Test
  void a_login_is_believed_or_not_and_a_name_is_looked_up() {
    String login = "{\"username\":\"ann\",\"password\":\"%s\",\"serveraddress\":\"reg:1\"}";
    assertThat(api.post("/auth", login.formatted("right")).body())
        .isEqualTo("{\"IdentityToken\":\"\",\"Status\":\"Login Succeeded\"}\n");
    assertThat(api.post("/auth", login.formatted("wrong")).status()).isEqualTo(401);
    assertThat(json("/distribution/reg:1/a/b:c/json").at("/Platforms/0").toString())
        .isEqualTo("{\"architecture\":\"amd64\",\"os\":\"linux\"}");
  }

  @Test
  void a_root_file_system_is_imported_and_a_broken_one_is_an_error() {
    RawHttp.Answer answer =
        api.post(
            "/images/create?fromSrc=-&repo=imp&tag=2&changes=CMD%20a&changes=ENV%20b=c", "tar");
    assertThat(answer.body()).isEqualTo("{\"status\":\"sha256:" + "22".repeat(32) + "\"}\n");
    assertThat(api.engine.images.calls)
        .containsExactly("import imp:2 [CMD a, ENV b=c] Imported from - null");
    assertThat(api.post("/images/create?fromSrc=-", "garbage").status()).isEqualTo(400);
    assertThat(api.post("/images/create?repo=x", "").status()).isEqualTo(400);
  }

  @Test
  void images_are_saved_several_at_a_time() {
    RawHttp.Answer answer = api.get("/images/get?names=a&names=b");
    assertThat(answer.headers()).containsEntry("content-type", "application/x-tar");
    assertThat(answer.body()).isEqualTo("archive of [a, b]");
    assertThat(api.get("/images/library/a:1/get").body()).isEqualTo("archive of [library/a:1]");
  }

  @Test
  void images_are_tagged_and_removed() {
    assertThat(api.post("/images/busybox/tag?repo=x/y&tag=1", "").status()).isEqualTo(201);
    assertThat(api.engine.images.calls).containsExactly("tag busybox x/y:1");
    try (RawHttp http = api.connect()) {
      assertThat(http.send("DELETE", "/images/busybox:latest?force=1&noprune=1", "").body())
          .isEqualTo(
              "[{\"Untagged\":\"busybox:latest\"},{\"Deleted\":\""
                  + Fixtures.BUSYBOX_ID
                  + "\"}]\n");
    }
    assertThat(api.engine.images.calls).contains("remove busybox:latest true false");
  }

  @Test
  void a_prune_of_images_leaves_those_with_names_and_those_in_use() {
    api.engine.images.images.add(Fixtures.image("sha256:loose", "", List.of()));
    assertThat(api.post("/images/prune", "").body())
        .contains("{\"Deleted\":\"sha256:loose\"}")
        .doesNotContain("busybox");
    api.engine.containers.index.put(Fixtures.running(Fixtures.id("aa"), "web"));
    assertThat(
            api.post("/images/prune?filters=%7B%22dangling%22%3A%5B%22false%22%5D%7D", "").body())
        .isEqualTo("{\"ImagesDeleted\":null,\"SpaceReclaimed\":0}\n");
    assertThat(api.engine.events.told)
        .extracting(EngineEvent::type)
        .containsOnly(EngineEvent.Type.IMAGE);
  }

  @Test
  void networks_are_listed_inspected_made_and_removed() {
    assertThat(json("/networks")).hasSize(3);
    assertThat(json("/networks/bridge").path("IPAM").toString())
        .isEqualTo("{\"Driver\":\"default\",\"Options\":null,\"Config\":null}");
    RawHttp.Answer made =
        api.post(
            "/networks/create",
            "{\"Name\":\"n\",\"Internal\":true,\"IPAM\":{\"Config\":[{\"Subnet\":\"10.1.0.0/16\"}]}}");
    assertThat(made.status()).isEqualTo(201);
    assertThat(made.body()).isEqualTo("{\"Id\":\"" + "d0".repeat(32) + "\",\"Warning\":\"\"}\n");
    JsonNode network = json("/v1.41/networks/n");
    assertThat(network.path("Internal").booleanValue()).isTrue();
    assertThat(network.at("/IPAM/Config").toString()).isEqualTo("[{\"Subnet\":\"10.1.0.0/16\"}]");
    assertThat(network.has("EnableIPv4")).isFalse();
    assertThat(api.post("/networks/prune", "").body()).isEqualTo("{\"NetworksDeleted\":[\"n\"]}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"Name\":\"x\",\"Ingress\":true}|403",
        "{\"Name\":\"x\",\"Scope\":\"swarm\"}|403",
        "{\"Name\":\"x\",\"IPAM\":{\"Driver\":\"nosuch\"}}|404",
        "{\"Name\":\"x\",\"IPAM\":{\"Options\":{\"a\":\"b\"}}}|400",
        "{bad|400",
      })
  void a_network_that_cannot_be_is_refused(String body, int status) {
    assertThat(api.post("/networks/create", body).status()).isEqualTo(status);
  }

  @Test
  void networks_are_filtered() {
    api.engine.networks.networks.add(FakeNetworks.network("ee".repeat(32), "mine", "bridge"));
    assertThat(json("/networks?filters=%7B%22type%22%3A%5B%22custom%22%5D%7D")).hasSize(1);
    assertThat(json("/networks?filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D")).hasSize(1);
    assertThat(json("/networks?filters=%7B%22name%22%3A%5B%22ost%22%5D%7D")).hasSize(1);
    assertThat(api.get("/networks?filters=%7B%22type%22%3A%5B%22x%22%5D%7D").body())
        .contains("invalid filter: 'type'='x'");
  }

  @Test
  void volumes_are_made_listed_and_pruned() {
    RawHttp.Answer made = api.post("/volumes/create", "{\"Name\":\"v\",\"Labels\":{\"a\":\"b\"}}");
    assertThat(made.status()).isEqualTo(201);
    assertThat(made.body())
        .isEqualTo(
            ("{'CreatedAt':'2026-01-02T03:04:05Z','Driver':'local','Labels':{'a':'b'},"
                    + "'Mountpoint':'/volumes/v/_data','Name':'v','Options':null,"
                    + "'Scope':'local'}\n")
                .replace('\'', '"'));
    api.engine.volumes.volumes.add(FakeVolumes.volume("anon", Map.of(), true));
    assertThat(json("/volumes").path("Volumes")).hasSize(2);
    assertThat(api.post("/volumes/prune", "").body())
        .isEqualTo("{\"VolumesDeleted\":[\"anon\"],\"SpaceReclaimed\":7}\n");
    assertThat(api.post("/v1.41/volumes/prune", "").body()).contains("\"v\"");
    assertThat(api.post("/volumes/create", "{\"Name\":\"x\",\"Driver\":\"nosuch\"}").status())
        .isEqualTo(404);
  }

  @Test
  void info_counts_and_names_what_there_is() {
    api.engine.containers.index.put(Fixtures.running(Fixtures.id("aa"), "web"));
    api.engine.containers.index.put(
        Fixtures.created(Fixtures.id("bb"), "new", "{\"Image\":\"busybox\"}"));
    JsonNode info = json("/info");
    assertThat(info.path("Containers").intValue()).isEqualTo(2);
    assertThat(info.path("ContainersRunning").intValue()).isEqualTo(1);
    assertThat(info.path("ContainersStopped").intValue()).isEqualTo(1);
    assertThat(info.path("Images").intValue()).isEqualTo(1);
    assertThat(info.path("Driver").textValue()).isEqualTo("overlay2");
    assertThat(info.at("/Runtimes/runc/path").textValue()).isEqualTo("/usr/bin/runc");
    assertThat(info.path("DefaultRuntime").textValue()).isEqualTo("runc");
    assertThat(info.path("NCPU").intValue()).isPositive();
    assertThat(info.path("MemTotal").longValue()).isPositive();
    assertThat(info.path("Warnings").isNull()).isTrue();
    assertThat(info.at("/Swarm/LocalNodeState").textValue()).isEqualTo("inactive");
  }

  @Test
  void the_disk_usage_counts_layers_once_and_can_be_of_one_kind() {
    api.engine.containers.index.put(Fixtures.running(Fixtures.id("aa"), "web"));
    api.engine.volumes.volumes.add(FakeVolumes.volume("v", Map.of(), false));
    api.engine.images.images.add(Fixtures.image("sha256:same", "", List.of("same:1")));
    JsonNode usage = json("/system/df");
    assertThat(usage.path("LayersSize").longValue()).isEqualTo(1000);
    assertThat(usage.at("/Images/0/SharedSize").longValue()).isEqualTo(1000);
    assertThat(usage.at("/Images/0/Containers").longValue()).isEqualTo(1);
    assertThat(usage.at("/Containers/0/SizeRw").longValue()).isEqualTo(12);
    assertThat(usage.at("/Volumes/0/UsageData").toString())
        .isEqualTo("{\"RefCount\":0,\"Size\":7}");
    JsonNode volumes = json("/system/df?type=volume");
    assertThat(volumes.path("Images").isNull()).isTrue();
    assertThat(volumes.path("Volumes")).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/swarm,503",
    "GET,/services,503",
    "GET,/nodes/x,503",
    "POST,/secrets/create,503",
    "GET,/services/x/logs,503",
    "POST,/swarm/leave,503",
    "GET,/plugins,200",
    "GET,/plugins/x/y/json,404",
    "POST,/build,501",
    "POST,/session,501",
    "POST,/grpc,501",
    "POST,/networks/bridge/connect,400",
  })
  void what_an_engine_without_it_answers(String method, String path, int status) {
    RawHttp.Answer answer = RawHttp.send(api.socket(), method, path, "{}");
    assertThat(answer.status()).isEqualTo(status);
    if (status != 200) {
      assertThat(Json.tree(answer.body()).path("message").textValue()).isNotBlank();
    }
  }

  @Test
  void pruning_a_build_cache_that_is_not_there_prunes_nothing() {
    assertThat(api.post("/build/prune", "").body())
        .isEqualTo("{\"CachesDeleted\":null,\"SpaceReclaimed\":0}\n");
  }
}
