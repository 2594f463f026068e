package dev.wherry.engine.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.registry.RegistryHttp.Answer;
import dev.wherry.engine.store.Json;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Looks for images by words: in Docker Hub's index, or among the names of a registry's catalogue
 * (OCI distribution-spec has none; {@code _catalog} is docker-registry's).
 */
final class ImageSearch {
  static final String CATALOG_SCOPE = "registry:catalog:*";

  /** Where Docker Hub is searched. */
  static final RegistryEndpoint HUB =
      new RegistryEndpoint(URI.create("https://index.docker.io"), true, false);

  private static final int MAX_BODY = 8 << 20;
  private static final int MAX_PAGES = 100;
  private static final int PAGE = 1000;
  private static final int DEFAULT_LIMIT = 25;
  private static final int MOST = 100;

  private ImageSearch() {}

  /** Asks Docker Hub's index. */
  static List<RegistryClient.Found> hub(
      RegistrySession session, String words, int limit, Cancellation cancellation)
      throws IOException {
    URI uri =
        URI.create(
            "%s/v1/search?q=%s&n=%d"
                .formatted(HUB.base(), URLEncoder.encode(words, StandardCharsets.UTF_8), limit));
    List<RegistryClient.Found> found = new ArrayList<>();
    try (Answer answer = session.require(uri, Map.of(), cancellation)) {
      for (JsonNode result : json(answer).path("results")) {
        found.add(
            new RegistryClient.Found(
                result.path("name").asText(""),
                result.path("description").asText(""),
                result.path("star_count").asInt(0),
                result.path("is_official").asBoolean(false),
                result.path("is_automated").asBoolean(false)));
      }
    }
    return found;
  }

  /** Looks through a registry's catalogue. */
  static List<RegistryClient.Found> catalog(
      RegistrySession session, String domain, String words, int limit, Cancellation cancellation)
      throws IOException {
    List<RegistryClient.Found> found = new ArrayList<>();
    URI page = session.endpoint().resolve("_catalog?n=" + PAGE);
    for (int pages = 0; page != null && pages < MAX_PAGES; pages++) {
      try (Answer answer = session.require(page, Map.of(), cancellation)) {
        for (JsonNode name : json(answer).path("repositories")) {
          if (name.asText("").contains(words) && found.size() < limit) {
            found.add(new RegistryClient.Found(domain + "/" + name.asText(), "", 0, false, false));
          }
        }
        page = found.size() < limit ? Repository.next(session.endpoint(), page, answer) : null;
      }
    }
    return found;
  }

  private static JsonNode json(Answer answer) throws IOException {
    try {
      return Json.mapper().readTree(Bodies.read(answer, MAX_BODY, "search result"));
    } catch (JsonProcessingException e) {
      throw new IOException("the registry's search result: " + e.getOriginalMessage(), e);
    }
  }

  /** dockerd's bounds. */
  static int limit(int wanted) {
    int limit = wanted == 0 ? DEFAULT_LIMIT : wanted;
    if (limit < 1 || limit > MOST) {
      throw new EngineException.InvalidParameter(
          "limit " + limit + " is outside the range of [1, 100]");
    }
    return limit;
  }
}
