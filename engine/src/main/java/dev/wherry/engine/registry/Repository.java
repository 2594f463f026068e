package dev.wherry.engine.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.engine.content.Descriptor;
import dev.wherry.engine.content.Digest;
import dev.wherry.engine.content.Manifest;
import dev.wherry.engine.error.EngineException;
import dev.wherry.engine.image.ImageReference;
import dev.wherry.engine.registry.RegistryHttp.Answer;
import dev.wherry.engine.store.Json;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One repository of a registry (OCI distribution-spec, "Pull"). Nothing it says is believed. */
final class Repository {
  private static final int MAX_MANIFEST = 4 << 20;
  private static final int MAX_CONFIG = 8 << 20;
  private static final int MAX_TAGS = 100_000;
  private static final Pattern NEXT = Pattern.compile("<([^>]*)>\\s*;.*rel=\"?next\"?.*");

  static final String DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
  private static final String DOCKER_LIST =
      "application/vnd.docker.distribution.manifest.list.v2+json";
  private static final String SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+";
  private static final String ACCEPTED =
      String.join(
          ", ",
          DOCKER_MANIFEST,
          DOCKER_LIST,
          Manifest.OCI_MANIFEST,
          Manifest.OCI_INDEX,
          "*/*;q=0.1");

  private final RegistrySession session;
  private final ImageReference name;

  Repository(RegistrySession session, ImageReference name) {
    this.session = session;
    this.name = name;
  }

  /** What tokens for reading a repository are asked for. */
  static String scope(ImageReference name) {
    return "repository:" + name.path() + ":pull";
  }

  /** What a reference asks a registry for; the digest counts where it has both. */
  static String tagOrDigest(ImageReference reference) {
    Digest digest = reference.digest();
    return digest != null ? digest.toString() : String.valueOf(reference.tag());
  }

  /**
   * A manifest or an index as the registry has it.
   *
   * @param size bytes
   * @param digest of these very bytes
   */
  record Fetched(int size, String mediaType, Digest digest, Manifest manifest) {}

  /**
   * Gets a manifest or an index.
   *
   * @param tagOrDigest a digest is verified
   * @throws EngineException.InvalidParameter if it is of a form that is not supported, or could be
   *     taken for something else
   */
  Fetched manifest(String tagOrDigest, Cancellation cancellation) throws IOException {
    byte[] bytes;
    String type;
    String told;
    try (Answer answer =
        session.require(
            session.endpoint().resolve(name.path() + "/manifests/" + tagOrDigest),
            Map.of("Accept", ACCEPTED),
            cancellation)) {
      type = answer.header("Content-Type").split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
      told = answer.header("Docker-Content-Digest");
      bytes = Bodies.read(answer, MAX_MANIFEST, "manifest");
    }
    Digest digest = Digest.sha256(bytes);
    if (Digest.isDigest(tagOrDigest) && !digest.toString().equals(tagOrDigest)) {
      throw new EngineException.InvalidParameter(
          "manifest verification failed for digest " + tagOrDigest);
    }
    if (told.startsWith("sha256:") && !told.equals(digest.toString())) {
      throw new EngineException.InvalidParameter("manifest verification failed for digest " + told);
    }
    if (type.startsWith(SCHEMA_1) || isSchema1(bytes)) {
      throw new EngineException.InvalidParameter(
          "Docker Image Format v1 and Docker Image manifest version 2, schema 1 support has been"
              + " removed. Suggest the author of "
              + name.familiar()
              + " to upgrade the image to the OCI Format or Docker Image manifest v2, schema 2."
              + " More information at https://docs.docker.com/go/deprecated-image-specs/");
    }
    Manifest manifest = Manifest.parse(bytes);
    requireKind(type, manifest);
    return new Fetched(bytes.length, type, digest, manifest);
  }

  private static boolean isSchema1(byte[] bytes) throws IOException {
    try {
      return Json.mapper().readTree(bytes).path("schemaVersion").asInt(2) == 1;
    } catch (JsonProcessingException e) {
      // What it is instead is said where it is parsed.
      return false;
    }
  }

  private static void requireKind(String type, Manifest manifest) {
    boolean list = type.equals(DOCKER_LIST) || type.equals(Manifest.OCI_INDEX);
    boolean image = type.equals(DOCKER_MANIFEST) || type.equals(Manifest.OCI_MANIFEST);
    boolean wrong =
        switch (manifest) {
          case Manifest.Index index -> image;
          case Manifest.ImageManifest single -> list;
        };
    if (wrong) {
      throw new EngineException.InvalidParameter(
          "invalid manifest: it is not of the media type " + type + " that the registry says");
    }
  }

  /** Gets an image's configuration, verified. */
  byte[] config(Descriptor descriptor, Cancellation cancellation) throws IOException {
    if (descriptor.size() > MAX_CONFIG) {
      throw new EngineException.InvalidParameter(
          "an image configuration of " + descriptor.size() + " bytes is not accepted");
    }
    byte[] bytes;
    try (Answer answer = session.require(blob(descriptor), Map.of(), cancellation)) {
      bytes = Bodies.read(answer, (int) descriptor.size(), "configuration");
    }
    if (!Digest.sha256(bytes).equals(descriptor.digest())) {
      throw new EngineException.InvalidParameter(
          "image config verification failed for digest " + descriptor.digest());
    }
    return bytes;
  }

  /** Opens a layer from an offset on. */
  Answer layer(Descriptor descriptor, long offset, Cancellation cancellation) throws IOException {
    return session.require(
        blob(descriptor),
        offset == 0 ? Map.of() : Map.of("Range", "bytes=" + offset + "-"),
        cancellation);
  }

  private URI blob(Descriptor descriptor) {
    return session.endpoint().resolve(name.path() + "/blobs/" + descriptor.digest());
  }

  /** All tags, in the registry's order. */
  List<String> tags(Cancellation cancellation) throws IOException {
    List<String> tags = new ArrayList<>();
    URI page = session.endpoint().resolve(name.path() + "/tags/list");
    int before = -1;
    while (page != null && tags.size() < MAX_TAGS && tags.size() > before) {
      before = tags.size();
      try (Answer answer = session.require(page, Map.of(), cancellation)) {
        JsonNode body = json(Bodies.read(answer, MAX_MANIFEST, "list of tags"));
        body.path("tags").forEach(tag -> tags.add(tag.asText("")));
        page = next(session.endpoint(), page, answer);
      }
    }
    return tags;
  }

  private static JsonNode json(byte[] body) throws IOException {
    try {
      return Json.mapper().readTree(body);
    } catch (JsonProcessingException e) {
      throw new IOException("the registry's list of tags: " + e.getOriginalMessage(), e);
    }
  }

  /** Where a list goes on (RFC 8288), {@code null} at its end; never at another server. */
  static @Nullable URI next(RegistryEndpoint endpoint, URI page, Answer answer) throws IOException {
    String link = answer.header("Link");
    Matcher matcher = NEXT.matcher(link);
    if (!matcher.matches()) {
      return null;
    }
    try {
      URI next = page.resolve(matcher.group(1));
      if (endpoint.owns(next)) {
        return next;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("the registry's list goes on nowhere: " + link, e);
    }
    throw new IOException("the registry's list goes on elsewhere: " + link);
  }
}
