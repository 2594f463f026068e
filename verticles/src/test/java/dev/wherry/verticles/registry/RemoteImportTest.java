package dev.wherry.verticles.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.wherry.engine.content.Digest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.Image;
import dev.wherry.engine.image.ImageProgress;
import dev.wherry.engine.image.ImageStore.Import;
import dev.wherry.engine.registry.Cancellation;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code docker import URL}, from a server that is not always what it should be. */
@Tag("kernel")
@Timeout(60)
class RemoteImportTest {
  @TempDir private Path directory;
  private final List<ImageProgress> told = new CopyOnWriteArrayList<>();
  private LocalStore store;
  private HostileRegistry server;

  @BeforeEach
  void open() {
    store = new LocalStore(directory);
    server = new HostileRegistry(store.vertx);
    server.content.put("/root.tar", server.layer);
  }

  @AfterEach
  void close() {
    server.close();
    store.close();
  }

  private String address(String path) {
    return "http://127.0.0.1:" + server.port() + path;
  }

  private Image importFrom(String source) {
    return store
        .client()
        .importFrom(
            source, new Import("made:1", List.of(), "far", null), new Cancellation(), told::add);
  }

  private void assertRefused(String source, String why) {
    assertThatThrownBy(() -> importFrom(source))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(why);
    store.assertEmpty();
  }

  @Test
  void an_archive_on_the_web_becomes_an_image() {
    Image image = importFrom(address("/root.tar"));
    assertThat(image.repoTags()).containsExactly("made:1");
    assertThat(image.diffIds()).containsExactly(Digest.sha256(server.layer).toString());
    assertThat(told.getFirst().status()).isEqualTo("Downloading from " + address("/root.tar"));
    assertThat(importFrom("127.0.0.1:" + server.port() + "/root.tar").diffIds())
        .as("without a scheme")
        .isEqualTo(image.diffIds());
  }

  @Test
  void a_redirect_is_followed_and_one_without_end_is_not() {
    server.tricks.put(
        "/moved",
        request -> request.response().setStatusCode(302).putHeader("Location", "/root.tar").end());
    server.tricks.put(
        "/circle",
        request -> request.response().setStatusCode(307).putHeader("Location", "/circle").end());
    server.tricks.put(
        "/file",
        request ->
            request
                .response()
                .setStatusCode(302)
                .putHeader("Location", "file:///etc/passwd")
                .end());
    assertRefused(address("/circle"), "stopped after 10 redirects");
    assertRefused(address("/file"), "redirects to no web address");
    assertThat(importFrom(address("/moved")).repoTags()).containsExactly("made:1");
  }

  @Test
  void what_is_not_there_or_no_archive_is_said_so() {
    assertRefused(address("/nosuch"), "failed to GET " + address("/nosuch") + " with status 404");
    server.content.put("/text", "this is no tar".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertRefused(address("/text"), "unexpected EOF");
    server.tricks.put("/torn", request -> HostileRegistry.tear(request, server.layer, 0, 1000));
    assertRefused(address("/torn"), "");
    assertRefused("http://127.0.0.1:1/x", "Get \"http://127.0.0.1:1/x\": dial tcp");
    assertRefused("file:///etc/passwd", "no address of the web");
    assertRefused("http://bad host/", "invalid address");
  }
}
