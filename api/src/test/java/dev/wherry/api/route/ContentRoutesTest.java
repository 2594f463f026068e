package dev.wherry.api.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wherry.api.fake.Fixtures;
import dev.wherry.api.fake.RunningApi;
import dev.wherry.e2e.RawHttp;
import dev.wherry.engine.contents.Change;
import dev.wherry.engine.contents.CommitRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContentRoutesTest {
  private final RunningApi api = RunningApi.start();

  @BeforeEach
  void add() {
    api.engine.containers.index.put(Fixtures.running(Fixtures.id("aa"), "web"));
  }

  @AfterEach
  void stop() throws IOException {
    api.close();
  }

  private RawHttp.Answer send(String method, String path) {
    return RawHttp.send(api.socket(), method, path, "");
  }

  @Test
  void changes_are_paths_and_numbers_and_none_are_null() {
    assertThat(api.get("/containers/web/changes").body()).isEqualTo("null\n");
    api.engine.contents.changes.add(new Change("/etc", Change.Kind.MODIFIED));
    api.engine.contents.changes.add(new Change("/etc/x", Change.Kind.DELETED));
    assertThat(api.get("/containers/web/changes").body())
        .isEqualTo("[{\"Path\":\"/etc\",\"Kind\":0},{\"Path\":\"/etc/x\",\"Kind\":2}]\n");
  }

  @Test
  void a_file_comes_with_what_is_known_of_it() {
    RawHttp.Answer head = send("HEAD", "/containers/web/archive?path=/etc/dir");
    assertThat(head.status()).isEqualTo(200);
    String stat = head.headers().get("x-docker-container-path-stat");
    assertThat(new String(Base64.getDecoder().decode(stat), StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"name\":\"/etc/dir\",\"size\":4096,\"mode\":2147484141,"
                + "\"mtime\":\"2026-01-02T03:04:05.6789Z\",\"linkTarget\":\"\"}");
    RawHttp.Answer get = api.get("/containers/web/archive?path=/etc/dir");
    assertThat(get.headers()).containsEntry("content-type", "application/x-tar");
    assertThat(get.headers()).containsEntry("x-docker-container-path-stat", stat);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/containers/nosuch/changes,404,No such container: nosuch",
    "GET,/containers/nosuch/export,404,No such container: nosuch",
    "GET,/containers/nosuch/archive?path=/,404,No such container: nosuch",
    "PUT,/containers/nosuch/archive?path=/,404,No such container: nosuch",
    "GET,/containers/web/archive?path=/missing,404,Could not find the file /missing in container web",
    "GET,/containers/web/archive?path=,400,bad parameter: path cannot be empty",
    "PUT,/containers/web/archive,400,bad parameter: path cannot be empty",
    "POST,/commit?container=nosuch,404,No such container: nosuch"
  })
  void what_cannot_be_says_why(String method, String path, int status, String message) {
    RawHttp.Answer answer = send(method, path);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.body()).isEqualTo("{\"message\":\"" + message + "\"}\n");
  }

  @Test
  void a_commit_is_asked_for_with_all_that_the_query_and_body_say() {
    RawHttp.Answer answer =
        api.post(
            "/commit?container=web&repo=a/b&tag=1&comment=why&author=who&pause=0"
                + "&changes=ENV%20A=b&changes=CMD%20x",
            "{\"Cmd\":[\"ls\"],\"ExposedPorts\":{\"80\":{}}}");
    assertThat(answer.status()).isEqualTo(201);
    assertThat(answer.body()).isEqualTo("{\"Id\":\"" + Fixtures.BUSYBOX_ID + "\"}\n");
    CommitRequest request = api.engine.contents.commits.getFirst();
    assertThat(request.reference()).isEqualTo("a/b:1");
    assertThat(request.comment()).isEqualTo("why");
    assertThat(request.author()).isEqualTo("who");
    assertThat(request.pause()).isFalse();
    assertThat(request.changes()).containsExactly("ENV A=b", "CMD x");
    assertThat(request.config()).isNotNull();
    assertThat(request.config().cmd()).containsExactly("ls");
    assertThat(request.config().exposedPorts()).containsExactly("80/tcp");
  }

  @Test
  void a_commit_without_a_body_pauses_and_uses_the_containers_configuration() {
    assertThat(api.post("/commit?container=web", "null").status()).isEqualTo(201);
    assertThat(api.engine.contents.commits.getFirst())
        .isEqualTo(new CommitRequest(null, "", "", java.util.List.of(), true, null));
  }
}
